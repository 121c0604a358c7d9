//! What an operator takes from a client, its old grants give no more. attacks: class 4 of the classes behind them; Keycloak
//! #43734, authentik CVE-2024-52287: a scope that the client does not have is in no new token, whenever it was granted.

use crate::support::device::DEVICE_GRANT;
use crate::support::flow::{Credentials, Person};
use crate::support::{App, Browser};
use latchkey::records::{GrantType, Scope};
use serde_json::{Value, json};

async fn world() -> (App, Credentials, Person) {
    let app = App::start().await;
    let web = app.with_web_client(&[
        ("grant_types", json!(["authorization_code", "refresh_token", DEVICE_GRANT])),
        ("scope", json!("openid email offline_access read")),
    ]);
    let ada = app.signed_in("ada");
    (app, web, ada)
}

fn take(app: &App, scope: &'static str) {
    app.change_client("web", move |client| client.scope = Scope::parse(scope).unwrap());
}

/// A device that somebody has allowed as much.
async fn device(app: &App, web: &Credentials, ada: &Person) -> Value {
    let codes = app.post("/device_authorization", &[("scope", "openid email read")], Some(web)).await.json();
    let mut browser = Browser::new(app);
    browser.cookies.insert("lk".to_owned(), ada.cookie.trim_start_matches("lk=").to_owned());
    browser.come_to_device(&codes, "ada").await;
    browser.answer_device("allow").await;
    codes
}

/// As for refresh tokens and codes, so for devices.
#[actix_web::test]
async fn a_scope_that_was_taken_away_is_in_no_token_of_a_device() {
    let (app, web, ada) = world().await;
    let codes = device(&app, &web, &ada).await;
    take(&app, "openid offline_access read");
    let form = [("grant_type", DEVICE_GRANT), ("device_code", codes["device_code"].as_str().unwrap())];
    assert_eq!(app.post("/token", &form, Some(&web)).await.json()["scope"], "openid read");
}

/// Keycloak CVE-2026-9792, CVE-2026-7571: a switch that is off is off on every path.
#[actix_web::test]
async fn a_grant_type_that_was_taken_away_is_refused() {
    let (app, web, ada) = world().await;
    let tokens = app.tokens(&web, &ada, "openid offline_access").await;
    let code = app.code(&ada, &[]).await;
    let codes = device(&app, &web, &ada).await;
    app.change_client("web", |client| client.grant_types = vec![GrantType::ClientCredentials]);
    let refreshed = app.refresh(&web, &tokens["refresh_token"], &[]).await;
    assert_eq!(refreshed.error(), (400, "unauthorized_client".into()));
    assert_eq!(app.redeem(&web, &code, &[]).await.error(), (400, "unauthorized_client".into()));
    let form = [("grant_type", DEVICE_GRANT), ("device_code", codes["device_code"].as_str().unwrap())];
    assert_eq!(app.post("/token", &form, Some(&web)).await.error(), (400, "unauthorized_client".into()));
    let asked = app.authorize(Some(&ada), &[]).await;
    assert!(!asked.header("location").contains("code="), "{}", asked.header("location"));
}

/// A client that is bound from now on proves its key from now on.
#[actix_web::test]
async fn a_binding_that_was_demanded_since_is_demanded() {
    let (app, web, ada) = world().await;
    let tokens = app.tokens(&web, &ada, "openid offline_access").await;
    app.change_client("web", |client| client.binding.dpop_bound_access_tokens = true);
    let refreshed = app.refresh(&web, &tokens["refresh_token"], &[]).await;
    assert_eq!(refreshed.error().0, 400);
    assert!(refreshed.json().get("access_token").is_none());
}
