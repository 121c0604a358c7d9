//! Assertions that are bound to a key: whoever shows one proves it. RFC 7800 §3.

use super::mtls::{named, show};
use crate::support::Answer;
use crate::support::certificates::Pair;
use crate::support::dpop::Prover;
use crate::support::exchange::{JWT, exchange_form};
use crate::support::signed::{claims_of, encode};
use crate::support::workload::{CLIENT_ASSERTION, JWT_BEARER, Workloads};
use actix_web::test::TestRequest;
use arc_swap::ArcSwap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey::web::extract::client_certificate::ClientCertificates;
use latchkey::web::extract::client_ip::TrustedProxies;
use latchkey::x509::Anchors;
use serde_json::{Value, json};
use std::sync::Arc;

/// What an assertion is shown for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// RFC 7523 §2.1.
    Grant,
    /// RFC 8693 §2.1.
    Subject,
    /// RFC 7523 §2.2.
    Client,
}

impl Shown {
    const ALL: [Self; 3] = [Self::Grant, Self::Subject, Self::Client];

    fn refusal(self) -> (u16, String) {
        match self {
            Self::Grant => (400, "invalid_grant".to_owned()),
            Self::Subject => (400, "invalid_request".to_owned()),
            Self::Client => (401, "invalid_client".to_owned()),
        }
    }
}

/// The trusted issuers, behind a proxy that tells of certificates.
async fn start() -> Workloads {
    let anchors = Anchors::from_pem(Pair::authority("Clients").pem().as_bytes()).unwrap();
    Workloads::start_changed(move |state| {
        state.certificates = ClientCertificates::new(true, Arc::new(ArcSwap::from_pointee(anchors)));
        state.proxies = TrustedProxies::new(|_| true);
    })
    .await
}

/// Shows the assertion at the token endpoint, with a proof of this key and with these certificates.
async fn ask(
    world: &Workloads,
    shown: Shown,
    assertion: &str,
    prover: Option<&Prover>,
    certificates: &[&Pair],
) -> Answer {
    let form = match shown {
        Shown::Grant => vec![("grant_type", JWT_BEARER), ("assertion", assertion)],
        Shown::Subject => exchange_form(assertion, &[("subject_token_type", JWT)]),
        Shown::Client => vec![
            ("grant_type", "client_credentials"),
            ("client_assertion_type", CLIENT_ASSERTION),
            ("client_assertion", assertion),
            ("client_id", "runner"),
        ],
    };
    let mut request = show(TestRequest::post().uri("/token").set_form(form), certificates);
    if shown != Shown::Client {
        let basic = STANDARD.encode(format!("{}:{}", world.runner.0, world.runner.1));
        request = request.insert_header(("authorization", format!("Basic {basic}")));
    }
    if let Some(prover) = prover {
        request = request.insert_header(("dpop", prover.for_token(&world.app)));
    }
    world.app.send(request).await
}

/// RFC 9449 §6.1, RFC 7800 §3.2: the key of a DPoP proof, named by its thumbprint or by itself.
#[actix_web::test]
async fn an_assertion_for_a_key_needs_a_proof_of_it() {
    for shown in Shown::ALL {
        let (world, own, other) = (start().await, Prover::new(), Prover::new());
        for (jti, cnf) in [("1", json!({ "jkt": own.jkt() })), ("2", json!({ "jwk": own.key.public(None) }))]
        {
            let assertion = world.sign(&json!({ "cnf": cnf, "jti": jti }));
            for (prover, cause) in
                [(None, "binding.proof_missing"), (Some(&other), "binding.proof_of_other_key")]
            {
                let answer = ask(&world, shown, &assertion, prover, &[]).await;
                assert_eq!(answer.error(), shown.refusal(), "{shown:?} {cause}");
                assert_eq!(world.app.last_cause(), cause, "{shown:?}");
            }
            // What was refused was not used up.
            let answer = ask(&world, shown, &assertion, Some(&own), &[]).await;
            assert_eq!(answer.status, 200, "{shown:?}: {}", answer.text());
            assert_eq!(claims_of(&answer.json()["access_token"])["cnf"], json!({ "jkt": own.jkt() }));
        }
    }
}

/// RFC 8705 §3.1.
#[actix_web::test]
async fn an_assertion_for_a_certificate_needs_that_certificate() {
    let [own, other] = [(); 2].map(|()| Pair::self_signed(&named(&[])));
    let cnf = json!({ "x5t#S256": encode(openssl::sha::sha256(&own.der())) });
    for shown in Shown::ALL {
        let world = start().await;
        let assertion = world.sign(&json!({ "cnf": cnf }));
        for (pair, cause) in
            [(None, "binding.certificate_missing"), (Some(&other), "binding.other_certificate")]
        {
            let answer = ask(&world, shown, &assertion, None, pair.as_slice()).await;
            assert_eq!(answer.error(), shown.refusal(), "{shown:?} {cause}");
            assert_eq!(world.app.last_cause(), cause, "{shown:?}");
        }
        let answer = ask(&world, shown, &assertion, None, &[&own]).await;
        assert_eq!(answer.status, 200, "{shown:?}: {}", answer.text());
    }
}

/// A key that cannot be proved here makes the assertion worth nothing, whatever else the request proves.
#[actix_web::test]
async fn an_assertion_for_a_key_that_nobody_can_prove_is_refused() {
    let (world, own) = (start().await, Prover::new());
    let sign = |cnf: &Value| {
        let mut claims = world.claims();
        claims["cnf"] = cnf.clone();
        world.key.jws(json!({ "alg": "ES256", "kid": "1", "typ": "JWT" }), &claims)
    };
    for cnf in
        [json!({ "kid": "1" }), json!({ "jwe": "a.b.c.d.e" }), json!({}), Value::Null, json!({ "jkt": 1 })]
    {
        for shown in Shown::ALL {
            let answer = ask(&world, shown, &sign(&cnf), Some(&own), &[]).await;
            assert_eq!(answer.error(), shown.refusal(), "{shown:?} {cnf}");
            assert_eq!(world.app.last_cause(), "assertion.unbound", "{shown:?} {cnf}");
        }
    }
}

/// Where no key is proved but by certificate, such as at the revocation endpoint, a certificate is what counts.
#[actix_web::test]
async fn an_endpoint_that_reads_no_proofs_takes_no_assertion_for_one() {
    let (world, own) = (start().await, Pair::self_signed(&named(&[])));
    let thumbprint = encode(openssl::sha::sha256(&own.der()));
    for (cnf, expected) in
        [(json!({ "jkt": Prover::new().jkt() }), 401), (json!({ "x5t#S256": thumbprint }), 200)]
    {
        let assertion = world.sign(&json!({ "cnf": cnf }));
        let form = [
            ("token", "x"),
            ("client_assertion_type", CLIENT_ASSERTION),
            ("client_assertion", assertion.as_str()),
            ("client_id", "runner"),
        ];
        let request = show(TestRequest::post().uri("/revoke").set_form(form), &[&own]);
        let answer = world.app.send(request).await;
        assert_eq!(answer.status, expected, "{cnf}: {}", answer.text());
    }
}

/// RFC 8693 §5: a client that has the right exchanges what is bound to another's key, as with our own tokens.
#[actix_web::test]
async fn the_right_to_exchange_bound_tokens_holds_for_these_too() {
    let world = start().await;
    let assertion = world.sign(&json!({ "cnf": { "jkt": Prover::new().jkt() } }));
    world.app.change_client("runner", |runner| runner.token_exchange.token_exchange_bound_subjects = true);
    assert_eq!(ask(&world, Shown::Grant, &assertion, None, &[]).await.error(), Shown::Grant.refusal());
    let answer = ask(&world, Shown::Subject, &assertion, None, &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}
