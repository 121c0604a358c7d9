//! FAPI 2.0 Message Signing §5.3 to §5.5: signed requests, and signed answers for who registered for them.

use super::{Bank, request};
use crate::support::Answer;
use crate::support::app::ISSUER;
use crate::support::flow::sent_back;
use crate::support::signed::claims_of;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

/// A request object, changed; null drops a member.
fn object(bank: &Bank, over: &[(&str, Value)]) -> String {
    let now = bank.app.act().now.unix_timestamp();
    let mut claims = json!({
        "client_id": "bank", "iss": "bank", "aud": ISSUER, "iat": now, "nbf": now, "exp": now + 300, "jti": "o",
    });
    for (name, value) in request() {
        claims[name] = json!(value);
    }
    for (name, value) in over {
        claims[*name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    bank.key.jws(json!({ "alg": "ES256", "kid": "k1", "typ": "oauth-authz-req+jwt" }), &claims)
}

async fn push(bank: &Bank, object: &str) -> Answer {
    bank.post("/par", &[("request", object)], &[bank.proof("/par")]).await
}

#[actix_web::test]
async fn a_signed_request_is_answered() {
    let bank = Bank::start("fapi2_message_signing", json!({})).await;
    let pushed = push(&bank, &object(&bank, &[])).await;
    let back = sent_back(&bank.take_up(&pushed).await);
    assert_eq!(back["iss"], ISSUER);
    assert_eq!(bank.redeem(&back["code"], &[bank.proof("/token")]).await.status, 200);
}

/// §5.3.1.
#[actix_web::test]
async fn a_request_must_be_signed() {
    let bank = Bank::start("fapi2_message_signing", json!({})).await;
    let plain = bank.push(&[]).await;
    assert_eq!(plain.error(), (400, "invalid_request".into()));
    assert_eq!(bank.app.last_cause(), "request.not_signed");
    let now = bank.app.act().now.unix_timestamp();
    for over in [
        ("nbf", Value::Null),
        ("exp", Value::Null),
        ("aud", Value::Null),
        ("aud", json!("https://other.example")),
        ("nbf", json!(now - 3601)),
        ("exp", json!(now + 3601)),
        ("exp", json!(now - 20)),
    ] {
        let answer = push(&bank, &object(&bank, std::slice::from_ref(&over))).await;
        assert_eq!(answer.error(), (400, "invalid_request_object".into()), "{over:?}");
    }
}

/// §5.4.1, JARM: who registered an algorithm gets nothing unsigned.
#[actix_web::test]
async fn answers_are_signed_for_who_asked_for_it() {
    let over = json!({ "responses": { "authorization_signed_response_alg": "ES256" } });
    let bank = Bank::start("fapi2_message_signing", over).await;
    let back = sent_back(&bank.take_up(&push(&bank, &object(&bank, &[])).await).await);
    assert_eq!(back.keys().collect::<Vec<_>>(), ["response"]);
    let answer = claims_of(&json!(back["response"]));
    assert_eq!((&answer["iss"], &answer["aud"]), (&json!(ISSUER), &json!("bank")));
    let plain = push(&bank, &object(&bank, &[("response_mode", json!("query"))])).await;
    assert_eq!(plain.error(), (400, "invalid_request".into()));
    assert_eq!(bank.app.last_cause(), "response_mode.profile");
}

/// §5.5, RFC 9701.
#[actix_web::test]
async fn introspection_is_signed_on_demand() {
    let over = json!({ "responses": { "introspection_signed_response_alg": "ES256" } });
    let bank = Bank::start("fapi2_message_signing", over).await;
    let token = bank.own_token(&[bank.proof("/token")]).await.json()["access_token"].clone();
    let assertion = bank.assertion_for(&json!(ISSUER), "ES256", &bank.key);
    let form = [
        ("token", token.as_str().unwrap()),
        ("client_id", "bank"),
        ("client_assertion_type", super::ASSERTION_TYPE),
        ("client_assertion", &assertion),
    ];
    let request = TestRequest::post()
        .uri("/introspect")
        .insert_header(("accept", "application/token-introspection+jwt"))
        .set_form(form);
    let told = bank.app.send(request).await;
    assert_eq!(told.header("content-type"), "application/token-introspection+jwt", "{}", told.text());
    let told = claims_of(&json!(told.text()));
    assert_eq!(told["token_introspection"]["cnf"]["jkt"], json!(bank.prover.jkt()));
}
