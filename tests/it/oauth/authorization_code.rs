//! The `authorization_code` grant. RFC 6749 §4.1.3, RFC 7636 §4.6. attacks: C01-C06.

use crate::support::App;
use crate::support::app::ISSUER;
use crate::support::signed::claims_of;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey::records::SignatureAlgorithm;
use serde_json::json;
use time::Duration;

/// OIDC Core §3.1.3.3.
#[actix_web::test]
async fn a_code_gives_access_refresh_and_id_token() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let code = app.code(&ada, &[("scope", "openid email"), ("nonce", "n-0S6")]).await;
    let answer = app.redeem(&web, &code, &[]).await;
    assert_eq!((answer.status, answer.header("cache-control").as_str()), (200, "no-store"));
    let tokens = answer.json();
    assert!(tokens["refresh_token"].as_str().unwrap().starts_with("lkr_"));
    let access = claims_of(&tokens["access_token"]);
    assert_eq!((&access["sub"], &access["aud"]), (&json!(ada.user.id), &json!(ISSUER)));
    assert_eq!((&access["scope"], &access["client_id"]), (&json!("openid email"), &json!("web")));
    let id = claims_of(&tokens["id_token"]);
    for (name, expected) in [
        ("iss", json!(ISSUER)),
        ("sub", json!(ada.user.id)),
        ("aud", json!("web")),
        ("nonce", json!("n-0S6")),
        ("auth_time", json!(1_800_000_000)),
        ("amr", json!(["pwd"])),
        ("sid", json!(ada.sid)),
    ] {
        assert_eq!(id[name], expected, "{name}");
    }
    let hash = openssl::sha::sha256(tokens["access_token"].as_str().unwrap().as_bytes());
    assert_eq!(id["at_hash"], URL_SAFE_NO_PAD.encode(&hash[..16]), "OIDC Core §3.1.3.6");
}

/// Without `openid` it is plain OAuth: no ID token.
#[actix_web::test]
async fn without_openid_there_is_no_id_token() {
    let app = App::start().await;
    let web = app.with_web_client(&[("scope", json!("read"))]);
    let ada = app.signed_in("ada");
    let tokens = app.tokens(&web, &ada, "read").await;
    assert_eq!(tokens.get("id_token"), None);
    assert_eq!(app.userinfo(&tokens["access_token"]).await.status, 403, "insufficient_scope");
}

/// C01: RFC 6749 §4.1.2: used twice, everything that it gave dies.
#[actix_web::test]
async fn a_second_use_revokes_what_the_first_gave() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let code = app.code(&ada, &[]).await;
    let tokens = app.redeem(&web, &code, &[]).await.json();
    assert!(app.is_active(&web, &tokens["access_token"]).await);
    assert_eq!(app.redeem(&web, &code, &[]).await.error(), (400, "invalid_grant".into()));
    assert_eq!(app.last_cause(), "code.reused");
    assert!(!app.is_active(&web, &tokens["access_token"]).await);
    assert!(!app.is_active(&web, &tokens["refresh_token"]).await);
    assert_eq!(app.userinfo(&tokens["access_token"]).await.status, 401);
    let refreshed = app.refresh(&web, &tokens["refresh_token"], &[]).await;
    assert_eq!(refreshed.error(), (400, "invalid_grant".into()));
}

/// C01, at the same instant: exactly one of many wins.
#[actix_web::test]
async fn of_many_uses_at_once_at_most_one_succeeds() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let code = app.code(&ada, &[]).await;
    let tries = (0..8).map(|_| {
        let (app, web, code) = (app.clone(), web.clone(), code.clone());
        actix_web::rt::spawn(async move { app.redeem(&web, &code, &[]).await.status })
    });
    let mut won = 0;
    for attempt in tries.collect::<Vec<_>>() {
        won += i32::from(attempt.await.unwrap() == 200);
    }
    assert_eq!(won, 1);
}

/// C03-C06.
#[actix_web::test]
async fn a_code_is_bound_to_its_client_its_redirect_uri_and_its_challenge() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let other = app.with_web_client(&[("client_id", json!("other"))]);
    let ada = app.signed_in("ada");
    let code = app.code(&ada, &[]).await;
    assert_eq!(app.redeem(&other, &code, &[]).await.error(), (400, "invalid_grant".into()));
    assert_eq!(app.last_cause(), "code.foreign_client");
    let wrong = "a".repeat(43);
    for (name, value, error, cause) in [
        ("redirect_uri", "https://app.example/other", "invalid_grant", "code.redirect_uri_differs"),
        ("redirect_uri", "", "invalid_request", "redirect_uri.missing"),
        ("code_verifier", wrong.as_str(), "invalid_grant", "pkce.verifier_wrong"),
        ("code_verifier", "short", "invalid_grant", "pkce.verifier_malformed"),
        ("code_verifier", "", "invalid_grant", "pkce.verifier_missing"),
        ("code", "lkc_AAAA", "invalid_grant", "code.unknown"),
        ("code", "", "invalid_request", "code.missing"),
    ] {
        let answer = app.redeem(&web, &code, &[(name, value)]).await;
        assert_eq!(answer.error(), (400, error.into()), "{name}={value}");
        assert_eq!(app.last_cause(), cause);
        let about = answer.json()["error_description"].to_string();
        assert!(about.contains(name) || cause == "code.unknown", "{cause} says what is wrong: {about}");
    }
    assert_eq!(app.redeem(&web, &code, &[]).await.status, 200, "none of these cost the client its code");
}

/// RFC 6749 §4.1.2: short-lived.
#[actix_web::test]
async fn a_code_lives_a_minute() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let code = app.code(&ada, &[]).await;
    app.advance(Duration::seconds(60));
    assert_eq!(app.redeem(&web, &code, &[]).await.error(), (400, "invalid_grant".into()));
    assert_eq!(app.last_cause(), "code.expired");
}

/// An algorithm whose first key is still being made costs nobody their code.
#[actix_web::test]
async fn a_code_outlives_a_key_that_is_not_there_yet() {
    let app = App::start().await;
    let web = app.with_web_client(&[("id_token_signed_response_alg", json!("RS256"))]);
    let ada = app.signed_in("ada");
    let code = app.code(&ada, &[]).await;
    let answer = app.redeem(&web, &code, &[]).await;
    assert_eq!(answer.error(), (503, "temporarily_unavailable".into()));
    assert!(!answer.header("retry-after").is_empty());
    app.change_client("web", |client| client.id_token_signed_response_alg = SignatureAlgorithm::Es256);
    assert_eq!(app.redeem(&web, &code, &[]).await.status, 200);
}
