//! Token introspection. RFC 7662. attacks: G04.

use crate::support::App;
use crate::support::app::ISSUER;
use actix_web::test::TestRequest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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
    assert_eq!(app.last_cause(), "token.missing");
}

/// RFC 9701 §4, §5: signed for the caller who asks for that, an inactive token too.
#[actix_web::test]
async fn an_answer_is_signed_for_whoever_asks_for_that() {
    let app = App::start().await;
    let service = app.with_client(json!({"responses": {"introspection_signed_response_alg": "EdDSA"}}));
    let form = [("grant_type", "client_credentials")];
    let token = app.post("/token", &form, Some(&service)).await.json()["access_token"].clone();
    for (token, accept, active) in [
        (token.as_str().unwrap(), "application/token-introspection+jwt", true),
        ("x", "application/json;q=0.5, application/token-introspection+jwt;q=0.9", false),
    ] {
        let credentials =
            base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", service.0, service.1));
        let request = TestRequest::post()
            .uri("/introspect")
            .insert_header(("authorization", format!("Basic {credentials}")))
            .insert_header(("accept", accept))
            .set_form([("token", token)]);
        let answer = app.send(request).await;
        assert_eq!(answer.header("content-type"), "application/token-introspection+jwt");
        let text = answer.text();
        let mut parts = text.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
        let header: Value = serde_json::from_slice(&parts.next().unwrap()).unwrap();
        assert_eq!((&header["typ"], &header["alg"]), (&json!("token-introspection+jwt"), &json!("EdDSA")));
        let claims: Value = serde_json::from_slice(&parts.next().unwrap()).unwrap();
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(ISSUER), &json!(service.0)));
        assert!(claims["iat"].is_i64() && claims.get("sub").is_none() && claims.get("exp").is_none());
        assert_eq!(claims["token_introspection"]["active"], active);
    }
    let plain = app.post("/introspect", &[("token", "x")], Some(&service)).await;
    assert_eq!(plain.header("content-type"), "application/json");
}

/// RFC 9110 §12.4.2, §12.5.1: a weight of nothing is a refusal, and the greater one goes first.
#[actix_web::test]
async fn the_weights_of_what_a_caller_accepts_count() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    let credentials =
        base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", service.0, service.1));
    for (accept, is_signed) in [
        ("application/token-introspection+jwt;q=0", false),
        ("application/token-introspection+jwt; q=0.000, */*", false),
        ("application/json, application/token-introspection+jwt;q=0.1", false),
        ("application/token-introspection+jwt;q=many", false),
        ("application/token-introspection+jwt;q=7", false),
        ("application/token-introspection+jwt;q=inf", false),
        ("application/token-introspection+jwt;q=0.1234", false),
        ("application/json;q=2, application/token-introspection+jwt;q=0.5", true),
        ("*/*", false),
        ("application/json, application/token-introspection+jwt", true),
        ("application/json;q=0, Application/Token-Introspection+JWT;Q=0.1", true),
        ("application/token-introspection+jwt;level=1", true),
    ] {
        let request = TestRequest::post()
            .uri("/introspect")
            .insert_header(("authorization", format!("Basic {credentials}")))
            .insert_header(("accept", accept))
            .set_form([("token", "x")]);
        let kind = app.send(request).await.header("content-type");
        assert_eq!(kind == "application/token-introspection+jwt", is_signed, "{accept}");
    }
}

/// The same question, for a signed answer: what it says.
async fn introspect_signed(app: &App, caller: &(String, String), token: &str) -> Value {
    let credentials = base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", caller.0, caller.1));
    let request = TestRequest::post()
        .uri("/introspect")
        .insert_header(("authorization", format!("Basic {credentials}")))
        .insert_header(("accept", "application/token-introspection+jwt"))
        .set_form([("token", &token)]);
    let text = app.send(request).await.text();
    let claims = URL_SAFE_NO_PAD.decode(text.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice::<Value>(&claims).unwrap()["token_introspection"].clone()
}

/// RFC 7662 §4, RFC 9701 §5: nothing is told to a caller whom the token does not concern, signed or not. One who may ask
/// tokens for the same API is none whom it concerns.
#[actix_web::test]
async fn only_those_whom_a_token_concerns_are_told_of_it() {
    const API: &str = "https://api.example";
    let app = App::start().await;
    let client = |id: &str, more: Value| {
        let mut metadata = json!({ "client_id": id });
        metadata.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app.with_client(metadata)
    };
    let owner = client("owner", json!({ "resources": [API] }));
    let introspects = |more: Value| json!({ "introspects": more });
    let token = token_of(&app, &owner).await;
    for (caller, is_told) in [
        (&owner, true),
        (&client("api", introspects(json!({ "introspection_audiences": [API] }))), true),
        (&client("exchanger", json!({"token_exchange": {"token_exchange_subject_audiences": [API]}})), true),
        (&client("gateway", introspects(json!({ "introspects_any_token": true }))), true),
        (&client("peer", json!({ "resources": [API] })), false),
        (
            &client("other", introspects(json!({ "introspection_audiences": ["https://other.example"] }))),
            false,
        ),
        (&client("stranger", json!({})), false),
    ] {
        for told in [introspect(&app, caller, &token).await, introspect_signed(&app, caller, &token).await] {
            if is_told {
                assert_eq!((&told["active"], &told["sub"]), (&json!(true), &json!("owner")), "{}", caller.0);
            } else {
                assert_eq!(told, json!({ "active": false }), "{}", caller.0);
                assert_eq!(app.last_cause(), "introspection.not_concerned", "{}", caller.0);
            }
        }
    }
}

/// RFC 7662 §4: a refresh token is between its client and us, whoever may ask about access tokens.
#[actix_web::test]
async fn a_refresh_token_is_told_to_its_own_client_alone() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let gateway = app.with_client(json!({
        "client_id": "gateway", "introspects": { "introspects_any_token": true },
    }));
    let ada = app.signed_in("ada");
    let tokens = app.tokens(&web, &ada, "openid").await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(introspect(&app, &web, refresh).await["client_id"], "web");
    assert_eq!(introspect(&app, &gateway, refresh).await, json!({ "active": false }));
    assert_eq!(app.last_cause(), "token.inactive");
    assert!(app.is_active(&gateway, &tokens["access_token"]).await);
}
