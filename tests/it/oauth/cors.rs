//! What scripts of other origins may do. (attacks: B08)

use crate::support::App;
use actix_web::test::TestRequest;

const OPEN: [&str; 8] = [
    "/par",
    "/device_authorization",
    "/token",
    "/userinfo",
    "/revoke",
    "/.well-known/jwks.json",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
];

const CLOSED: [&str; 5] = ["/authorize", "/introspect", "/login", "/logout", "/check-session/state"];

fn preflight(path: &str) -> TestRequest {
    TestRequest::with_uri(path)
        .method(actix_web::http::Method::OPTIONS)
        .insert_header(("origin", "https://spa.example"))
        .insert_header(("access-control-request-method", "POST"))
        .insert_header(("access-control-request-headers", "authorization, content-type, dpop"))
}

#[actix_web::test]
async fn endpoints_at_which_no_cookie_counts_are_open_to_every_origin() {
    let app = App::start().await;
    for path in OPEN {
        let answer = app.send(preflight(path)).await;
        assert_eq!(
            (answer.status, answer.header("access-control-allow-origin").as_str()),
            (204, "*"),
            "{path}"
        );
        let headers = answer.header("access-control-allow-headers").to_lowercase();
        assert!(
            ["authorization", "content-type", "dpop"].iter().all(|name| headers.contains(name)),
            "{headers}"
        );
        let plain = TestRequest::get().uri(path).insert_header(("origin", "https://evil.example"));
        let answer = app.send(plain).await;
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), "", "{path}");
    }
}

/// An MCP client in a browser names the version of the protocol wherever it asks, for the metadata above all; without leave
/// its browser asks nothing. (MCP 2025-11-25, Transports, "Protocol Version Header"; Fetch §4.8)
#[actix_web::test]
async fn mcp_clients_may_name_their_protocols_version() {
    let app = App::start().await;
    for path in OPEN {
        let answer = app.send(preflight(path)).await;
        let allowed = answer.header("access-control-allow-headers");
        assert!(allowed.split(", ").any(|name| name == "mcp-protocol-version"), "{path}: {allowed}");
    }
}

/// An error can be read by the script that caused it, too.
#[actix_web::test]
async fn an_error_is_open_as_well() {
    let app = App::start().await;
    let refused = TestRequest::post()
        .uri("/token")
        .insert_header(("origin", "https://spa.example"))
        .set_form([("a", "b")]);
    let answer = app.send(refused).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin").as_str()), (401, "*"));
    assert!(answer.header("access-control-expose-headers").to_lowercase().contains("dpop-nonce"));
}

#[actix_web::test]
async fn everything_else_is_closed() {
    let app = App::start().await;
    for path in CLOSED {
        for request in
            [preflight(path), TestRequest::get().uri(path).insert_header(("origin", "https://evil.example"))]
        {
            let answer = app.send(request).await;
            assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
        }
    }
}
