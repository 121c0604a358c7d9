//! Nonces of the server. RFC 9449 §8, §9. attacks: M34.

use crate::support::App;
use crate::support::dpop::{Prover, ath};
use crate::support::flow::{CALLBACK, VERIFIER};
use crate::support::signed::claims_of;
use serde_json::{Value, json};
use time::Duration;

const OWN: [(&str, &str); 1] = [("grant_type", "client_credentials")];

async fn demanding() -> App {
    App::start_under(|rules| rules.dpop.require_nonce = true, |_| {}).await
}

#[actix_web::test]
async fn the_token_endpoint_demands_a_fresh_nonce() {
    let app = demanding().await;
    let service = app.with_client(json!({}));
    let prover = Prover::new();
    let with = |nonce: Value| prover.proof(&app, ("POST", "/token"), &[("nonce", nonce)]);
    let missing = app.post_with("/token", &service, &OWN, &[with(Value::Null)]).await;
    assert_eq!(missing.error(), (400, "use_dpop_nonce".into()));
    assert_eq!(app.last_cause(), "dpop.nonce_missing");
    let nonce = missing.header("dpop-nonce");
    assert_eq!(missing.header("cache-control"), "no-store");
    let wrong = app.post_with("/token", &service, &OWN, &[with(json!("wrong"))]).await;
    assert_eq!((wrong.error(), wrong.header("dpop-nonce")), ((400, "use_dpop_nonce".into()), nonce.clone()));
    assert_eq!(app.last_cause(), "dpop.nonce_stale");
    let good = app.post_with("/token", &service, &OWN, &[with(json!(nonce))]).await;
    assert_eq!((good.status, good.header("dpop-nonce")), (200, nonce.clone()));

    app.advance(Duration::seconds(130));
    let before = app.post_with("/token", &service, &OWN, &[with(json!(nonce))]).await;
    assert_eq!(before.status, 200, "the one before is still good");
    assert_ne!(before.header("dpop-nonce"), nonce, "and the new one comes along");
    app.advance(Duration::seconds(130));
    let old = app.post_with("/token", &service, &OWN, &[with(json!(nonce))]).await;
    assert_eq!(old.error(), (400, "use_dpop_nonce".into()));
}

#[actix_web::test]
async fn a_resource_demands_it_too() {
    let app = demanding().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let prover = Prover::new();
    let nonce = json!(app.realm.rules.dpop.nonces.current(app.act().now));
    let code = app.code(&ada, &[]).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let proof = prover.proof(&app, ("POST", "/token"), &[("nonce", nonce.clone())]);
    let token = app.post_with("/token", &web, &form, &[proof]).await.json()["access_token"].clone();
    assert_eq!(claims_of(&token)["cnf"]["jkt"], json!(prover.jkt()));
    let with =
        |nonce: Value| prover.proof(&app, ("GET", "/userinfo"), &[("ath", ath(&token)), ("nonce", nonce)]);
    for nonce in [Value::Null, json!(""), json!("wrong")] {
        let answer = app.userinfo_by("DPoP", &token, &[with(nonce)]).await;
        assert_eq!(answer.error(), (401, "use_dpop_nonce".into()));
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.starts_with("DPoP ") && challenge.contains("error=\"use_dpop_nonce\""),
            "{challenge}"
        );
        assert!(!answer.header("dpop-nonce").is_empty());
    }
    assert_eq!(app.userinfo_by("DPoP", &token, &[with(nonce)]).await.status, 200);
}

/// What is refused for its nonce has not been used: it may be an honest client's first try.
#[actix_web::test]
async fn a_nonce_is_asked_for_after_everything_else() {
    let app = demanding().await;
    let service = app.with_client(json!({}));
    let proof = Prover::new().proof(&app, ("POST", "/token"), &[("htm", json!("GET"))]);
    let answer = app.post_with("/token", &service, &OWN, &[proof]).await;
    assert_eq!(answer.error(), (400, "invalid_dpop_proof".into()));
}

/// RFC 9449 §4.3, 10: where none is demanded, one that is shown must still be ours; a client may demand it of itself.
/// §11.3: who was given one may not leave it out again, so nobody is given one unasked.
#[actix_web::test]
async fn a_client_may_be_bound_to_nonces() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    let prover = Prover::new();
    let plain = app.post_with("/token", &service, &OWN, &[prover.for_token(&app)]).await;
    assert_eq!((plain.status, plain.header("dpop-nonce").as_str()), (200, ""));
    let wrong = prover.proof(&app, ("POST", "/token"), &[("nonce", json!("wrong"))]);
    let wrong = app.post_with("/token", &service, &OWN, &[wrong]).await;
    assert_eq!(wrong.error(), (400, "use_dpop_nonce".into()));
    let nonce = wrong.header("dpop-nonce");
    app.change_client("service", |client| client.binding.require_dpop_nonce = true);
    let missing = app.post_with("/token", &service, &OWN, &[prover.for_token(&app)]).await;
    assert_eq!(missing.error(), (400, "use_dpop_nonce".into()));
    let good = prover.proof(&app, ("POST", "/token"), &[("nonce", json!(nonce))]);
    let good = app.post_with("/token", &service, &OWN, &[good]).await;
    assert_eq!((good.status, good.header("dpop-nonce")), (200, nonce));
    let bearer = app.post("/token", &OWN, Some(&service)).await;
    assert!(bearer.header("dpop-nonce").is_empty(), "nobody else is bothered");
}
