//! Request objects by reference. RFC 9101 §5.2, OIDC Core §6.2. attacks: A23.

use super::{asking, object, signing_client};
use crate::support::flow::{CALLBACK, Person, sent_back};
use crate::support::signed::Key;
use crate::support::{Answer, App};
use actix_web::test::TestRequest;
use latchkey::ports::outbound::{FetchError, Fetched};
use serde_json::json;

const AT: &str = "https://app.example/request.jwt";

async fn ask(app: &App, person: &Person, uri: &str) -> Answer {
    let path =
        asking(&[("client_id", "web"), ("request_uri", uri), ("redirect_uri", CALLBACK), ("state", "outer")]);
    app.send(TestRequest::get().uri(&path).insert_header(("cookie", person.cookie.as_str()))).await
}

fn document(status: u16, body: Vec<u8>) -> Fetched {
    Fetched {
        status,
        content_type: Some("application/oauth-authz-req+jwt".into()),
        cache_control: None,
        body,
    }
}

async fn start() -> (App, Key, Person) {
    let app = App::start().await;
    let key = Key::es256();
    signing_client(&app, &key, &[("requests", json!({"request_uris": [AT]}))]);
    let ada = app.signed_in("ada");
    (app, key, ada)
}

#[actix_web::test]
async fn an_object_is_fetched_from_where_its_client_registered_it() {
    let (app, key, ada) = start().await;
    let object = object(&app, &key, &[]);
    app.outbound.answer(AT, Ok(document(200, format!("{object}\n").into_bytes())));
    for uri in [AT.to_owned(), format!("{AT}#of-another-content")] {
        let back = sent_back(&ask(&app, &ada, &uri).await);
        assert_eq!((back["state"].as_str(), back.contains_key("code")), ("inner", true), "{uri}");
    }
    assert_eq!(app.outbound.count(AT), 2, "and not kept: it may be another tomorrow");
}

/// A23: an address that the client did not register is never called.
#[actix_web::test]
async fn nothing_else_is_fetched() {
    let (app, _, ada) = start().await;
    for uri in [
        "http://127.0.0.1:9/canary",
        "https://evil.example/request.jwt",
        "https://app.example/request.jwt/",
        "https://app.example/request.jwt?x",
        "https://app.example@evil.example/request.jwt",
        "http://app.example/request.jwt",
        "file:///etc/passwd",
        "urn:ietf:params:oauth:request_ur",
        "x",
    ] {
        assert_eq!(sent_back(&ask(&app, &ada, uri).await)["error"], "invalid_request_uri", "{uri}");
        assert_eq!(app.last_cause(), "request_uri.not_registered", "{uri}");
    }
    let nobody = asking(&[("client_id", "nobody"), ("request_uri", AT)]);
    assert_eq!(app.get(&nobody).await.status, 400, "nor for a client that is not known");
    assert!(app.outbound.sent().is_empty());
}

#[actix_web::test]
async fn what_gives_no_object_is_refused() {
    let (app, _, ada) = start().await;
    for (answer, code, cause) in [
        (Err(FetchError::TimedOut), "invalid_request_uri", "outbound.timed_out"),
        (Err(FetchError::Redirected), "invalid_request_uri", "outbound.redirected"),
        (Err(FetchError::TooLarge), "invalid_request_uri", "outbound.too_large"),
        (Ok(document(404, Vec::new())), "invalid_request_uri", "outbound.status"),
        (Ok(document(200, vec![0xff])), "invalid_request_uri", "request_uri.not_text"),
        (Ok(document(200, b"<html>".to_vec())), "invalid_request_object", "jws.malformed"),
    ] {
        app.outbound.answer(AT, answer);
        let back = sent_back(&ask(&app, &ada, AT).await);
        assert_eq!((back["error"].as_str(), app.last_cause().as_str()), (code, cause));
        assert_eq!(back["state"], "outer");
    }
}

/// Whoever asks makes us call: an address does that only so often.
#[actix_web::test]
async fn an_address_makes_us_fetch_only_so_often() {
    let (app, _, ada) = start().await;
    for _ in 0..100 {
        ask(&app, &ada, AT).await;
    }
    assert_eq!(ask(&app, &ada, AT).await.status, 429);
    assert_eq!(app.last_cause(), "address.too_many");
    assert_eq!(app.outbound.count(AT), 100);
}
