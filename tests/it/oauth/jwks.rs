//! The published keys. RFC 7517 §5.

use crate::support::App;
use actix_web::test::TestRequest;

#[actix_web::test]
async fn every_key_is_public_and_complete() {
    let app = App::start().await;
    let answer = app.get("/.well-known/jwks.json").await;
    assert_eq!(answer.status, 200);
    let keys = answer.json()["keys"].as_array().unwrap().clone();
    assert_eq!(keys.len(), 4, "an active key and a spare for each of two algorithms");
    for key in keys {
        for member in ["kid", "alg", "use", "kty"] {
            assert!(key[member].is_string(), "{member}: {key}");
        }
        assert!(key.get("d").is_none(), "a private member");
    }
}

/// RFC 9110 §13.1.2; the document may be kept, and for how long.
#[actix_web::test]
async fn the_document_is_cached_and_revalidated() {
    let app = App::start().await;
    let answer = app.get("/.well-known/jwks.json").await;
    assert!(answer.header("cache-control").starts_with("public, max-age=300"));
    let etag = answer.header("etag");
    assert!(etag.starts_with('"'), "a strong tag: {etag}");
    for known in [etag.clone(), format!("W/{etag}"), format!("\"x\", {etag}"), "*".to_owned()] {
        let again = TestRequest::get().uri("/.well-known/jwks.json").insert_header(("if-none-match", known));
        let again = app.send(again).await;
        assert_eq!((again.status, again.body.len()), (304, 0));
        assert_eq!(again.header("etag"), etag);
    }
    let other = TestRequest::get().uri("/.well-known/jwks.json").insert_header(("if-none-match", "\"x\""));
    assert_eq!(app.send(other).await.status, 200);
}
