//! Token revocation. RFC 7009.

use crate::support::App;
use serde_json::json;

/// RFC 7009 §2.
#[actix_web::test]
async fn a_revoked_access_token_is_dead_at_once() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    let issued = app.post("/token", &[("grant_type", "client_credentials")], Some(&service)).await.json();
    let token = [("token", issued["access_token"].as_str().unwrap())];
    let active = async || app.post("/introspect", &token, Some(&service)).await.json()["active"] == true;
    assert!(active().await);
    let answer = app.post("/revoke", &token, Some(&service)).await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert!(!active().await);
    assert_eq!(app.post("/revoke", &token, Some(&service)).await.status, 200, "a second time");
}

/// RFC 7009 §2.2: an unknown token is as good as revoked.
#[actix_web::test]
async fn an_unknown_token_is_no_error() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    for unknown in ["garbage", "a.b.c", "lkr_AAAA"] {
        assert_eq!(app.post("/revoke", &[("token", unknown)], Some(&service)).await.status, 200);
    }
    assert_eq!(app.post("/revoke", &[], Some(&service)).await.error(), (400, "invalid_request".into()));
    assert_eq!(app.last_cause(), "token.missing");
}

/// RFC 7009 §2.1.
#[actix_web::test]
async fn another_clients_token_stays_alive() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    let other = app.with_client(json!({ "client_id": "other" }));
    let issued = app.post("/token", &[("grant_type", "client_credentials")], Some(&service)).await.json();
    let token = [("token", issued["access_token"].as_str().unwrap())];
    assert_eq!(app.post("/revoke", &token, Some(&other)).await.error(), (400, "invalid_grant".into()));
    assert_eq!(app.last_cause(), "revocation.foreign_client");
    assert_eq!(app.post("/introspect", &token, Some(&service)).await.json()["active"], true);
    assert_eq!(app.post("/revoke", &token, None).await.error(), (401, "invalid_client".into()));
}
