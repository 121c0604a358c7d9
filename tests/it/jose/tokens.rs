//! How a token can be wrong. RFC 7515 §5.2, RFC 8725 §3.

use crate::support::signed::{Key, encode, unsecured};
use latchkey::jose::{JoseError, Jwk, JwkSet, Jws, JwsAlgorithm, MAX_BYTES, Unsecured, With};
use openssl::nid::Nid;
use serde_json::{Value, json};

const ALL: &[JwsAlgorithm] = &JwsAlgorithm::ALL_ASYMMETRIC;

fn set(keys: &[Value]) -> JwkSet {
    JwkSet::registered(&json!({ "keys": keys })).unwrap()
}

fn verify(token: &str, with: With<'_>, allowed: &[JwsAlgorithm]) -> Result<Value, JoseError> {
    let jws = Jws::parse(token)?;
    jws.verify(with, allowed)?.claims()
}

fn claims() -> Value {
    json!({ "sub": "ada" })
}

#[test]
fn every_algorithm_verifies_with_its_own_key_and_no_other() {
    let keys = [
        ("ES256", Key::es256()),
        ("ES384", Key::ec(Nid::SECP384R1)),
        ("ES512", Key::ec(Nid::SECP521R1)),
        ("RS256", Key::rsa(2048)),
        ("EdDSA", Key::ed25519()),
    ];
    let all = set(&keys.iter().map(|(name, key)| key.public(Some(name))).collect::<Vec<_>>());
    let rsa = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"].map(|alg| (alg, "RS256"));
    let others = [
        ("ES256", "ES256"),
        ("ES384", "ES384"),
        ("ES512", "ES512"),
        ("EdDSA", "EdDSA"),
        ("Ed25519", "EdDSA"),
    ];
    for (alg, name) in rsa.into_iter().chain(others) {
        let key = &keys.iter().find(|(own, _)| *own == name).unwrap().1;
        let token = key.jws(json!({ "alg": alg }), &claims());
        assert_eq!(verify(&token, With::Set(&all), ALL), Ok(claims()), "{alg}");
        for (other, foreign) in &keys {
            let jwk = Jwk::parse(&foreign.public(None)).unwrap();
            assert_eq!(verify(&token, With::Key(&jwk), ALL).is_ok(), *other == name, "{alg} {other}");
        }
    }
}

/// RFC 7515 §3.1, §7.1: the compact form, to the letter.
#[test]
fn anything_but_three_parts_of_base64url_is_refused() {
    let key = Key::es256();
    let jwk = Jwk::parse(&key.public(None)).unwrap();
    let token = key.jws(json!({ "alg": "ES256" }), &claims());
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!() };
    let json_form = json!({ "payload": payload, "protected": header, "signature": signature }).to_string();
    let big = key.jws(json!({ "alg": "ES256" }), &json!({ "x": "x".repeat(MAX_BYTES) }));
    for bad in [
        String::new(),
        "..".to_owned(),
        format!("{header}.{payload}"),
        format!("{header}.{payload}."),
        format!(".{payload}.{signature}"),
        format!("{header}.{signature}"),
        format!("{payload}.{signature}"),
        format!("{token}."),
        format!("{token}.e30"),
        format!(".{token}"),
        format!("{token}="),
        format!("{token} "),
        format!(" {token}"),
        format!("{token}\n"),
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}\n.{signature}"),
        token.replace('_', "/").replace('-', "+") + "+",
        json_form,
        big,
    ] {
        assert!(verify(&bad, With::Key(&jwk), ALL).is_err(), "{bad:.60}");
    }
    // Stray bits behind the last byte: the same signature must not have two spellings.
    let last = signature.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let stray = alphabet.chars().nth(alphabet.find(last).unwrap() ^ 1).unwrap();
    let respelt = format!("{header}.{payload}.{}{stray}", &signature[..signature.len() - 1]);
    assert_eq!(verify(&respelt, With::Key(&jwk), ALL), Err(JoseError::Malformed));
    assert_eq!(verify(&token, With::Key(&jwk), ALL), Ok(claims()));
}

/// RFC 7515 §4, §4.1.11; RFC 7797 §6.
#[test]
fn a_header_is_one_object_without_surprises() {
    let key = Key::es256();
    let jwk = Jwk::parse(&key.public(None)).unwrap();
    for (header, error) in [
        (r#"{"alg":"ES256","alg":"none"}"#, JoseError::Header),
        (r#"{"alg":"none","alg":"ES256"}"#, JoseError::Header),
        (r#"{"alg":"ES256","\u0061lg":"ES256"}"#, JoseError::Header),
        (r#"{"alg":"ES256","crit":["exp"]}"#, JoseError::Critical),
        (r#"{"alg":"ES256","crit":[]}"#, JoseError::Critical),
        (r#"{"alg":"ES256","crit":null}"#, JoseError::Critical),
        (r#"{"alg":"ES256","b64":false}"#, JoseError::Critical),
        (r#"{"alg":"ES256","kid":7}"#, JoseError::Header),
        (r#"{"alg":["ES256"]}"#, JoseError::Header),
        (r#"{"alg":null}"#, JoseError::Header),
        ("{}", JoseError::Header),
        ("[]", JoseError::Header),
        ("\"ES256\"", JoseError::Header),
        (r#"{"alg":"ES256"} x"#, JoseError::Header),
        (r#"{"alg":"ES224"}"#, JoseError::Algorithm),
        (r#"{"alg":"HS256"}"#, JoseError::Algorithm),
        (r#"{"alg":"nOnE"}"#, JoseError::Algorithm),
        (r#"{"alg":"none"}"#, JoseError::Unsecured),
    ] {
        let input = format!("{}.{}", encode(header), encode(claims().to_string()));
        let token = format!("{input}.{}", encode(key.sign("ES256", input.as_bytes())));
        assert_eq!(verify(&token, With::Key(&jwk), ALL), Err(error), "{header}");
    }
}

/// RFC 7519 §4, §7.2.
#[test]
fn claims_are_one_object_that_names_each_once() {
    let key = Key::es256();
    let jwk = Jwk::parse(&key.public(None)).unwrap();
    let signed = |payload: &str| {
        let input = format!("{}.{}", encode(r#"{"alg":"ES256"}"#), encode(payload));
        format!("{input}.{}", encode(key.sign("ES256", input.as_bytes())))
    };
    for payload in ["", "Payload", "[]", "1", r#"{"sub":"ada","sub":"eve"}"#, r#"{"a":{"b":1,"b":2}}"#] {
        assert_eq!(verify(&signed(payload), With::Key(&jwk), ALL), Err(JoseError::Claims), "{payload}");
    }
    assert_eq!(verify(&signed("{}"), With::Key(&jwk), ALL), Ok(json!({})));
}

/// RFC 7515 appendix A.5, RFC 8725 §3.2: what nobody signed needs a function of its own.
#[test]
fn none_is_read_where_it_is_asked_for_alone() {
    let token = unsecured(&claims());
    let read = |token: &str| Unsecured::parse(token).and_then(|token| token.claims::<Value>());
    assert_eq!(Jws::parse(&token).unwrap_err(), JoseError::Unsecured);
    assert_eq!(read(&token), Ok(claims()));
    assert_eq!(read(&format!("{token}AA")), Err(JoseError::Malformed));
    let signed = Key::es256().jws(json!({ "alg": "ES256" }), &claims());
    assert_eq!(read(&signed), Err(JoseError::Algorithm));
    let stripped = format!("{}.", signed.rsplit_once('.').unwrap().0);
    assert_eq!(read(&stripped), Err(JoseError::Algorithm));
    assert_eq!(Jws::parse(&stripped).unwrap_err(), JoseError::Malformed);
}

/// RFC 7515 §4.1.4: a name picks; a key without one may be any.
#[test]
fn a_key_is_chosen_by_name_and_algorithm() {
    let (one, two, rsa) = (Key::es256(), Key::es256(), Key::rsa(2048));
    let named = set(&[one.public(Some("1")), two.public(Some("2")), rsa.public(Some("3"))]);
    let nameless = set(&[rsa.public(None), one.public(None), two.public(None)]);
    let token = |kid: Option<&str>| {
        let mut header = json!({ "alg": "ES256" });
        if let Some(kid) = kid {
            header["kid"] = json!(kid);
        }
        two.jws(header, &claims())
    };
    assert!(verify(&token(Some("2")), With::Set(&named), ALL).is_ok());
    assert_eq!(verify(&token(Some("1")), With::Set(&named), ALL), Err(JoseError::Signature));
    assert_eq!(verify(&token(Some("3")), With::Set(&named), ALL), Err(JoseError::UnknownKey));
    assert_eq!(verify(&token(Some("4")), With::Set(&named), ALL), Err(JoseError::UnknownKey));
    assert!(verify(&token(None), With::Set(&named), ALL).is_ok());
    assert!(verify(&token(None), With::Set(&nameless), ALL).is_ok());
    assert!(verify(&token(Some("4")), With::Set(&nameless), ALL).is_ok());
    assert_eq!(verify(&token(None), With::Set(&set(&[])), ALL), Err(JoseError::UnknownKey));
}

/// RFC 7518 §3.2: a secret as long as the digest at least; RFC 8725 §2.1: and never a public key.
#[test]
fn a_secret_is_long_enough_and_no_key() {
    let both = JwsAlgorithm::ALL_SYMMETRIC;
    for (alg, bytes) in [("HS256", 32), ("HS384", 48), ("HS512", 64)] {
        for (length, right) in [(0, false), (bytes - 1, false), (bytes, true), (bytes + 9, true)] {
            let secret = vec![7; length];
            // OpenSSL makes no HMAC key of nothing.
            let signer = if length == 0 { vec![0] } else { secret.clone() };
            let token = Key::Secret(signer).jws(json!({ "alg": alg }), &claims());
            assert_eq!(verify(&token, With::Secret(&secret), &both).is_ok(), right, "{alg} {length}");
        }
    }
    let key = Key::rsa(2048);
    let set = set(&[key.public(None)]);
    for public in [key.private().public_key_to_pem().unwrap(), key.private().public_key_to_der().unwrap()] {
        let token = Key::Secret(public).jws(json!({ "alg": "HS256" }), &claims());
        assert_eq!(verify(&token, With::Set(&set), &both), Err(JoseError::UnknownKey));
    }
}

/// RFC 7518 §3.4: R and S in full length, within the group; never DER, never zero.
#[test]
fn an_ecdsa_signature_has_one_form() {
    let key = Key::es256();
    let jwk = Jwk::parse(&key.public(None)).unwrap();
    let token = key.jws(json!({ "alg": "ES256" }), &claims());
    let (input, _) = token.rsplit_once('.').unwrap();
    let der = {
        let ec = key.private().ec_key().unwrap();
        let digest = openssl::sha::sha256(input.as_bytes());
        openssl::ecdsa::EcdsaSig::sign(&digest, &ec).unwrap().to_der().unwrap()
    };
    let raw = key.sign("ES256", input.as_bytes());
    let order = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    for bad in [
        der,
        vec![0; 64],
        [vec![0; 32], raw[32..].to_vec()].concat(),
        [raw[..32].to_vec(), vec![0; 32]].concat(),
        [order.clone(), raw[32..].to_vec()].concat(),
        [raw[..32].to_vec(), order].concat(),
        [vec![0], raw.clone()].concat(),
        [raw[..32].to_vec(), vec![0], raw[32..].to_vec()].concat(),
        [raw.clone(), vec![0]].concat(),
        raw[1..].to_vec(),
        raw[..32].to_vec(),
    ] {
        let token = format!("{input}.{}", encode(&bad));
        assert_eq!(verify(&token, With::Key(&jwk), ALL), Err(JoseError::Signature), "{bad:02x?}");
    }
    assert!(verify(&format!("{input}.{}", encode(raw)), With::Key(&jwk), ALL).is_ok());
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// RFC 7515 §4.1.9.
#[test]
fn a_type_is_compared_as_a_media_type() {
    let key = Key::es256();
    let header = |typ: &str| {
        let token = key.jws(json!({ "alg": "ES256", "typ": typ }), &claims());
        Jws::parse(&token).unwrap().header().clone()
    };
    for same in ["dpop+jwt", "DPoP+JWT", "application/dpop+jwt", "Application/DPoP+jwt"] {
        assert!(header(same).is_type("dpop+jwt"), "{same}");
    }
    for other in ["", "jwt", "xdpop+jwt", "dpop+jwt ", "text/dpop+jwt", "application/application/dpop+jwt"] {
        assert!(!header(other).is_type("dpop+jwt"), "{other}");
    }
}

/// Of a registered set only what a token may mean is read, and never more than eight keys of its kind.
#[test]
fn of_a_set_a_token_is_tried_with_what_it_may_mean() {
    let key = Key::es256();
    let token = key.jws(json!({ "alg": "ES256" }), &claims());
    let named = key.jws(json!({ "alg": "ES256", "kid": "mine" }), &claims());
    let candidates = |token: &str, keys: &[Value]| {
        JwkSet::candidates(&json!({ "keys": keys }), Jws::parse(token).unwrap().header())
    };
    let accepts = |token: &str, keys: &[Value]| {
        verify(token, With::Set(&candidates(token, keys).unwrap()), ALL).is_ok()
    };
    let others = |kid: Option<&str>, make: fn() -> Key| vec![make().public(kid); 10];
    let mine = [key.public(None)];
    assert!(
        accepts(&token, &[others(None, Key::ed25519), mine.to_vec()].concat()),
        "other kinds do not count"
    );
    assert!(!accepts(&token, &[others(None, Key::es256), mine.to_vec()].concat()), "eight of its kind do");
    let mine = [key.public(Some("mine"))];
    assert!(accepts(&named, &[others(Some("other"), Key::es256), mine.to_vec()].concat()));
    assert_eq!(candidates(&named, &others(None, Key::es256)).unwrap().keys().len(), 8);
    let broken = json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" });
    assert_eq!(candidates(&token, &[broken]).unwrap_err(), JoseError::Key);
}
