//! `ensure-invalid-client-assertions-fail`, and the modules of which it is made: `ensure-client-assertion-in-token-endpoint`,
//! `ensure-client-assertion-with-no-sub-fails`, `-with-wrong-aud-fails`, `-with-exp-is-5-minutes-in-past-fails`,
//! `ensure-signed-client-assertion-with-RS256-fails`, `par-test-array-as-audience-fails`,
//! `par-test-par-endpoint-url-as-audience-fails`, `par-test-token-endpoint-url-as-audience-fails`,
//! `par-ensure-jwt-client-assertion-nbf-8-seconds-in-the-future-is-accepted`, `-over-60-seconds-…-fails`.

use super::{ASSERTION_TYPE, Client, Form, SIGNED, Suite, USUAL};
use crate::support::app::ISSUER;
use crate::support::conditions::is_refused;
use crate::support::signed::unsecured;
use serde_json::{Map, Value, json};

/// What a case changes in the claims; null drops one.
type Change = (&'static str, fn(i64) -> Value);

const CLAIMS: [(&str, &[Change]); 12] = [
    ("without sub", &[("sub", |_| Value::Null)]),
    ("wrong sub", &[("sub", |_| json!("wrong-sub-value"))]),
    ("without iss", &[("iss", |_| Value::Null)]),
    ("wrong iss", &[("iss", |_| json!("wrong-issuer-value"))]),
    ("without aud", &[("aud", |_| Value::Null)]),
    ("unrelated aud", &[("aud", |_| json!("https://other.example/api/userinfo"))]),
    ("PAR endpoint", &[("aud", |_| json!(format!("{ISSUER}/par")))]),
    ("token endpoint", &[("aud", |_| json!(format!("{ISSUER}/token")))]),
    ("array", &[("aud", |_| json!([ISSUER, format!("{ISSUER}/token")]))]),
    ("exp in the past", &[("exp", |now| json!(now - 300))]),
    (
        "over 60 seconds ahead",
        &[("iat", |now| json!(now + 62)), ("nbf", |now| json!(now + 62)), ("exp", |now| json!(now + 122))],
    ),
    ("without jti", &[("jti", |_| Value::Null)]),
];

fn changed(suite: &Suite, client: &Client, changes: &[Change]) -> Map<String, Value> {
    let mut claims = suite.assertion(client);
    for (name, value) in changes {
        claims.insert((*name).to_owned(), value(suite.now()));
    }
    claims.retain(|_, value| !value.is_null());
    claims
}

/// Every way to fail, with what is sent: the type and the assertion.
fn wrong(suite: &Suite, client: &Client) -> Vec<(&'static str, Form)> {
    let shown = |kind: &str, assertion: String| {
        vec![("client_assertion_type", kind.to_owned()), ("client_assertion", assertion)]
    };
    let good = || client.sign(suite.assertion(client));
    let mut cases = vec![
        ("none", vec![("client_id", client.id.to_owned())]),
        ("no type", vec![("client_assertion", good())]),
        ("another type", shown("urn:ietf:params:oauth:client-assertion-type:invalid", good())),
    ];
    for (what, changes) in CLAIMS {
        cases.push((what, shown(ASSERTION_TYPE, client.sign(changed(suite, client, changes)))));
    }
    let claims = Value::Object(suite.assertion(client));
    cases.push(("alg none", shown(ASSERTION_TYPE, unsecured(&claims))));
    let (head, _) = good().rsplit_once('.').map(|(head, tail)| (head.to_owned(), tail.to_owned())).unwrap();
    cases.push(("signature", shown(ASSERTION_TYPE, format!("{head}.{}", "WlpaWlpa".repeat(8)))));
    if client.alg == "PS256" {
        let weak = client.key.jws(json!({ "alg": "RS256", "kid": client.id }), &claims);
        cases.push(("RS256", shown(ASSERTION_TYPE, weak)));
    }
    cases
}

#[actix_web::test]
async fn no_other_assertion_than_a_right_one_is_taken() {
    for variant in [USUAL, SIGNED] {
        let suite = Suite::start(variant).await;
        for client in &suite.clients {
            let code = suite.code(client).await;
            let own = vec![("grant_type", "client_credentials".to_owned())];
            let forms = [
                ("/par", suite.pushing(client, &suite.asked(client))),
                ("/token", client.redemption(&code)),
                ("/token", own),
            ];
            for (path, form) in &forms {
                for (what, shown) in wrong(&suite, client) {
                    let proof = Some(suite.proof(client, "POST", path)).filter(|_| *path == "/token");
                    let mut form = form.clone();
                    form.retain(|(name, _)| *name != "client_id" || what != "none");
                    let answer = suite.post(path, &[form, shown].concat(), proof.as_deref(), None).await;
                    is_refused(&answer, &["invalid_client", "invalid_request"], &format!("{path} {what}"));
                }
            }
            let redeemed = suite.ask_token(client, client.redemption(&code)).await;
            assert_eq!(redeemed.status, 200, "none of these used the code up: {}", redeemed.text());
        }
    }
}

#[actix_web::test]
async fn a_clock_that_is_a_little_ahead_is_borne() {
    for variant in [USUAL, SIGNED] {
        let suite = Suite::start(variant).await;
        let client = &suite.clients[0];
        let ahead: &[Change] = &[("iat", |now| json!(now + 8)), ("nbf", |now| json!(now + 8))];
        let mut form = suite.pushing(client, &suite.asked(client));
        form.push(("client_assertion_type", ASSERTION_TYPE.to_owned()));
        form.push(("client_assertion", client.sign(changed(&suite, client, ahead))));
        let answer = suite.post("/par", &form, None, None).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
}
