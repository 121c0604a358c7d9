//! The examples of the documents themselves.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey::jose::{Jwk, JwkSet, Jws, JwsAlgorithm, With};
use serde_json::{Value, json};

const SIGNATURES: &str = include_str!("vectors/signatures.json");
const THUMBPRINTS: &str = include_str!("vectors/thumbprints.json");

fn vectors(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

/// RFC 7515 appendix A, RFC 7520 §4, RFC 8037 appendix A.
#[test]
fn the_published_signatures_verify_and_a_changed_bit_does_not() {
    for vector in vectors(SIGNATURES) {
        let source = &vector["source"];
        let token = vector["token"].as_str().unwrap();
        let algorithm = JwsAlgorithm::parse(vector["alg"].as_str().unwrap()).unwrap();
        let verify = |token: &str, algorithm| {
            if let Some(secret) = vector.get("secret") {
                let secret = URL_SAFE_NO_PAD.decode(secret.as_str().unwrap()).unwrap();
                Jws::parse(token).and_then(|jws| jws.verify(With::Secret(&secret), &[algorithm]).map(|_| ()))
            } else {
                let set = JwkSet::registered(&json!({ "keys": [vector["key"]] })).unwrap();
                Jws::parse(token).and_then(|jws| jws.verify(With::Set(&set), &[algorithm]).map(|_| ()))
            }
        };
        assert_eq!(verify(token, algorithm), Ok(()), "{source}");
        for other in JwsAlgorithm::ALL_ASYMMETRIC.into_iter().chain(JwsAlgorithm::ALL_SYMMETRIC) {
            assert_eq!(verify(token, other).is_ok(), other.matches(algorithm), "{source} {other:?}");
        }
        let parts: Vec<&str> = token.split('.').collect();
        for part in 0..3 {
            let mut bytes = URL_SAFE_NO_PAD.decode(parts[part]).unwrap();
            *bytes.last_mut().unwrap() ^= 1;
            let changed = URL_SAFE_NO_PAD.encode(bytes);
            let mut parts = parts.clone();
            parts[part] = &changed;
            assert!(verify(&parts.join("."), algorithm).is_err(), "{source} {part}");
        }
    }
}

/// RFC 7638 §3.1, RFC 8037 appendix A.3, RFC 9449 §6.1.
#[test]
fn the_published_thumbprints_come_out() {
    for vector in vectors(THUMBPRINTS) {
        let key = Jwk::parse(&vector["key"]).unwrap();
        assert_eq!(key.thumbprint(), vector["thumbprint"], "{}", vector["source"]);
    }
}
