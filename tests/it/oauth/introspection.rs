//! Token introspection. RFC 7662. attacks: G04.

use crate::support::App;
use serde_json::{Value, json};

async fn token_of(app: &App, client: &(String, String)) -> String {
    let answer = app.post("/token", &[("grant_type", "client_credentials")], Some(client)).await;
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

async fn introspect(app: &App, client: &(String, String), token: &str) -> Value {
    let answer = app.post("/introspect", &[("token", token)], Some(client)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[actix_web::test]
async fn a_living_token_is_told_about() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    let token = token_of(&app, &service).await;
    let told = introspect(&app, &service, &token).await;
    assert_eq!((&told["active"], &told["sub"]), (&json!(true), &json!("service")));
    assert_eq!((&told["token_type"], &told["scope"]), (&json!("Bearer"), &json!("read write")));
    assert_eq!(told["exp"], 1_800_000_300);
}

/// RFC 7662 §2.2: nothing more is told of a token that is not active.
#[actix_web::test]
async fn of_any_other_token_only_that_it_is_dead() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    let token = token_of(&app, &service).await;
    let (body, signature) = token.rsplit_once('.').unwrap();
    let tampered = format!("{body}.{}", signature.chars().rev().collect::<String>());
    for dead in [tampered.as_str(), "garbage", "a.b.c", "lkr_AAAA", "eyJhbGciOiJub25lIn0.e30."] {
        assert_eq!(introspect(&app, &service, dead).await, json!({ "active": false }), "{dead}");
    }
    app.advance(time::Duration::seconds(300));
    assert_eq!(introspect(&app, &service, &token).await, json!({ "active": false }), "expired");
}

/// RFC 7662 §2.1.
#[actix_web::test]
async fn nobody_asks_without_a_credential() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    app.with_client(json!({ "client_id": "native", "token_endpoint_auth_method": "none" }));
    let token = token_of(&app, &service).await;
    let wrong = (service.0.clone(), "wrong".to_owned());
    assert_eq!(
        app.post("/introspect", &[("token", &token)], None).await.error(),
        (401, "invalid_client".into())
    );
    assert_eq!(app.post("/introspect", &[("token", &token)], Some(&wrong)).await.status, 401);
    let public = app.post("/introspect", &[("token", &token), ("client_id", "native")], None).await;
    assert_eq!(public.error(), (400, "unauthorized_client".into()));
    let empty = app.post("/introspect", &[], Some(&service)).await;
    assert_eq!(empty.error(), (400, "invalid_request".into()));
}
