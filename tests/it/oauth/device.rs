//! Device authorization: the device's side. RFC 8628. attacks: K01, M08, M12, M54.

use crate::support::device::DEVICE_GRANT;
use crate::support::ending::Ending;
use crate::support::{App, Browser};
use actix_web::test::TestRequest;
use serde_json::{Value, json};
use time::Duration;

async fn app() -> App {
    let app = App::start().await;
    app.with_television(&[]);
    app.with_user("ada");
    app
}

/// Ada allows what the television asks for.
async fn allowed(app: &App, scope: &str) -> (Value, Browser) {
    let codes = app.ask_for_codes(scope).await;
    let mut ada = Browser::new(app);
    ada.come_to_device(&codes, "ada").await;
    ada.answer_device("allow").await;
    assert_eq!(ada.path, "/device/allowed");
    (codes, ada)
}

/// RFC 8628 §3.2.
#[actix_web::test]
async fn a_device_gets_its_codes() {
    let app = app().await;
    let answer = app.post("/device_authorization", &[("client_id", "tv")], None).await;
    assert_eq!((answer.status, answer.header("cache-control").as_str()), (200, "no-store"));
    let codes = answer.json();
    let user_code = codes["user_code"].as_str().unwrap();
    assert!(codes["device_code"].as_str().unwrap().starts_with("lkd_"));
    assert_eq!((codes["expires_in"].as_i64(), codes["interval"].as_i64()), (Some(600), Some(5)));
    assert_eq!(codes["verification_uri"], "http://localhost:8080/device");
    assert_eq!(
        codes["verification_uri_complete"],
        format!("http://localhost:8080/device?user_code={user_code}")
    );
    let metadata = app.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(metadata["device_authorization_endpoint"], "http://localhost:8080/device_authorization");
    assert!(metadata["grant_types_supported"].as_array().unwrap().contains(&json!(DEVICE_GRANT)));
}

/// RFC 8628 §3.1, RFC 6749 §5.2.
#[actix_web::test]
async fn a_request_that_is_not_right_is_refused() {
    let app = app().await;
    app.with_client(json!({ "client_id": "other", "token_endpoint_auth_method": "none" }));
    let secret = app.with_client(json!({ "client_id": "box", "grant_types": [DEVICE_GRANT] }));
    for (form, status, error, cause) in [
        (&[("client_id", "other")][..], 400, "unauthorized_client", "grant_type.not_registered"),
        (&[("client_id", "nobody")], 401, "invalid_client", "client.unknown"),
        (&[("client_id", "box")], 401, "invalid_client", "client_auth.method_not_registered"),
        (&[], 401, "invalid_client", "client_auth.missing"),
        (&[("client_id", "tv"), ("scope", "admin")], 400, "invalid_scope", "scope.nothing_allowed"),
        (&[("client_id", "tv"), ("scope", "\"")], 400, "invalid_scope", "scope.malformed"),
        (
            &[("client_id", "tv"), ("resource", "https://x.example")],
            400,
            "invalid_target",
            "resource.not_allowed",
        ),
        (
            &[("client_id", "tv"), ("scope", "openid"), ("scope", "email")],
            400,
            "invalid_request",
            "params.duplicate",
        ),
    ] {
        let answer = app.post("/device_authorization", form, None).await;
        assert_eq!(answer.error(), (status, error.into()), "{form:?}");
        assert_eq!(app.last_cause(), cause, "{form:?}");
    }
    assert_eq!(app.post("/device_authorization", &[], Some(&secret)).await.status, 200);
    let get = app.send(TestRequest::get().uri("/device_authorization?client_id=tv")).await;
    assert_eq!(get.status, 405);
}

/// RFC 8628 §3.5; what it gives stands like what a code gives.
#[actix_web::test]
async fn the_device_gets_tokens_once_somebody_says_yes() {
    let app = app().await;
    let codes = app.ask_for_codes("openid email offline_access").await;
    assert_eq!(app.poll(&codes).await.error(), (400, "authorization_pending".into()));
    let mut ada = Browser::new(&app);
    ada.come_to_device(&codes, "ada").await;
    ada.answer_device("allow").await;
    app.advance(Duration::seconds(5));
    let answer = app.poll(&codes).await;
    assert_eq!(
        (answer.status, answer.header("cache-control").as_str()),
        (200, "no-store"),
        "{}",
        answer.text()
    );
    let tokens = answer.json();
    assert_eq!(tokens["scope"], "openid email offline_access");
    assert!(tokens["id_token"].is_string());
    assert_eq!(app.userinfo(&tokens["access_token"]).await.status, 200);
    let again = [
        ("grant_type", "refresh_token"),
        ("client_id", "tv"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ];
    assert_eq!(app.post("/token", &again, None).await.status, 200);
}

/// K01: RFC 8628 §3.5: five seconds more, for this and all that follow.
#[actix_web::test]
async fn who_asks_too_often_has_to_wait_longer() {
    let app = app().await;
    let codes = app.ask_for_codes("openid").await;
    let pending = (400, "authorization_pending".to_owned());
    let slow_down = (400, "slow_down".to_owned());
    assert_eq!(app.poll(&codes).await.error(), pending);
    app.advance(Duration::seconds(5));
    assert_eq!(app.poll(&codes).await.error(), pending, "in time");
    app.advance(Duration::seconds(2));
    assert_eq!(app.poll(&codes).await.error(), slow_down);
    assert_eq!(app.last_cause(), "device_code.slow_down");
    app.advance(Duration::seconds(6));
    assert_eq!(app.poll(&codes).await.error(), slow_down, "ten seconds by now");
    app.advance(Duration::seconds(15));
    assert_eq!(app.poll(&codes).await.error(), pending, "fifteen");
}

/// RFC 8628 §3.4.
#[actix_web::test]
async fn a_code_is_its_clients_and_lives_its_time() {
    let app = app().await;
    app.with_television(&[("client_id", json!("other"))]);
    let (codes, _) = allowed(&app, "openid").await;
    let code = codes["device_code"].as_str().unwrap();
    let foreign = [("grant_type", DEVICE_GRANT), ("client_id", "other"), ("device_code", code)];
    assert_eq!(app.post("/token", &foreign, None).await.error(), (400, "invalid_grant".into()));
    assert_eq!(app.last_cause(), "device_code.foreign_client");
    let missing = [("grant_type", DEVICE_GRANT), ("client_id", "tv")];
    assert_eq!(app.post("/token", &missing, None).await.error(), (400, "invalid_request".into()));
    let unknown = json!({ "device_code": "lkd_x" });
    assert_eq!(app.poll(&unknown).await.error(), (400, "invalid_grant".into()));
    app.advance(Duration::seconds(600));
    assert_eq!(app.poll(&codes).await.error(), (400, "expired_token".into()));
    assert_eq!(app.last_cause(), "device_code.expired");
}

/// A second use is a theft: what the first gave dies.
#[actix_web::test]
async fn a_code_works_once() {
    let app = app().await;
    let (codes, _) = allowed(&app, "openid").await;
    let tokens = app.poll(&codes).await.json();
    assert_eq!(app.userinfo(&tokens["access_token"]).await.status, 200);
    assert_eq!(app.poll(&codes).await.error(), (400, "invalid_grant".into()));
    assert_eq!(app.last_cause(), "device_code.reused");
    assert_eq!(app.userinfo(&tokens["access_token"]).await.status, 401);
}

/// RFC 8628 §3.5.
#[actix_web::test]
async fn who_is_refused_is_told_so() {
    let app = app().await;
    let codes = app.ask_for_codes("openid").await;
    let mut ada = Browser::new(&app);
    ada.come_to_device(&codes, "ada").await;
    ada.answer_device("deny").await;
    assert_eq!(ada.path, "/device/denied");
    for _ in 0..2 {
        assert_eq!(app.poll(&codes).await.error(), (400, "access_denied".into()));
    }
}

/// RFC 8707 §2.2.
#[actix_web::test]
async fn the_resource_is_one_that_was_allowed() {
    let app = App::start().await;
    app.with_television(&[("resources", json!(["https://a.example", "https://b.example"]))]);
    app.with_user("ada");
    let form = [("client_id", "tv"), ("resource", "https://a.example")];
    let codes = app.post("/device_authorization", &form, None).await.json();
    let mut ada = Browser::new(&app);
    ada.come_to_device(&codes, "ada").await;
    assert!(ada.html.contains("https://a.example"), "and it is shown");
    ada.answer_device("allow").await;
    let code = codes["device_code"].as_str().unwrap();
    let mut form = vec![("grant_type", DEVICE_GRANT), ("client_id", "tv"), ("device_code", code)];
    form.push(("resource", "https://b.example"));
    assert_eq!(app.post("/token", &form, None).await.error(), (400, "invalid_target".into()));
    form.pop();
    assert_eq!(app.post("/token", &form, None).await.status, 200, "and nothing was lost");
}

/// M08, M12, M13: what ended between yes and the device's next poll has ended.
#[actix_web::test]
async fn what_ended_meanwhile_gives_no_tokens() {
    for ending in Ending::ALL {
        let app = app().await;
        let (codes, _) = allowed(&app, "openid").await;
        ending.happen(&app, "ada", "tv");
        let expected = if ending.is_of_client() { (401, "invalid_client") } else { (400, "invalid_grant") };
        assert_eq!(app.poll(&codes).await.error(), (expected.0, expected.1.into()), "{ending:?}");
        assert_eq!(app.last_cause(), ending.cause());
    }
}

/// RFC 8628 §3.1: a public client is anybody, and what anybody makes us keep is bounded.
#[actix_web::test]
async fn one_address_begins_only_so_many() {
    let app = app().await;
    for _ in 0..100 {
        app.ask_for_codes("openid").await;
    }
    let answer = app.post("/device_authorization", &[("client_id", "tv")], None).await;
    assert_eq!(answer.error(), (429, "temporarily_unavailable".into()));
    assert_eq!(answer.header("retry-after"), "1", "a try comes back each second");
    assert_eq!(app.last_cause(), "address.too_many");
    app.advance(Duration::SECOND);
    app.ask_for_codes("openid").await;
}
