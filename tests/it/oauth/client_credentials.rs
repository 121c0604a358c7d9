//! The `client_credentials` grant. RFC 6749 §4.4, RFC 9068.

use crate::support::App;
use crate::support::app::ISSUER;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// The header and the claims of a JWT.
fn decode(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    let mut json = || serde_json::from_slice(&parts.next().unwrap()).unwrap();
    (json(), json())
}

/// RFC 6749 §4.4.3, RFC 9068 §2.
#[actix_web::test]
async fn a_client_gets_a_token_for_itself() {
    let app = App::start().await;
    let service = app.with_client(json!({ "roles": ["reader"] }));
    let answer = app.post("/token", &[GRANT], Some(&service)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(
        (answer.header("cache-control"), answer.header("pragma")),
        ("no-store".into(), "no-cache".into())
    );
    let body = answer.json();
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(300)));
    assert_eq!(body["scope"], "read write");
    assert_eq!(body.get("refresh_token"), None, "RFC 6749 §4.4.3: no refresh token");
    let (header, claims) = decode(body["access_token"].as_str().unwrap());
    assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("ES256")));
    assert!(header["kid"].is_string());
    for (name, expected) in [
        ("iss", json!(ISSUER)),
        ("sub", json!("service")),
        ("aud", json!(ISSUER)),
        ("client_id", json!("service")),
        ("scope", json!("read write")),
        ("iat", json!(1_800_000_000)),
        ("exp", json!(1_800_000_300)),
        ("roles", json!(["reader"])),
    ] {
        assert_eq!(claims[name], expected, "{name}");
    }
    assert_eq!(claims["jti"], app.audit().last().unwrap()["jti"]);
}

/// RFC 6749 §3.3.
#[actix_web::test]
async fn the_scope_can_be_narrowed_and_not_widened() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    let narrow = app.post("/token", &[GRANT, ("scope", "read")], Some(&service)).await;
    assert_eq!(narrow.json()["scope"], "read");
    let wide = app.post("/token", &[GRANT, ("scope", "read admin")], Some(&service)).await;
    assert_eq!(wide.error(), (400, "invalid_scope".into()));
    assert_eq!(app.last_cause(), "scope.exceeds");
}

/// A client cannot give itself what only a person can give.
#[actix_web::test]
async fn scopes_about_a_person_are_refused() {
    let app = App::start().await;
    let service = app.with_client(json!({ "scope": "openid read" }));
    let all = app.post("/token", &[GRANT], Some(&service)).await;
    assert_eq!(all.json()["scope"], "read");
    let openid = app.post("/token", &[GRANT, ("scope", "openid")], Some(&service)).await;
    assert_eq!(openid.error(), (400, "invalid_scope".into()));
}

/// RFC 8707 §2.2.
#[actix_web::test]
async fn the_audience_is_the_resource_that_was_asked_for() {
    let app = App::start().await;
    let service = app.with_client(json!({ "resources": ["https://a.example", "https://b.example"] }));
    let aud = async |form: &[(&str, &str)]| {
        let answer = app.post("/token", form, Some(&service)).await;
        decode(answer.json()["access_token"].as_str().unwrap()).1["aud"].clone()
    };
    assert_eq!(aud(&[GRANT]).await, "https://a.example");
    assert_eq!(aud(&[GRANT, ("resource", "https://b.example")]).await, "https://b.example");
    let both = [GRANT, ("resource", "https://a.example"), ("resource", "https://b.example")];
    assert_eq!(aud(&both).await, json!(["https://a.example", "https://b.example"]));
    let twice = [GRANT, ("resource", "https://b.example"), ("resource", "https://b.example")];
    assert_eq!(aud(&twice).await, "https://b.example", "one audience, however often it is named");
    for bad in ["https://c.example", "not a uri", "https://a.example#x"] {
        let answer = app.post("/token", &[GRANT, ("resource", bad)], Some(&service)).await;
        assert_eq!(answer.error(), (400, "invalid_target".into()), "{bad}");
    }
}

/// RFC 6749 §5.2.
#[actix_web::test]
async fn a_client_that_did_not_register_for_the_grant_is_refused() {
    let app = App::start().await;
    let web = app.with_client(json!({ "grant_types": ["authorization_code"] }));
    let answer = app.post("/token", &[GRANT], Some(&web)).await;
    assert_eq!(answer.error(), (400, "unauthorized_client".into()));
}

/// RFC 6749 §4.4: confidential clients alone.
#[actix_web::test]
async fn a_public_client_is_refused() {
    let app = App::start().await;
    app.with_client(json!({ "client_id": "native", "token_endpoint_auth_method": "none" }));
    let answer = app.post("/token", &[GRANT, ("client_id", "native")], None).await;
    assert_eq!(answer.error(), (400, "unauthorized_client".into()));
    assert_eq!(app.last_cause(), "client_credentials.public_client");
}
