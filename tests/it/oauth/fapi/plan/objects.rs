//! Request objects, of which Message Signing has modules of its own.

use super::{Client, Form, SIGNED, Suite};
use crate::support::app::ISSUER;
use crate::support::conditions::{is_error, is_refused};
use crate::support::signed::unsecured;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

/// What is changed in the claims; null drops one.
type Changes = Vec<(&'static str, Value)>;

fn claims(suite: &Suite, client: &Client, over: &Changes) -> Value {
    let mut claims = suite.claims(client, &suite.asked(client));
    for (name, value) in over {
        claims[*name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

fn object(suite: &Suite, client: &Client, over: &Changes) -> String {
    client.key.jws(json!({ "alg": client.alg, "kid": client.id }), &claims(suite, client, over))
}

fn form(object: &str) -> Form {
    vec![("request", object.to_owned())]
}

/// `ensure-request-object-with-multiple-aud-succeeds`,
/// `ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted`: and the whole flow goes on.
#[actix_web::test]
async fn objects_that_are_right_are_taken() {
    let suite = Suite::start(SIGNED).await;
    for client in &suite.clients {
        for over in [
            vec![("aud", json!([ISSUER, "https://other1.example.com", "invalid"]))],
            vec![("nbf", json!(suite.now() + 8))],
            vec![("jti", json!("x")), ("iat", json!(suite.now()))],
        ] {
            let form = suite.authenticated(client, form(&object(&suite, client, &over)));
            let pushed = suite.post("/par", &form, None, None).await;
            assert_eq!(pushed.status, 201, "{over:?}: {}", pushed.text());
            let uri = pushed.json()["request_uri"].as_str().unwrap().to_owned();
            let query = [("client_id", client.id.to_owned()), ("request_uri", uri)];
            let response = suite.response(client, &suite.visit(&query).await).await;
            let answer = suite.ask_token(client, client.redemption(&response["code"])).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
    }
}

/// `ensure-request-object-without-exp-fails`, `-without-nbf-fails`, `-with-bad-aud-fails`, `-with-exp-over-60-fails`,
/// `-with-nbf-over-60-fails`, `ensure-expired-request-object-fails`,
/// `par-authorization-request-containing-request_uri`, `ensure-request-object-signature-algorithm-is-not-none`,
/// `ensure-request-object-with-invalid-signature-fails`, `ensure-matching-key-in-authorization-request`,
/// `ensure-signed-request-object-with-RS256-fails`, `ensure-request-object-without-redirect-uri-fails`,
/// `ensure-unsigned-request-at-par-endpoint-fails`.
#[actix_web::test]
async fn objects_that_are_wrong_are_refused_where_they_are_pushed() {
    let suite = Suite::start(SIGNED).await;
    let [one, two] = &suite.clients;
    for (client, other) in [(one, two), (two, one)] {
        let now = suite.now();
        let mut cases: Vec<(&str, String)> = [
            ("without exp", vec![("exp", Value::Null)]),
            ("without nbf", vec![("nbf", Value::Null)]),
            ("bad aud", vec![("aud", json!("https://www.other1.example.com/"))]),
            ("exp in 70 minutes", vec![("exp", json!(now + 4200))]),
            ("nbf 70 minutes ago", vec![("nbf", json!(now - 4200))]),
            ("expired", vec![("exp", json!(now - 60))]),
            ("request_uri", vec![("request_uri", json!("https://suite.example/requesturi/x"))]),
        ]
        .into_iter()
        .map(|(what, over)| (what, object(&suite, client, &over)))
        .collect();
        cases.push(("alg none", unsecured(&claims(&suite, client, &vec![]))));
        let good = object(&suite, client, &vec![]);
        let (head, _) = good.rsplit_once('.').unwrap();
        cases.push(("signature", format!("{head}.{}", "WlpaWlpa".repeat(8))));
        let theirs = claims(&suite, client, &vec![]);
        cases.push(("key of another", other.key.jws(json!({ "alg": other.alg, "kid": other.id }), &theirs)));
        if client.alg == "PS256" {
            cases.push(("RS256", client.key.jws(json!({ "alg": "RS256", "kid": client.id }), &theirs)));
        }
        for (what, object) in cases {
            let form = suite.authenticated(client, form(&object));
            is_refused(&suite.post("/par", &form, None, None).await, &["invalid_request_object"], what);
        }
        let bare = object(&suite, client, &vec![("redirect_uri", Value::Null)]);
        let form = suite.authenticated(client, form(&bare));
        let codes = ["invalid_request", "invalid_request_object"];
        is_refused(&suite.post("/par", &form, None, None).await, &codes, "without redirect_uri");
        let form = suite.authenticated(client, suite.asked(client));
        is_refused(&suite.post("/par", &form, None, None).await, &["invalid_request"], "unsigned");
    }
}

/// An object that a browser brings was not pushed, whoever signed it.
#[actix_web::test]
async fn an_object_by_value_is_not_a_pushed_one() {
    let suite = Suite::start(SIGNED).await;
    let client = &suite.clients[0];
    let query = [("client_id", client.id.to_owned()), ("request", object(&suite, client, &vec![]))];
    let response = suite.response(client, &suite.visit(&query).await).await;
    is_error(&response, &["invalid_request"], Some(&client.state));
}

/// JARM §2.3: a refusal is told as an answer would have been; who asks nothing that can be read is told in plain words.
#[actix_web::test]
async fn refusals_are_signed_where_the_request_says_so() {
    let suite = Suite::start(SIGNED).await;
    let client = &suite.clients[1];
    let mut query = suite.asked(client);
    let response = suite.response(client, &suite.visit(&query).await).await;
    is_error(&response, &["invalid_request"], Some(&client.state));
    query.retain(|(name, _)| *name != "response_mode");
    query.push(("request_uri", "urn:ietf:params:oauth:request_uri:unknown".to_owned()));
    let told = suite.refusal(client, &suite.visit(&query).await).await;
    is_error(&told, &["invalid_request_uri"], Some(&client.state));
}

/// RFC 9701, FAPI 2.0 Message Signing §5.5: what the suite does not ask, its plan being for clients that do not.
#[actix_web::test]
async fn introspection_is_signed_for_who_wants_it() {
    let suite = Suite::start(SIGNED).await;
    let client = &suite.clients[0];
    let token = suite.tokens(client).await["access_token"].as_str().unwrap().to_owned();
    let form = suite.authenticated(client, vec![("token", token)]);
    let accept = ("accept", "application/token-introspection+jwt");
    let request = TestRequest::post().uri("/introspect").insert_header(accept).set_form(&form);
    let answer = suite.app.send(request).await;
    assert_eq!(answer.header("content-type"), "application/token-introspection+jwt", "{}", answer.text());
    let (header, told) = crate::support::conditions::signed(&suite.app, &json!(answer.text())).await;
    assert_eq!(header["typ"], "token-introspection+jwt");
    assert_eq!((&told["aud"], &told["token_introspection"]["active"]), (&json!(client.id), &json!(true)));
}
