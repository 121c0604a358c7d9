//! Proofs at the endpoint for pushed requests. RFC 9449 §10.1.

use crate::support::dpop::Prover;
use crate::support::flow::{CALLBACK, CHALLENGE, Credentials, VERIFIER, sent_back};
use crate::support::{Answer, App};
use actix_web::test::TestRequest;
use serde_json::json;

async fn push(app: &App, web: &Credentials, more: &[(&str, &str)], proofs: &[String]) -> Answer {
    let mut form = vec![
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    form.extend_from_slice(more);
    app.post_with("/par", web, &form, proofs).await
}

fn proof(app: &App, prover: &Prover) -> String {
    prover.proof(app, ("POST", "/par"), &[])
}

#[actix_web::test]
async fn the_key_of_the_push_is_the_key_of_the_code() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let prover = Prover::new();
    let pushed = push(&app, &web, &[], &[proof(&app, &prover)]).await;
    assert_eq!(pushed.status, 201, "{}", pushed.text());
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", "web")
        .append_pair("request_uri", pushed.json()["request_uri"].as_str().unwrap())
        .finish();
    let visit = TestRequest::get().uri(&format!("/authorize?{query}"));
    let answer = app.send(visit.insert_header(("cookie", ada.cookie.as_str()))).await;
    let code = sent_back(&answer).remove("code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let other = app.post_with("/token", &web, &form, &[Prover::new().for_token(&app)]).await;
    assert_eq!(other.error(), (400, "invalid_grant".into()));
    let none = app.post_with("/token", &web, &form, &[]).await;
    assert_eq!(none.error(), (400, "invalid_dpop_proof".into()));
    let same = app.post_with("/token", &web, &form, &[prover.for_token(&app)]).await;
    assert_eq!(same.status, 200, "{}", same.text());
}

/// RFC 9449 §10.1: a push names one key, however it names it; and its proof is for this endpoint.
#[actix_web::test]
async fn a_push_that_contradicts_itself_is_refused() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let prover = Prover::new();
    let (own, other) = (prover.jkt(), Prover::new().jkt());
    let differs = push(&app, &web, &[("dpop_jkt", &other)], &[proof(&app, &prover)]).await;
    assert_eq!((differs.status, app.last_cause().as_str()), (400, "dpop.jkt_differs"));
    assert_eq!(push(&app, &web, &[("dpop_jkt", &own)], &[proof(&app, &prover)]).await.status, 201);
    let elsewhere = push(&app, &web, &[], &[prover.for_token(&app)]).await;
    assert_eq!(elsewhere.error(), (400, "invalid_dpop_proof".into()));
    assert_eq!(app.last_cause(), "dpop.htu");
    let once = proof(&app, &prover);
    assert_eq!(push(&app, &web, &[], std::slice::from_ref(&once)).await.status, 201);
    assert_eq!(push(&app, &web, &[], &[once]).await.error(), (400, "invalid_dpop_proof".into()));
    assert_eq!(app.last_cause(), "dpop.replayed");
}

/// Class 8 of attacks: an address has only so many pushes of public clients, and one with a proof is one as well.
#[actix_web::test]
async fn a_push_with_a_proof_is_paid_for_once() {
    let app = App::start().await;
    app.with_web_client(&[("token_endpoint_auth_method", json!("none"))]);
    let (public, prover) = (("web".to_owned(), String::new()), Prover::new());
    for _ in 0..100 {
        assert_eq!(push(&app, &public, &[], &[proof(&app, &prover)]).await.status, 201);
    }
    assert_eq!(push(&app, &public, &[], &[proof(&app, &prover)]).await.status, 429);
    assert_eq!(app.last_cause(), "address.too_many");
    assert_eq!(push(&app, &public, &[], &[]).await.status, 429, "nor without one");
}
