//! Errors that people see.

use crate::support::{App, Browser};
use actix_web::test::TestRequest;

#[actix_web::test]
async fn a_browser_gets_a_page_where_the_error_arose() {
    let app = App::start().await;
    let mut browser = Browser::new(&app);
    let answer = browser.open("/no/such/page").await;
    assert_eq!((answer.status, browser.path.as_str()), (404, "/no/such/page"));
    assert!(answer.header("content-type").starts_with("text/html"));
    assert!(answer.text().contains("There is no such page"));
    assert!(answer.text().contains(&answer.header("x-request-id")), "the id is shown");
}

#[actix_web::test]
async fn a_program_gets_json() {
    let app = App::start().await;
    let answer = app.get("/no/such/page").await;
    assert_eq!(answer.error(), (404, "not_found".into()));
    assert_eq!(answer.json()["request_id"], answer.header("x-request-id").as_str());
    let request = TestRequest::put().uri("/login").insert_header(("accept", "application/json"));
    assert_eq!(app.send(request).await.error(), (405, "method_not_allowed".into()));
}

#[actix_web::test]
async fn what_is_no_form_is_refused_with_a_page() {
    let app = App::start().await;
    let long = format!("csrf={}", "a".repeat(70_000));
    for (body, kind, status) in [
        (&b"{}"[..], "application/json", 400),
        (b"a=b&a=c&csrf=1&csrf=2", "application/x-www-form-urlencoded", 400),
        (b"csrf=%ff%fe", "application/x-www-form-urlencoded", 400),
        (b"csrf=%zz", "application/x-www-form-urlencoded", 400),
        (b"csrf=\xff", "application/x-www-form-urlencoded", 400),
        (b"", "", 400),
        (long.as_bytes(), "application/x-www-form-urlencoded", 413),
    ] {
        for path in ["/login", "/consent", "/logout", "/setup", "/login/cancel"] {
            let request = TestRequest::post()
                .uri(path)
                .insert_header(("content-type", kind))
                .set_payload(body.to_vec());
            let answer = app.send(request).await;
            let what = format!("{path} {kind} {:?}", &body[..body.len().min(20)]);
            // Without a session nobody consents, so there the form is not even looked at.
            assert!(
                answer.status == status || (path == "/consent" && answer.status == 303),
                "{what}: {}",
                answer.status
            );
        }
    }
}

#[actix_web::test]
async fn a_broken_query_is_refused_with_a_page() {
    let app = App::start().await;
    for path in [
        "/login?interaction=%ff",
        "/login?interaction=a&interaction=b",
        "/consent?interaction=%00",
        "/setup?token=%zz",
    ] {
        let answer = Browser::new(&app).open(path).await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.header("content-type").starts_with("text/html"), "{path}");
    }
}

/// One path leads to each place: neither a longer nor a bent one does, so that no cache takes a page for a picture, and no
/// proxy lets pass what it believes to be another. Authelia CVE-2021-32637, Keycloak CVE-2026-3872 (`..;`), and
/// "web cache deception".
#[actix_web::test]
async fn a_bent_path_leads_nowhere() {
    let app = App::start().await;
    for path in [
        "/token/",
        "//token",
        "/TOKEN",
        "/token;x=y",
        "/token%2f",
        "/login/",
        "/login/..;/token",
        "/login/../token",
        "/./login",
        "/userinfo/x.css",
        "/userinfo%2fx.css",
        "/userinfo.css",
        "/consent/x.css",
        "/consent;x.css",
        "/static/",
        "/static/..",
        "/static/../Cargo.toml",
        "/static/..%2f..%2fCargo.toml",
        "/static/%2e%2e/Cargo.toml",
        "/static/..\\Cargo.toml",
        "/.well-known/jwks.json/x",
        "/.well-known/openid-configuration%00",
        "/.well-known/openid-configuration/..",
        "/authorize/resume/x",
        "/%",
        "/%zz",
        "/%c3%28",
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
}
