//! What APIs say about themselves. RFC 9728.

use crate::support::App;
use crate::support::app::ISSUER;
use latchkey::oauth::protected_resource;
use latchkey::records::ProtectedResource;
use serde_json::{Value, json};

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

impl App {
    #[allow(clippy::needless_pass_by_value, reason = "a literal reads better without a borrow")]
    fn with_resource(&self, resource: &str, members: Value) -> Result<(), String> {
        let mut own = json!({ "resource": resource, "created_at": 1 });
        for (name, value) in members.as_object().unwrap() {
            own[name] = value.clone();
        }
        let (act, own): (_, ProtectedResource) = (self.act(), serde_json::from_value(own).unwrap());
        let added =
            self.state.store.run_blocking(move |txn| protected_resource::add(txn, &act, "operator", &own));
        added.map_err(|stop| format!("{stop:?}"))
    }
}

/// RFC 9728 §5.1, §3.3: from the challenge to the document, whose `resource` is what was called.
#[actix_web::test]
async fn the_challenge_of_userinfo_leads_to_its_document() {
    let app = App::start().await;
    let challenge = app.get("/userinfo").await.header("www-authenticate");
    let address = challenge.split("resource_metadata=\"").nth(1).unwrap().trim_end_matches('"').to_owned();
    let found = app.get(address.strip_prefix(ISSUER).unwrap()).await;
    assert_eq!((found.status, found.header("content-type").as_str()), (200, "application/json"));
    assert_eq!(found.json()["resource"], format!("{ISSUER}/userinfo"));
    assert_eq!(found.json()["authorization_servers"], json!([ISSUER]));
    assert_eq!(found.json()["bearer_methods_supported"], json!(["header", "body"]));
    let path = App::start_with(|policy| policy.issuer = "http://localhost:8080/auth".into()).await;
    let found = path.get(&format!("{WELL_KNOWN}/auth/userinfo")).await;
    assert_eq!(found.json()["resource"], "http://localhost:8080/auth/userinfo");
    assert_eq!(path.get(&format!("{WELL_KNOWN}/userinfo")).await.status, 404);
}

/// RFC 9728 §3.1, §4.
#[actix_web::test]
async fn an_api_behind_our_origin_is_described_by_us_and_every_api_is_named() {
    let app = App::start().await;
    let metadata = "/.well-known/oauth-authorization-server";
    let before = app.get(metadata).await;
    assert!(before.json().get("protected_resources").is_none());
    let own = format!("{ISSUER}/api/orders");
    let members = json!({
        "resource_name": "Orders", "scopes_supported": ["read", "write"], "dpop_bound_access_tokens_required": true,
        "resource_documentation": "https://docs.example/orders",
    });
    app.with_resource(&own, members).unwrap();
    app.with_resource("https://api.example/v1", json!({})).unwrap();
    let found = app.get(&format!("{WELL_KNOWN}/api/orders")).await.json();
    for (name, value) in [
        ("resource", json!(own)),
        ("resource_name", json!("Orders")),
        ("scopes_supported", json!(["read", "write"])),
        ("bearer_methods_supported", json!(["header"])),
        ("dpop_bound_access_tokens_required", json!(true)),
        ("resource_documentation", json!("https://docs.example/orders")),
    ] {
        assert_eq!(found[name], value, "{name}");
    }
    app.advance(time::Duration::seconds(1));
    let named = app.get(metadata).await;
    assert_ne!(named.header("etag"), before.header("etag"), "another document has another tag");
    assert_eq!(named.json()["protected_resources"], json!([own, "https://api.example/v1"]));
    for other in ["/v1", "/api", "/api/orders/1", "/api/orders?x=1", "", "/api/../api/orders"] {
        assert_eq!(app.get(&format!("{WELL_KNOWN}{other}")).await.status, 404, "{other}");
    }
    let act = app.act();
    let gone = own.clone();
    let deleted =
        app.state.store.run_blocking(move |txn| protected_resource::delete(txn, &act, "operator", &gone));
    assert!(deleted.is_ok());
    assert_eq!(app.get(&format!("{WELL_KNOWN}/api/orders")).await.status, 404);
    app.advance(time::Duration::seconds(1));
    assert_eq!(app.get(metadata).await.json()["protected_resources"], json!(["https://api.example/v1"]));
}

#[actix_web::test]
async fn what_cannot_be_is_not_described() {
    let app = App::start().await;
    for (resource, members) in [
        ("api", json!({})),
        ("http://api.example/", json!({})),
        ("https://api.example/#x", json!({})),
        ("https://ada@api.example/", json!({})),
        ("https://API.example/", json!({})),
        ("urn:api", json!({})),
        ("https://api.example/", json!({ "resource_name": "a\u{7}" })),
        ("https://api.example/", json!({ "resource_documentation": "javascript:alert(1)" })),
        ("https://api.example/", json!({ "scopes_supported": ["a\"b"] })),
        ("https://api.example/", json!({ "resource_signing_alg_values_supported": ["none"] })),
    ] {
        let said = app.with_resource(resource, members.clone());
        assert!(said.as_ref().is_err_and(|what| what.contains("Invalid")), "{resource} {members}: {said:?}");
    }
    app.with_resource("https://api.example/", json!({})).unwrap();
    assert!(app.with_resource("https://api.example/", json!({})).unwrap_err().contains("Taken"));
}
