//! The requests of the basic OpenID provider certification, each as its suite sends it: a code flow that must succeed
//! whatever optional parameter goes along. OIDC Core §3.1.2.1.

use super::{said, tokens};
use crate::support::App;
use crate::support::app::PASSWORD;
use crate::support::browser::Browser;
use crate::support::flow::{Credentials, authorize_uri, sent_back};
use serde_json::json;
use time::Duration;

/// A client as the suite registers it: no PKCE, no nonce.
async fn app() -> (App, Credentials) {
    let app = App::start().await;
    let web = app.with_web_client(&[
        ("require_pkce", json!(false)),
        ("scope", json!("openid profile email address phone offline_access")),
    ]);
    (app, web)
}

const BARE: [(&str, &str); 2] = [("code_challenge", ""), ("code_challenge_method", "")];

#[actix_web::test]
async fn parameters_that_ask_for_comfort_change_nothing_else() {
    let (app, web) = app().await;
    let ada = app.signed_in("ada");
    for over in [
        ("nonce", "n-0S6_WzA2Mj"),
        ("display", "page"),
        ("display", "popup"),
        ("display", "touch"),
        ("display", "wap"),
        ("display", "hologram"),
        ("ui_locales", "se"),
        ("ui_locales", "fr-CA fr en"),
        ("claims_locales", "se"),
        ("acr_values", "1 2"),
        ("login_hint", "ada@example.com"),
        ("extra", "foobar"),
        ("scope", "email openid profile"),
        ("max_age", "10000"),
    ] {
        let code = app.code(&ada, &[&BARE[..], &[over]].concat()).await;
        let answer = app.redeem(&web, &code, &[("code_verifier", "")]).await;
        assert_eq!(answer.status, 200, "{over:?}");
        let id = said(&answer.json()["id_token"]);
        let nonce = Some(json!(over.1)).filter(|_| over.0 == "nonce");
        assert_eq!(id.get("nonce"), nonce.as_ref(), "{over:?}");
        assert_eq!(id["sub"], json!(ada.user.id));
    }
}

/// `oidcc-prompt-none-logged-in`, `-not-logged-in`, `-id-token-hint`.
#[actix_web::test]
async fn a_silent_request_tells_of_the_same_sign_in() {
    let (app, web) = app().await;
    let ada = app.signed_in("ada");
    let first = tokens(&app, &web, &ada, &[]).await;
    app.advance(Duration::seconds(5));
    let hint = first["id_token"].as_str().unwrap();
    for over in [vec![], vec![("id_token_hint", hint)], vec![("max_age", "10000")]] {
        let over = [&over[..], &[("prompt", "none")]].concat();
        let again = tokens(&app, &web, &ada, &over).await;
        let (first, again) = (said(&first["id_token"]), said(&again["id_token"]));
        assert_eq!((&first["sub"], &first["auth_time"]), (&again["sub"], &again["auth_time"]));
    }
    for over in [vec![("prompt", "none")], vec![("prompt", "none"), ("id_token_hint", hint)]] {
        assert_eq!(sent_back(&app.authorize(None, &over).await)["error"], "login_required");
    }
}

/// `oidcc-prompt-login`, `oidcc-max-age-1`: a later sign-in, told by a later `auth_time`.
#[actix_web::test]
async fn a_sign_in_that_is_asked_for_is_a_new_one() {
    for over in [("prompt", "login"), ("max_age", "1"), ("max_age", "0")] {
        let (app, web) = app().await;
        app.with_user("ada");
        let mut ada = Browser::new(&app);
        ada.open(&authorize_uri(&[])).await;
        let code = sent_back(&ada.log_in("ada", PASSWORD).await)["code"].clone();
        let first = said(&app.redeem(&web, &code, &[]).await.json()["id_token"]);
        app.advance(Duration::seconds(2));
        ada.open(&authorize_uri(&[over])).await;
        assert!(ada.path.starts_with("/login?"), "{over:?}");
        let code = sent_back(&ada.log_in("ada", PASSWORD).await)["code"].clone();
        let second = said(&app.redeem(&web, &code, &[]).await.json()["id_token"]);
        assert_eq!(first["sub"], second["sub"]);
        assert!(second["auth_time"].as_i64() > first["auth_time"].as_i64(), "{over:?}");
    }
}

/// `oidcc-login-hint`: the name stands in the field.
#[actix_web::test]
async fn a_hint_fills_the_field() {
    let (app, _) = app().await;
    let mut ada = Browser::new(&app);
    ada.open(&authorize_uri(&[("login_hint", "ada"), ("ui_locales", "xx en"), ("display", "popup")])).await;
    assert!(ada.html.contains("value=\"ada\"") && ada.html.contains("<html lang=\"en\">"));
}

/// A16, A30: markup and nonsense in each parameter end as text, as an error, or nowhere.
#[actix_web::test]
async fn nonsense_is_never_a_fault() {
    let (app, _) = app().await;
    let ada = app.signed_in("ada");
    let names = [
        "claims",
        "acr_values",
        "display",
        "ui_locales",
        "claims_locales",
        "max_age",
        "prompt",
        "login_hint",
        "id_token_hint",
        "nonce",
        "scope",
        "response_mode",
        "registration",
    ];
    let long = "x".repeat(9000);
    for name in names {
        for value in
            ["\"><script>alert(1)</script>", "\u{202e}", "-1", "1e99", "{}", "[]", " ", long.as_str()]
        {
            for person in [None, Some(&ada)] {
                let answer = app.authorize(person, &[(name, value)]).await;
                assert!(
                    answer.status < 500 && !answer.text().contains("<script>alert"),
                    "{name}={value:.20}"
                );
                assert!(!answer.header("location").contains('<'), "{name}");
            }
        }
    }
}

/// OIDC Discovery §3: what works is named.
#[actix_web::test]
async fn discovery_names_it() {
    let (app, _) = app().await;
    let document = app.get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["claims_parameter_supported"], true);
    assert_eq!(document["subject_types_supported"], json!(["public", "pairwise"]));
    assert_eq!(document["ui_locales_supported"][0], "en");
    assert_eq!(
        document["userinfo_signing_alg_values_supported"],
        document["id_token_signing_alg_values_supported"]
    );
    assert_eq!(document["display_values_supported"], json!(["page", "popup", "touch", "wap"]));
    for (list, members) in [
        ("scopes_supported", "openid profile email address phone offline_access"),
        (
            "claims_supported",
            "sub iss aud auth_time acr amr nonce name family_name given_name middle_name nickname",
        ),
        ("claims_supported", "preferred_username profile picture website gender birthdate zoneinfo locale"),
        ("claims_supported", "updated_at email email_verified address phone_number phone_number_verified"),
        ("prompt_values_supported", "none login consent select_account"),
    ] {
        for member in members.split(' ') {
            assert!(document[list].as_array().unwrap().contains(&json!(member)), "{list}: {member}");
        }
    }
}

/// `oidcc-unsigned-request-object-…`, `oidcc-request-uri-unsigned-…`: their requests come from a client that registered no
/// algorithm, and are sent where `none` is in this list. It is not: only who registered `none` may use it.
#[actix_web::test]
async fn a_client_that_registered_nothing_is_offered_nothing_unsigned() {
    let (app, _) = app().await;
    let document = app.get("/.well-known/openid-configuration").await.json();
    let listed = document["request_object_signing_alg_values_supported"].as_array().unwrap();
    assert!(listed.contains(&json!("RS256")) && listed.contains(&json!("ES256")));
    assert!(!listed.contains(&json!("none")), "{listed:?}");
}
