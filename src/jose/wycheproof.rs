//! Project Wycheproof's vectors through the checks that the server makes: the key is read as one of a client is, the
//! signature verified as that of an assertion or a proof is. Every vector of a file counts. Where we judge otherwise
//! than the file, its number stands here with the reason. Where they are from: `tests/it/jose/vectors/wycheproof`.

use super::{Jwk, JwkSet, Jws, JwsAlgorithm, With, signature};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};

/// What a file says of a vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Valid,
    Invalid,
    /// Wrong by the letter, and taken by some.
    Acceptable,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File<T> {
    number_of_tests: usize,
    test_groups: Vec<Group<T>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group<T> {
    /// A JWK or a set; none where each vector has its own.
    #[serde(default)]
    key: Value,
    tests: Vec<T>,
}

/// A signature over bytes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Signed {
    tc_id: u32,
    msg: String,
    sig: String,
    result: Verdict,
}

/// A tag over bytes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tagged {
    tc_id: u32,
    key: String,
    msg: String,
    tag: String,
    result: Verdict,
}

/// A whole token.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Token {
    tc_id: u32,
    jws: String,
    result: Verdict,
}

/// What came of a file: how many vectors it has, how many we accept, and on which we judge otherwise.
#[derive(Debug, PartialEq, Eq, Default)]
struct Outcome {
    vectors: usize,
    accepted: usize,
    otherwise: Vec<u32>,
}

impl Outcome {
    fn count(&mut self, number: u32, says: Verdict, is_accepted: bool) {
        self.vectors += 1;
        self.accepted += usize::from(is_accepted);
        // What is acceptable is always listed, since it is ours to decide.
        if says == Verdict::Acceptable || (says == Verdict::Valid) != is_accepted {
            self.otherwise.push(number);
        }
    }
}

fn read<T: for<'de> Deserialize<'de>>(text: &str) -> File<T> {
    let file: File<T> = serde_json::from_str(text).unwrap();
    assert_eq!(file.test_groups.iter().map(|group| group.tests.len()).sum::<usize>(), file.number_of_tests);
    file
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn all() -> impl Iterator<Item = JwsAlgorithm> {
    JwsAlgorithm::ALL_ASYMMETRIC.into_iter().chain(JwsAlgorithm::ALL_SYMMETRIC)
}

macro_rules! vectors {
    ($name:literal) => {
        include_str!(concat!("../../tests/it/jose/vectors/wycheproof/", $name, ".json"))
    };
}

/// Signatures over bytes, with a public key each group.
fn signatures(text: &str, algorithm: JwsAlgorithm) -> Outcome {
    let mut outcome = Outcome::default();
    for group in read::<Signed>(text).test_groups {
        let key = Jwk::parse(&group.key);
        for test in group.tests {
            let (message, signature) = (bytes(&test.msg), bytes(&test.sig));
            let verify =
                |algorithm| key.as_ref().is_ok_and(|key: &Jwk| key.verify(algorithm, &message, &signature));
            let is_accepted = verify(algorithm);
            outcome.count(test.tc_id, test.result, is_accepted);
            for other in all().filter(|other| !other.matches(algorithm)) {
                assert!(!verify(other), "{} by {other:?}", test.tc_id);
            }
        }
    }
    outcome
}

/// RFC 7518 §3.3 to §3.5, RFC 8037 §3.1.
#[test]
fn signatures_are_judged_as_wycheproof_judges_them() {
    use JwsAlgorithm as Alg;
    // Acceptable to Wycheproof: a DigestInfo without the NULL of its parameters. RFC 8017 §9.2 step 2 and §A.2.4 want
    // it written, and so do we, since the comparison is with what we would have made.
    let no_null = || vec![8];
    for (name, text, algorithm, vectors, accepted, otherwise) in [
        ("P-256", vectors!("ecdsa_secp256r1_sha256_p1363"), Alg::Es256, 262, 173, vec![]),
        ("P-384", vectors!("ecdsa_secp384r1_sha384_p1363"), Alg::Es384, 280, 193, vec![]),
        ("P-521", vectors!("ecdsa_secp521r1_sha512_p1363"), Alg::Es512, 318, 231, vec![]),
        ("Ed25519", vectors!("ed25519"), Alg::Ed25519, 151, 88, vec![]),
        ("PKCS 1, SHA-256", vectors!("rsa_signature_2048_sha256"), Alg::Rs256, 259, 9, no_null()),
        ("PKCS 1, SHA-384", vectors!("rsa_signature_2048_sha384"), Alg::Rs384, 258, 7, no_null()),
        ("PKCS 1, SHA-512", vectors!("rsa_signature_2048_sha512"), Alg::Rs512, 259, 8, no_null()),
        ("PSS, SHA-256", vectors!("rsa_pss_2048_sha256_mgf1_32"), Alg::Ps256, 108, 63, vec![]),
        ("PSS, SHA-384", vectors!("rsa_pss_2048_sha384_mgf1_48"), Alg::Ps384, 141, 95, vec![]),
        ("PSS, SHA-512", vectors!("rsa_pss_4096_sha512_mgf1_64"), Alg::Ps512, 179, 132, vec![]),
    ] {
        assert_eq!(signatures(text, algorithm), Outcome { vectors, accepted, otherwise }, "{name}");
    }
}

/// RFC 7518 §3.2.
#[test]
fn tags_are_judged_as_wycheproof_judges_them_but_for_short_ones() {
    for (text, algorithm, bits) in [
        (vectors!("hmac_sha256"), JwsAlgorithm::Hs256, 256),
        (vectors!("hmac_sha384"), JwsAlgorithm::Hs384, 384),
        (vectors!("hmac_sha512"), JwsAlgorithm::Hs512, 512),
    ] {
        let mut outcome = Outcome::default();
        let mut short = Vec::new();
        for test in read::<Tagged>(text).test_groups.into_iter().flat_map(|group| group.tests) {
            let (key, message, tag) = (bytes(&test.key), bytes(&test.msg), bytes(&test.tag));
            let verify = |algorithm| signature::verify_hmac(algorithm, &key, &message, &tag);
            outcome.count(test.tc_id, test.result, verify(algorithm));
            assert!(all().filter(|other| *other != algorithm).all(|other| !verify(other)), "{}", test.tc_id);
            // RFC 7518 §3.2: the key is as long as the hash or longer, and no JWS has a truncated tag.
            if test.result == Verdict::Valid && (key.len() * 8 < bits || tag.len() * 8 < bits) {
                short.push(test.tc_id);
            }
        }
        assert_eq!(outcome, Outcome { vectors: 174, accepted: 30, otherwise: short }, "{algorithm:?}");
    }
}

/// Verifies a token with a key or a set as a file gives it: a public key as a client registers it, and a lone secret as
/// the secret of a client.
fn is_accepted(token: &str, key: &Value) -> bool {
    let (keys, is_set) = match key.get("keys") {
        Some(keys) => (keys.clone(), true),
        None => (json!([key]), false),
    };
    let secret = match keys.as_array().unwrap().as_slice() {
        [one] => one.get("k").map(|secret| URL_SAFE_NO_PAD.decode(secret.as_str().unwrap()).unwrap()),
        _ => None,
    };
    let Ok(jws) = Jws::parse(token) else { return false };
    if let Some(secret) = secret {
        return jws.verify(With::Secret(&secret), &JwsAlgorithm::ALL_SYMMETRIC).is_ok();
    }
    let allowed = &JwsAlgorithm::ALL_ASYMMETRIC;
    let set = json!({ "keys": keys });
    let registered = JwkSet::registered(&set).is_ok_and(|set| jws.verify(With::Set(&set), allowed).is_ok());
    let fetched = JwkSet::parse(set.to_string().as_bytes());
    let is_right = fetched.is_ok_and(|set| jws.verify(With::Set(&set), allowed).is_ok());
    assert_eq!(is_right, registered, "{token}");
    if !is_set {
        let alone = Jwk::parse(key).is_ok_and(|key| jws.verify(With::Key(&key), allowed).is_ok());
        assert_eq!(is_right, alone, "{token}");
    }
    is_right
}

fn tokens(text: &str) -> Outcome {
    let mut outcome = Outcome::default();
    for group in read::<Token>(text).test_groups {
        for test in group.tests {
            outcome.count(test.tc_id, test.result, is_accepted(&test.jws, &group.key));
        }
    }
    outcome
}

/// Which vectors of a file we judge otherwise, and why.
type Otherwise<'a> = &'a [(&'a [u32], &'a str)];

fn check(name: &str, text: &str, vectors: usize, accepted: usize, reasons: Otherwise<'_>) {
    let mut otherwise: Vec<u32> = reasons.iter().flat_map(|(numbers, _)| numbers.iter().copied()).collect();
    otherwise.sort_unstable();
    assert_eq!(tokens(text), Outcome { vectors, accepted, otherwise }, "{name}");
}

/// RFC 7515 §5.2, RFC 8725 §3.
#[test]
fn tokens_are_judged_as_wycheproof_judges_them_but_for_these() {
    let reasons: Otherwise<'_> = &[
        (
            &[346, 350],
            "valid to them: signed by PS384, while the key says PS256; RFC 7517 §4.4 ties it to that",
        ),
        (&[347, 351], "valid to them: the key is for an algorithm of the name ES521, which there is none of"),
        (&[372, 373], "valid to them: a question mark in base64url; RFC 7515 §2, RFC 4648 §3.3"),
        (
            &[367, 370],
            "invalid to them: what was wrong got lost, and the token is that of vector 357, which is valid",
        ),
    ];
    check("tokens", vectors!("json_web_signature"), 401, 42, reasons);
}

/// RFC 7517 §4, §5; RFC 7518 §3.
#[test]
fn keys_are_judged_as_wycheproof_judges_them_but_for_these() {
    let reasons: Otherwise<'_> = &[
        (&[2], "valid to them: a set of secrets; RFC 7517 §9.2, whoever publishes these has lost them"),
        (
            &[25, 26],
            "invalid to them: a secret that is meant for encryption; ours stand in no JWK, so none says this",
        ),
    ];
    check("keys", vectors!("json_web_key"), 26, 6, reasons);
}
