//! The token endpoint, whatever the grant. RFC 6749 §3.2, §5.2. attacks: D01-D06.

use crate::support::App;
use actix_web::test::TestRequest;
use serde_json::json;

/// D01.
#[actix_web::test]
async fn anything_but_a_form_with_a_known_grant_is_refused() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    assert_eq!(app.get("/token").await.status, 405);
    let as_json = TestRequest::post().uri("/token").set_json(json!({ "grant_type": "client_credentials" }));
    assert_eq!(app.send(as_json).await.error(), (400, "invalid_request".into()));
    assert_eq!(app.post("/token", &[], Some(&service)).await.error(), (400, "invalid_request".into()));
    for unknown in ["password", "implicit", "urn:x"] {
        let answer = app.post("/token", &[("grant_type", unknown)], Some(&service)).await;
        assert_eq!(answer.error(), (400, "unsupported_grant_type".into()), "{unknown}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

/// D02, D03: RFC 6749 §2.3, §2.3.1.
#[actix_web::test]
async fn credentials_in_two_places_or_in_the_query_are_refused() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    let grant = ("grant_type", "client_credentials");
    let both = [grant, ("client_id", "service"), ("client_secret", &service.1)];
    assert_eq!(app.post("/token", &both, Some(&service)).await.error(), (400, "invalid_request".into()));
    let query = format!("/token?client_id=service&client_secret={}", service.1);
    assert_eq!(app.post(&query, &[grant], None).await.error(), (401, "invalid_client".into()));
}

/// D05: RFC 6749 §5.2.
#[actix_web::test]
async fn a_wrong_secret_is_answered_with_a_challenge() {
    let app = App::start().await;
    let (id, _) = app.with_client(json!({}));
    let answer =
        app.post("/token", &[("grant_type", "client_credentials")], Some(&(id, "wrong".into()))).await;
    assert_eq!(answer.error(), (401, "invalid_client".into()));
    assert!(answer.header("www-authenticate").starts_with("Basic "));
    assert_eq!(app.last_cause(), "client_auth.secret_wrong");
    assert!(!answer.text().contains("secret_wrong"), "the cause is private");
}

/// D06: RFC 6749 §3.2.
#[actix_web::test]
async fn a_repeated_parameter_is_refused() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    let twice = [("grant_type", "client_credentials"), ("grant_type", "client_credentials")];
    assert_eq!(app.post("/token", &twice, Some(&service)).await.error(), (400, "invalid_request".into()));
}

#[actix_web::test]
async fn a_body_over_64_kib_is_refused() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    let long = "x".repeat(70_000);
    let answer = app.post("/token", &[("grant_type", &long)], Some(&service)).await;
    assert_eq!(answer.error(), (413, "invalid_request".into()));
}

/// A disabled client is as good as unknown.
#[actix_web::test]
async fn a_disabled_client_is_refused() {
    let app = App::start().await;
    let service = app.with_client(json!({ "disabled": true }));
    let answer = app.post("/token", &[("grant_type", "client_credentials")], Some(&service)).await;
    assert_eq!(answer.error(), (401, "invalid_client".into()));
    assert_eq!(app.last_cause(), "client.disabled");
}
