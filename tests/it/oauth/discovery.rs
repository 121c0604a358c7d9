//! The metadata document. OIDC Discovery §3, RFC 8414 §2.

use crate::support::App;
use crate::support::app::ISSUER;
use actix_web::test::TestRequest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey::keys::{Expected, VerifyError};
use serde_json::Value;
use time::OffsetDateTime;

/// RFC 8414 §5: both well-known places tell the same.
#[actix_web::test]
async fn both_well_known_places_give_the_same_document() {
    let app = App::start().await;
    let openid = app.get("/.well-known/openid-configuration").await;
    let oauth = app.get("/.well-known/oauth-authorization-server").await;
    assert_eq!((openid.status, openid.header("content-type").as_str()), (200, "application/json"));
    assert_eq!(openid.json(), oauth.json());
    assert_eq!(openid.json()["issuer"], ISSUER);
}

/// RFC 9110 §13.1.2, §15.4.5: whoever has the document is told so; another document has another tag.
#[actix_web::test]
async fn the_documents_are_asked_for_again_by_their_tags() {
    let app = App::start().await;
    let tag = |path: &'static str| {
        let app = app.clone();
        async move {
            let answer = app.get(path).await;
            assert_eq!(answer.status, 200);
            let etag = answer.header("etag");
            assert!(etag.starts_with('"') && etag.len() > 20, "a strong tag: {etag:?}");
            for known in [etag.clone(), format!("W/{etag}"), "*".to_owned()] {
                let again = TestRequest::get().uri(path).insert_header(("if-none-match", "\"x\""));
                let again = app.send(again.append_header(("if-none-match", known))).await;
                assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
                assert_eq!(again.header("etag"), etag);
                assert_eq!(again.header("cache-control"), answer.header("cache-control"));
            }
            let other = TestRequest::get().uri(path).insert_header(("if-none-match", "\"x\""));
            assert_eq!(app.send(other).await.status, 200);
            etag
        }
    };
    let openid = tag("/.well-known/openid-configuration").await;
    assert_eq!(tag("/.well-known/oauth-authorization-server").await, openid);
    let userinfo = tag("/.well-known/oauth-protected-resource/userinfo").await;
    assert_ne!(userinfo, openid);
}

/// Every endpoint that the document names answers, with anything but 404.
#[actix_web::test]
async fn every_endpoint_that_is_named_exists() {
    let app = App::start().await;
    let metadata = app.get("/.well-known/openid-configuration").await.json();
    let endpoints = metadata
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| name.ends_with("_endpoint") || name.as_str() == "jwks_uri");
    for (name, url) in endpoints {
        let path = url.as_str().unwrap().strip_prefix(ISSUER).unwrap();
        assert_ne!(app.get(path).await.status, 404, "{name}");
    }
}

/// B01: nothing that a caller writes into headers changes what we say of ourselves.
#[actix_web::test]
async fn the_issuer_never_follows_the_request() {
    let app = App::start().await;
    let plain = app.get("/.well-known/openid-configuration").await.body;
    for name in ["host", "x-forwarded-host", "forwarded", "x-forwarded-proto", "x-original-url"] {
        let request = TestRequest::get().uri("/.well-known/openid-configuration");
        let value = if name == "forwarded" { "host=evil.example;proto=https" } else { "evil.example" };
        assert_eq!(app.send(request.insert_header((name, value))).await.body, plain, "{name}");
    }
}

/// M53: RFC 8414 §3.1, OIDC Discovery §4.1: an issuer with a path is found at both places, and nowhere else.
#[actix_web::test]
async fn an_issuer_with_a_path_has_everything_below_it() {
    let app = App::start_with(|policy| policy.issuer = "http://localhost:8080/auth".into()).await;
    let document = app.get("/auth/.well-known/openid-configuration").await;
    assert_eq!(document.json()["token_endpoint"], "http://localhost:8080/auth/token");
    for path in [
        "/auth/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/auth",
        "/.well-known/openid-configuration/auth",
    ] {
        assert_eq!(app.get(path).await.body, document.body, "{path}");
    }
    for path in ["/auth/.well-known/jwks.json", "/auth", "/auth/", "/auth/login"] {
        assert_eq!(app.get(path).await.status, 200, "{path}");
    }
    for path in
        ["/.well-known/openid-configuration", "/.well-known/jwks.json", "/", "/authx", "/auth/nothing"]
    {
        assert_eq!(app.get(path).await.status, 404, "{path}");
    }
}

/// RFC 8414 §2.1: the same claims again, signed by a key of the JWKS; anew when that key is another one.
#[actix_web::test]
async fn the_document_holds_a_signed_copy_of_itself() {
    let app = App::start().await;
    let mut metadata = app.get("/.well-known/openid-configuration").await.json();
    let signed = metadata.as_object_mut().unwrap().remove("signed_metadata").unwrap();
    let expected = Expected {
        typ: "JWT",
        issuer: ISSUER,
        now: OffsetDateTime::UNIX_EPOCH,
        leeway: time::Duration::ZERO,
    };
    let keys = app.realm.keys.load();
    let error = keys.verify_own::<Value>(signed.as_str().unwrap(), &expected).unwrap_err();
    assert_eq!(error, VerifyError::Claims, "it has no exp, so it passes for no token of ours");
    let mut parts = signed.as_str().unwrap().split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    let header: Value = serde_json::from_slice(&parts.next().unwrap()).unwrap();
    assert!(keys.verifying_key(header["kid"].as_str().unwrap()).is_some());
    let mut claims: Value = serde_json::from_slice(&parts.next().unwrap()).unwrap();
    assert_eq!(claims["iss"], ISSUER);
    let members = claims.as_object_mut().unwrap();
    members.remove("iss");
    members.remove("iat");
    assert_eq!(claims, metadata);
}
