//! DPoP: `dpop-negative-tests` at userinfo; `check-dpop-proof-nbf-exp`,
//! `ensure-dpop-proof-with-iat-10seconds-before-succeeds`, `-after-succeeds`; the modules of the binding of a code.

use super::{Client, SIGNED, Suite, USUAL, with};
use crate::support::conditions::is_refused;
use crate::support::dpop::ath;
use crate::support::signed::{Key, encode, unsecured};
use actix_web::test::TestRequest;
use serde_json::{Value, json};

/// What is changed in the header or the claims; null drops a member.
type Parts = Vec<(&'static str, Value)>;

fn proof(suite: &Suite, client: &Client, token: &Value, header: &Parts, claims: &Parts) -> String {
    let (mut ours, mut said) = suite.proof_parts(client, "GET", "/userinfo");
    said["ath"] = ath(token);
    for (part, changes) in [(&mut ours, header), (&mut said, claims)] {
        for (name, value) in changes {
            part[*name] = value.clone();
        }
        part.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    }
    client.prover.jws(ours, &said)
}

async fn shown(suite: &Suite, scheme: &str, token: &Value, proofs: &[(&str, String)]) -> u16 {
    let request = TestRequest::get()
        .uri("/userinfo")
        .insert_header(("authorization", format!("{scheme} {}", token.as_str().unwrap())));
    let request =
        proofs.iter().fold(request, |request, (name, proof)| request.append_header((*name, proof.as_str())));
    suite.app.send(request).await.status
}

/// Claims and header members that make a proof a wrong one.
fn wrong(suite: &Suite, client: &Client) -> Vec<(&'static str, Parts, Parts)> {
    let private = {
        let mut jwk = client.prover.public(None);
        jwk["d"] = json!(encode([1; 32]));
        jwk
    };
    let (now, at) = (suite.now(), "http://localhost:8080/userinfo");
    vec![
        ("without typ", vec![("typ", Value::Null)], vec![]),
        ("without jwk", vec![("jwk", Value::Null)], vec![]),
        ("without jti", vec![], vec![("jti", Value::Null)]),
        ("without htm", vec![], vec![("htm", Value::Null)]),
        ("without htu", vec![], vec![("htu", Value::Null)]),
        ("without iat", vec![], vec![("iat", Value::Null)]),
        ("without ath", vec![], vec![("ath", Value::Null)]),
        ("another typ", vec![("typ", json!("dpop+jwt+wrongyousee"))], vec![]),
        ("private key", vec![("jwk", private)], vec![]),
        ("another method", vec![], vec![("htm", json!("PUT"))]),
        ("another URL", vec![], vec![("htu", json!(format!("{at}ohnonotagain")))]),
        ("an hour ahead", vec![], vec![("iat", json!(now + 3600))]),
        ("an hour ago", vec![], vec![("iat", json!(now - 3600))]),
        ("another ath", vec![], vec![("ath", json!(encode([7; 32])))]),
    ]
}

#[actix_web::test]
async fn each_wrong_proof_is_refused_and_each_right_one_taken() {
    let suite = Suite::start(USUAL).await;
    for client in &suite.clients {
        let token = suite.tokens(client).await["access_token"].clone();
        let good = || proof(&suite, client, &token, &vec![], &vec![]);
        for (what, header, claims) in wrong(&suite, client) {
            let wrong = proof(&suite, client, &token, &header, &claims);
            assert_eq!(shown(&suite, "DPoP", &token, &[("dpop", wrong)]).await, 401, "{what}");
        }
        let (head, signature) = good().rsplit_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let no_alg = encode(
            json!({ "alg2": "ES256", "typ": "dpop+jwt", "jwk": client.prover.public(None) }).to_string(),
        );
        let (_, said) = suite.proof_parts(client, "GET", "/userinfo");
        let other = Client { prover: Key::es256(), prover_alg: "ES256", ..another(client) };
        for (what, wrong) in [
            ("no JWT", head.clone()),
            ("alg left out", format!("{no_alg}.{}.{signature}", head.split('.').nth(1).unwrap())),
            ("alg none", unsecured(&said)),
            ("signature", format!("{head}.{}", "WlpaWlpa".repeat(8))),
            ("another key", proof(&suite, &other, &token, &vec![], &vec![])),
        ] {
            assert_eq!(shown(&suite, "DPoP", &token, &[("dpop", wrong)]).await, 401, "{what}");
        }
        if client.prover_alg == "PS256" {
            let weak = proof(&suite, client, &token, &vec![("alg", json!("RS256"))], &vec![]);
            assert_eq!(shown(&suite, "DPoP", &token, &[("dpop", weak)]).await, 401, "RS256");
        }
        let two = [("dpop", good()), ("dpop", good())];
        assert_eq!(shown(&suite, "DPoP", &token, &two).await, 401, "two proofs");
        for scheme in ["DPoP", "Bearer"] {
            assert_eq!(shown(&suite, scheme, &token, &[]).await, 401, "{scheme} without a proof");
        }
        for claims in [
            vec![],
            vec![("htu", json!("http://localhost:8080/userinfo?allthedoors#programmed"))],
            vec![("htu", json!("HTTP://LOCALHOST:8080/userinfo"))],
            vec![("tx_id_key", json!(1))],
            vec![("nbf", json!(suite.now())), ("exp", json!(suite.now() + 300))],
            vec![("iat", json!(suite.now() - 10))],
            vec![("iat", json!(suite.now() + 10))],
        ] {
            let right = proof(&suite, client, &token, &vec![("tx_id", json!(1))], &claims);
            assert_eq!(shown(&suite, "DPoP", &token, &[("DPOP", right.clone())]).await, 200, "{claims:?}");
            assert_eq!(shown(&suite, "DPoP", &token, &[("dpop", right)]).await, 401, "a second time");
        }
    }
}

fn another(client: &Client) -> Client {
    Client {
        id: client.id,
        alg: client.alg,
        key: client.key.clone(),
        prover: client.prover.clone(),
        prover_alg: client.prover_alg,
        certificate: client.certificate.clone(),
        redirect_uri: client.redirect_uri.clone(),
        state: client.state.clone(),
        nonce: client.nonce.clone(),
    }
}

/// The times of a proof, at the token endpoint.
#[actix_web::test]
async fn a_proof_for_tokens_may_say_when_it_holds_and_be_a_little_off() {
    let suite = Suite::start(USUAL).await;
    let client = &suite.clients[0];
    for over in [
        vec![("nbf", json!(suite.now())), ("exp", json!(suite.now() + 300))],
        vec![("iat", json!(suite.now() - 10))],
        vec![("iat", json!(suite.now() + 10))],
    ] {
        let (header, mut claims) = suite.proof_parts(client, "POST", "/token");
        for (name, value) in &over {
            claims[*name] = value.clone();
        }
        let proof = client.prover.jws(header, &claims);
        let code = suite.code(client).await;
        let form = suite.authenticated(client, client.redemption(&code));
        let answer = suite.post("/token", &form, Some(&proof), None).await;
        assert_eq!(answer.status, 200, "{over:?}: {}", answer.text());
    }
}

/// `ensure-mismatched-dpop-jkt-fails`, `ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt`, `-dpop-jkt`,
/// `ensure-dpop-proof-at-par-endpoint-binding-success`, `ensure-dpop-auth-code-binding-success`.
#[actix_web::test]
async fn the_code_is_bound_to_the_key_that_was_pushed() {
    for variant in [USUAL, SIGNED] {
        let suite = Suite::start(variant).await;
        for client in &suite.clients {
            let jkt = |key: &Key| latchkey::jose::Jwk::parse(&key.public(None)).unwrap().thumbprint();
            let own = jkt(&client.prover);
            for (named, proves) in [("", true), (own.as_str(), false), (own.as_str(), true)] {
                for is_same in [true, false] {
                    let asked = with(suite.asked(client), "dpop_jkt", named);
                    let form = suite.authenticated(client, suite.pushing(client, &asked));
                    let proof = Some(suite.proof(client, "POST", "/par")).filter(|_| proves);
                    let pushed = suite.post("/par", &form, proof.as_deref(), None).await;
                    assert_eq!(pushed.status, 201, "{}", pushed.text());
                    let query = suite.beside(client, pushed.json()["request_uri"].as_str().unwrap());
                    let response = suite.response(client, &suite.visit(&query).await).await;
                    let redeemer = Client { prover: Key::es256(), prover_alg: "ES256", ..another(client) };
                    let redeemer = if is_same { client } else { &redeemer };
                    let form = client.redemption(&response["code"]);
                    let answer = suite.ask_token(redeemer, form).await;
                    if is_same {
                        assert_eq!(answer.status, 200, "{}", answer.text());
                    } else {
                        let codes = ["invalid_request", "invalid_grant", "invalid_dpop_proof"];
                        is_refused(&answer, &codes, named);
                    }
                }
            }
            let asked = with(suite.asked(client), "dpop_jkt", &jkt(&Key::es256()));
            let form = suite.authenticated(client, suite.pushing(client, &asked));
            let proof = suite.proof(client, "POST", "/par");
            let answer = suite.post("/par", &form, Some(&proof), None).await;
            is_refused(&answer, &["invalid_request", "invalid_dpop_proof"], "mismatched");
        }
    }
}
