//! The headers of security, and what each kind of answer may be asked.

use crate::support::app::PASSWORD;
use crate::support::flow::authorize_uri;
use crate::support::{Answer, App, Browser};
use actix_web::http::Method;
use actix_web::test::TestRequest;
use std::collections::HashSet;

fn assert_guarded(answer: &Answer, what: &str) {
    let policy = answer.header("content-security-policy");
    for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.contains(part), "{what}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("form-action"), "{what}: {policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), value, "{what}: {name}");
    }
    assert_eq!(answer.header("strict-transport-security"), "", "{what}: plain http on loopback");
}

/// B02, B03, M23, M27.
#[actix_web::test]
async fn every_page_and_every_redirect_is_guarded() {
    let app = App::start().await;
    app.with_web_client(&[]);
    app.with_user("ada");
    let mut ada = Browser::new(&app);
    for path in ["/", "/login", "/logout", "/signed-out", "/setup", "/nothing", "/authorize", "/consent"] {
        let answer = ada.send(TestRequest::get(), path).await;
        assert_guarded(&answer, path);
        assert!(
            !answer.text().contains("https://") || path == "/",
            "{path}: nothing is loaded from elsewhere"
        );
    }
    assert_guarded(&ada.open(&authorize_uri(&[])).await, "login");
    assert_guarded(&ada.log_in("ada", PASSWORD).await, "back to the client");
}

#[actix_web::test]
async fn every_answer_has_an_id_of_our_own() {
    let app = App::start().await;
    let mut seen = HashSet::new();
    for path in ["/", "/.well-known/jwks.json", "/nothing", "/login"] {
        let request = TestRequest::get().uri(path).insert_header(("x-request-id", "evil"));
        let id = app.send(request).await.header("x-request-id");
        assert!(id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{path}: {id}");
        assert!(seen.insert(id), "{path}");
    }
}

/// M51.
#[actix_web::test]
async fn other_methods_are_refused_everywhere() {
    let app = App::start().await;
    let paths =
        ["/", "/login", "/login/cancel", "/consent", "/logout", "/signed-out", "/setup", "/authorize"];
    for path in
        paths.into_iter().chain(["/token", "/userinfo", "/revoke", "/introspect", "/.well-known/jwks.json"])
    {
        for method in [Method::TRACE, Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = app.send(TestRequest::default().method(method.clone()).uri(path)).await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert!(!answer.header("allow").is_empty(), "{method} {path}");
        }
    }
    for path in ["/login/cancel", "/token"] {
        for name in ["x-http-method-override", "x-http-method", "x-method-override"] {
            let request = TestRequest::get().uri(path).insert_header((name, "POST"));
            assert_eq!(app.send(request).await.status, 405, "{path} {name}");
        }
    }
    for path in ["/", "/login", "/signed-out"] {
        assert_eq!(
            app.send(TestRequest::default().method(Method::HEAD).uri(path)).await.status,
            200,
            "HEAD {path}"
        );
    }
}
