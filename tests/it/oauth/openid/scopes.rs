//! The standard claims and the scopes that release them. OIDC Core §5.1, §5.4.

use super::{describe, said, tokens, whole_profile};
use crate::support::App;
use serde_json::{Value, json};

fn names(claims: &Value) -> Vec<String> {
    let mut names: Vec<String> = claims.as_object().unwrap().keys().cloned().collect();
    names.sort();
    names
}

#[actix_web::test]
async fn each_scope_releases_its_claims_and_no_other() {
    let app = App::start().await;
    let web = app.with_web_client(&[("scope", json!("openid profile email address phone"))]);
    let ada = app.signed_in("ada");
    describe(&app, &ada, whole_profile());
    let profile = "birthdate family_name gender given_name locale middle_name name nickname picture \
                   preferred_username profile sub updated_at website zoneinfo";
    for (scope, expected) in [
        ("openid", "sub"),
        ("openid profile", profile),
        ("openid email", "email email_verified sub"),
        ("openid address", "address sub"),
        ("openid phone", "phone_number phone_number_verified sub"),
    ] {
        let issued = tokens(&app, &web, &ada, &[("scope", scope)]).await;
        let told = app.userinfo(&issued["access_token"]).await.json();
        assert_eq!(names(&told), expected.split_whitespace().collect::<Vec<_>>(), "{scope}");
        assert_eq!(told["sub"], said(&issued["id_token"])["sub"]);
        assert!(said(&issued["id_token"]).get("email").is_none(), "an access token comes along");
    }
}

/// The order does not matter, and the types are those of OIDC Core §5.1.
#[actix_web::test]
async fn all_scopes_together_tell_all_that_is_known() {
    let app = App::start().await;
    let web = app.with_web_client(&[("scope", json!("openid profile email address phone"))]);
    let ada = app.signed_in("ada");
    describe(&app, &ada, whole_profile());
    let issued = tokens(&app, &web, &ada, &[("scope", "phone address email profile openid")]).await;
    let told = app.userinfo(&issued["access_token"]).await.json();
    let mut expected = whole_profile();
    expected["sub"] = json!(ada.user.id);
    expected["preferred_username"] = json!("ada");
    expected["updated_at"] = json!(app.act().now.unix_timestamp());
    assert_eq!(told, expected);
}

/// OIDC Core §5.3.2: what is not known is left out, and never null.
#[actix_web::test]
async fn what_is_not_known_is_left_out() {
    let app = App::start().await;
    let web = app.with_web_client(&[("scope", json!("openid profile email address phone"))]);
    let ada = app.signed_in("ada");
    let issued = tokens(&app, &web, &ada, &[("scope", "openid profile email address phone")]).await;
    let told = app.userinfo(&issued["access_token"]).await.json();
    assert_eq!(names(&told), ["preferred_username", "sub", "updated_at"]);
}

/// OIDC Core §11: a client that cannot refresh has no use for offline access.
#[actix_web::test]
async fn offline_access_is_for_clients_that_can_use_it() {
    let app = App::start().await;
    let web = app.with_web_client(&[("grant_types", json!(["authorization_code"]))]);
    let ada = app.signed_in("ada");
    let issued = tokens(&app, &web, &ada, &[("scope", "openid offline_access")]).await;
    assert_eq!((&issued["scope"], issued.get("refresh_token")), (&json!("openid"), None));
}

/// OIDC Core §12.2: the same person, the same sign-in, for the same client; a nonce need not be there.
#[actix_web::test]
async fn a_refreshed_id_token_tells_of_the_same_sign_in() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let claims = r#"{"id_token":{"preferred_username":null}}"#;
    let first = tokens(&app, &web, &ada, &[("scope", "openid offline_access"), ("claims", claims)]).await;
    app.advance(time::Duration::minutes(2));
    let second = app.refresh(&web, &first["refresh_token"], &[]).await.json();
    let (first, second) = (said(&first["id_token"]), said(&second["id_token"]));
    for claim in ["iss", "sub", "aud", "auth_time", "acr", "amr", "sid", "preferred_username"] {
        assert!(first.get(claim).is_some() && first[claim] == second[claim], "{claim}");
    }
    assert!(second["iat"].as_i64() > first["iat"].as_i64());
}
