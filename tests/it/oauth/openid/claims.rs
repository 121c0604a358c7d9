//! The `claims` parameter. OIDC Core §5.5. attacks: A25.

use super::{describe, said, tokens, whole_profile};
use crate::support::app::PASSWORD;
use crate::support::flow::{Person, authorize_uri, sent_back};
use crate::support::{App, Browser};
use serde_json::json;

async fn app() -> (App, (String, String), Person) {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    describe(&app, &ada, whole_profile());
    (app, web, ada)
}

#[actix_web::test]
async fn claims_are_told_where_they_are_asked_for() {
    let (app, web, ada) = app().await;
    let claims = json!({
        "userinfo": {"email": {"essential": true}, "nickname": null, "shoe_size": {"essential": true}},
        "id_token": {"birthdate": {"essential": true}, "auth_time": {"essential": true}, "address": null},
    });
    let issued = tokens(&app, &web, &ada, &[("claims", &claims.to_string())]).await;
    let told = app.userinfo(&issued["access_token"]).await.json();
    assert_eq!(told, json!({"sub": ada.user.id, "email": "ada@example.com", "nickname": "Countess"}));
    let id = said(&issued["id_token"]);
    assert_eq!((&id["birthdate"], &id["address"]["locality"]), (&json!("1815-12-10"), &json!("London")));
    assert!(id["auth_time"].is_i64() && id.get("email").is_none());
}

/// OIDC Core §5.5.1: that an essential claim is not known is no error.
#[actix_web::test]
async fn what_is_not_known_is_no_error() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let claims = r#"{"userinfo":{"name":{"essential":true},"email":{"value":"x@y"}}}"#;
    let issued = tokens(&app, &web, &ada, &[("claims", claims), ("claims_locales", "fr de")]).await;
    assert_eq!(app.userinfo(&issued["access_token"]).await.json(), json!({"sub": ada.user.id}));
}

/// The claims of the protocol itself cannot be asked for otherwise than they are.
#[actix_web::test]
async fn nobody_asks_for_another_issuer() {
    let (app, web, ada) = app().await;
    let claims =
        r#"{"id_token":{"iss":{"value":"https://evil.example"},"aud":{"value":"x"},"exp":{"value":9}}}"#;
    let issued = tokens(&app, &web, &ada, &[("claims", claims)]).await;
    let plain = tokens(&app, &web, &ada, &[]).await;
    let (asked, plain) = (said(&issued["id_token"]), said(&plain["id_token"]));
    assert_eq!((&asked["iss"], &asked["aud"], &asked["exp"]), (&plain["iss"], &plain["aud"], &plain["exp"]));
}

/// Without `openid` it is no OpenID request, and nothing would be told.
#[actix_web::test]
async fn other_requests_ask_for_no_claims() {
    let (app, web, ada) = app().await;
    let claims = r#"{"userinfo":{"email":null},"id_token":{"sub":{"value":"nobody"}}}"#;
    let issued = tokens(&app, &web, &ada, &[("scope", "profile"), ("claims", claims)]).await;
    assert_eq!(issued.get("id_token"), None);
}

/// A25: refused at once, whoever sends it.
#[actix_web::test]
async fn what_is_too_deep_too_long_or_malformed_is_refused() {
    let (app, _, ada) = app().await;
    for claims in [
        "x",
        "[]",
        "null",
        "1",
        "{",
        r#"{"userinfo":[]}"#,
        r#"{"userinfo":{"name":1}}"#,
        r#"{"id_token":{"acr":{"essential":"yes"}}}"#,
        r#"{"id_token":{"acr":{"values":"x"}}}"#,
        &"[".repeat(20_000),
        &["[".repeat(4000), "]".repeat(4000)].concat(),
        &r#"{"userinfo":"#.repeat(700),
        &["\"", &"x".repeat(20_000), "\""].concat(),
        &format!(r#"{{"userinfo":{{"x":{}{}}}}}"#, "[".repeat(3000), "]".repeat(3000)),
    ] {
        let begun = std::time::Instant::now();
        let back = sent_back(&app.authorize(Some(&ada), &[("claims", claims)]).await);
        assert_eq!(back["error"], "invalid_request", "{}", claims.get(..40).unwrap_or(claims));
        assert!(app.last_cause().starts_with("claims."));
        assert!(begun.elapsed().as_secs() < 2);
    }
}

/// A25, OIDC Core §5.5.1: a `sub` names the one person for whom there are tokens.
#[actix_web::test]
async fn a_subject_that_is_asked_for_is_kept_to() {
    let (app, web, ada) = app().await;
    let bob = app.signed_in("bob");
    for place in ["userinfo", "id_token"] {
        for how in ["value", "values"] {
            let named = if how == "value" { json!(ada.user.id) } else { json!([ada.user.id]) };
            let claims = json!({place: {"sub": {how: named}}}).to_string();
            let asked = [("claims", claims.as_str()), ("prompt", "none")];
            assert!(tokens(&app, &web, &ada, &asked).await.get("id_token").is_some(), "{place} {how}");
            let silent = sent_back(&app.authorize(Some(&bob), &asked).await);
            assert_eq!(
                (silent["error"].as_str(), silent.get("code")),
                ("login_required", None),
                "{place} {how}"
            );
            let begun = app.authorize(Some(&bob), &asked[..1]).await;
            assert!(begun.header("location").starts_with("/login?"), "{place} {how}");
            let mut other = Browser::new(&app);
            other.open(&authorize_uri(&asked[..1])).await;
            let back = sent_back(&other.log_in("bob", PASSWORD).await);
            assert_eq!((back["error"].as_str(), back.get("code")), ("login_required", None), "{place} {how}");
            assert_eq!(app.last_cause(), "authorize.another_person");
        }
    }
    let nobody = r#"{"id_token":{"sub":{"value":42}}}"#;
    let silent = app.authorize(Some(&ada), &[("claims", nobody), ("prompt", "none")]).await;
    assert_eq!(sent_back(&silent)["error"], "login_required");
}

/// What a claim reveals stands on the consent page; the answer is remembered for what it was given to.
#[actix_web::test]
async fn consent_tells_of_claims_and_covers_them() {
    let app = App::start().await;
    app.with_web_client(&[("skip_consent", json!(false))]);
    app.with_user("ada");
    let mut ada = Browser::new(&app);
    let asking = |claims: &str| authorize_uri(&[("scope", "openid email"), ("claims", claims)]);
    let birthday = r#"{"userinfo":{"birthdate":null,"email":null}}"#;
    ada.open(&asking(birthday)).await;
    ada.log_in("ada", PASSWORD).await;
    assert!(ada.html.contains("See your date of birth"), "{}", ada.html);
    assert_eq!(ada.html.matches("See your email address").count(), 1, "the scope tells it already");
    let allowed = ada.submit(&ada.form("/consent").with("decision", "allow")).await;
    assert!(sent_back(&allowed).contains_key("code"));
    assert!(sent_back(&ada.open(&asking(birthday)).await).contains_key("code"), "it is remembered");
    ada.open(&asking(r#"{"id_token":{"gender":{"essential":true},"birthdate":null}}"#)).await;
    assert!(ada.path.starts_with("/consent") && ada.html.contains("See your gender"), "more is asked again");
    let silent = ada.open(&format!("{}&prompt=none", asking(r#"{"userinfo":{"address":null}}"#))).await;
    assert_eq!(sent_back(&silent)["error"], "consent_required");
}

/// What was asked for by claims is told as long as the consent stands.
#[actix_web::test]
async fn a_refresh_keeps_the_claims() {
    let (app, web, ada) = app().await;
    let claims = r#"{"userinfo":{"email":null},"id_token":{"nickname":null}}"#;
    let first = tokens(&app, &web, &ada, &[("scope", "openid offline_access"), ("claims", claims)]).await;
    let second = app.refresh(&web, &first["refresh_token"], &[]).await.json();
    assert_eq!(said(&second["id_token"])["nickname"], "Countess");
    assert_eq!(app.userinfo(&second["access_token"]).await.json()["email"], "ada@example.com");
}
