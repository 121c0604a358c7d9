//! How a key can be wrong. RFC 7517 §4, §9.3; RFC 7518 §3.3, §6; RFC 8037 §2.

use crate::support::signed::{Key, encode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey::jose::{JoseError, Jwk, JwkSet, JwsAlgorithm, MAX_KEYS};
use openssl::bn::BigNum;
use openssl::nid::Nid;
use serde_json::{Value, json};

fn error(key: &Value) -> JoseError {
    Jwk::parse(key).unwrap_err()
}

fn with(mut key: Value, name: &str, value: Value) -> Value {
    key[name] = value;
    key
}

/// I14, RFC 7517 §9.3.
#[test]
fn a_private_or_symmetric_key_is_refused_and_with_it_the_whole_set() {
    let key = Key::es256().public(None);
    for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        let private = with(key.clone(), name, json!("AA"));
        assert_eq!(error(&private), JoseError::PrivateKey, "{name}");
        let set = json!({ "keys": [key, private] });
        assert_eq!(JwkSet::registered(&set).unwrap_err(), JoseError::PrivateKey);
        assert_eq!(JwkSet::parse(set.to_string().as_bytes()).unwrap_err(), JoseError::PrivateKey);
    }
    assert_eq!(error(&json!({ "kty": "oct" })), JoseError::PrivateKey);
    assert_eq!(error(&with(key, "d", Value::Null)), JoseError::PrivateKey);
}

/// RFC 7518 §6.2.1.
#[test]
fn a_point_lies_on_its_curve_and_is_written_in_full() {
    let key = Key::es256().public(None);
    let other = Key::ec(Nid::SECP384R1).public(None);
    let x = key["x"].clone();
    let text = key["x"].as_str().unwrap();
    for broken in [
        with(key.clone(), "y", x),
        with(key.clone(), "y", other["y"].clone()),
        with(key.clone(), "x", json!("AA")),
        with(key.clone(), "x", json!("")),
        with(key.clone(), "x", json!(7)),
        with(key.clone(), "x", json!(format!("{}=", key["x"].as_str().unwrap()))),
        with(key.clone(), "x", json!(encode([0; 32]))),
        with(key.clone(), "x", json!(encode([0xff; 32]))),
        with(
            key.clone(),
            "x",
            json!(encode([&[0], URL_SAFE_NO_PAD.decode(text).unwrap().as_slice()].concat())),
        ),
        with(key.clone(), "crv", json!("P-384")),
        json!({ "kty": "EC", "crv": "P-256", "x": key["x"] }),
        json!({ "kty": "EC" }),
        json!({ "kty": "RSA", "crv": "P-256", "x": key["x"], "y": key["y"] }),
        json!({ "crv": "P-256", "x": key["x"], "y": key["y"] }),
        json!([]),
        json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA" }),
    ] {
        assert_eq!(error(&broken), JoseError::Key, "{broken}");
    }
    for unknown in [
        with(key.clone(), "crv", json!("secp256k1")),
        with(key.clone(), "kty", json!("AKP")),
        json!({ "kty": "OKP", "crv": "X25519", "x": encode([9; 32]) }),
        json!({ "kty": "OKP", "crv": "Ed448", "x": encode([9; 57]) }),
    ] {
        assert_eq!(error(&unknown), JoseError::KeyKind, "{unknown}");
    }
}

/// RFC 7518 §3.3, §6.3.1; CVE-2017-15361.
#[test]
fn an_rsa_key_is_neither_short_nor_long_nor_known_to_be_broken() {
    let key = Key::rsa(2048).public(None);
    let n = key["n"].as_str().unwrap();
    let modulus = |bits: i32| {
        let mut n = BigNum::new().unwrap();
        n.set_bit(bits - 1).unwrap();
        n.set_bit(0).unwrap();
        json!({ "kty": "RSA", "n": encode(n.to_vec()), "e": "AQAB" })
    };
    for (bits, right) in [(1024, false), (2047, false), (2048, true), (8192, true), (8193, false)] {
        assert_eq!(Jwk::parse(&modulus(bits)).is_ok(), right, "{bits}");
    }
    for broken in [
        Key::rsa(1024).public(None),
        with(key.clone(), "e", json!("AQ")),
        with(key.clone(), "e", json!("AAEAAQ")),
        with(key.clone(), "e", json!("AQAA")),
        with(key.clone(), "e", json!("")),
        with(key.clone(), "e", json!("AQAAAAE")),
        with(key.clone(), "n", json!(format!("AAAA{n}"))),
        with(key.clone(), "n", json!("")),
        with(key.clone(), "n", json!(roca())),
    ] {
        assert_eq!(error(&broken), JoseError::Key, "{broken}");
    }
    assert!(Jwk::parse(&with(key, "e", json!("Aw"))).is_ok());
}

/// A modulus as the broken generator makes them: modulo each small prime a power of 65537.
fn roca() -> String {
    let mut context = openssl::bn::BigNumContext::new().unwrap();
    let primes = [11_u32, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];
    let mut product = BigNum::from_u32(2).unwrap();
    for prime in primes {
        product.mul_word(prime).unwrap();
    }
    // product * 2^k + 65537, odd, of 2048 bits.
    let mut n = BigNum::new().unwrap();
    let mut factor = BigNum::new().unwrap();
    factor.set_bit(2048 - product.num_bits()).unwrap();
    n.checked_mul(&product, &factor, &mut context).unwrap();
    n.add_word(65_537).unwrap();
    assert_eq!(n.num_bits(), 2048);
    encode(n.to_vec())
}

/// RFC 7517 §4.2-§4.4.
#[test]
fn a_key_serves_for_what_it_says_alone() {
    let key = Key::es256().public(None);
    let serves = |key: &Value| Jwk::parse(key).unwrap().serves(JwsAlgorithm::Es256);
    for (name, value, right) in [
        ("use", json!("sig"), true),
        ("use", json!("enc"), false),
        ("use", json!("x"), false),
        ("key_ops", json!(["verify"]), true),
        ("key_ops", json!(["sign", "verify"]), true),
        ("key_ops", json!(["encrypt"]), false),
        ("key_ops", json!([]), false),
        ("alg", json!("ES256"), true),
        ("alg", json!("ES384"), false),
        ("alg", json!("ES521"), false),
        ("alg", json!("ECDH-ES"), false),
        ("x5t", json!("x"), true),
    ] {
        assert_eq!(serves(&with(key.clone(), name, value.clone())), right, "{name} {value}");
    }
    for (name, value) in
        [("use", json!(1)), ("key_ops", json!("verify")), ("alg", json!([])), ("kid", json!(1))]
    {
        assert_eq!(error(&with(key.clone(), name, value)), JoseError::Key, "{name}");
    }
    let ed = with(Key::ed25519().public(None), "alg", json!("Ed25519"));
    assert!(Jwk::parse(&ed).unwrap().serves(JwsAlgorithm::EdDsa), "RFC 9864 §2.2: two names of one");
    let rsa = Jwk::parse(&with(Key::rsa(2048).public(None), "alg", json!("PS256"))).unwrap();
    assert!(rsa.serves(JwsAlgorithm::Ps256) && !rsa.serves(JwsAlgorithm::Rs256));
}

/// RFC 7517 §5: what others need is left out; what is broken is told to whoever registers it.
#[test]
fn a_set_is_bounded_and_its_unknown_keys_are_left_out() {
    let key = Key::es256().public(Some("1"));
    let unknown = json!({ "kty": "AKP", "pub": "x" });
    let broken = json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" });
    let registered = |keys: Value| JwkSet::registered(&json!({ "keys": keys }));
    let fetched = |keys: Value| JwkSet::parse(json!({ "keys": keys }).to_string().as_bytes());
    for read in [&registered as &dyn Fn(Value) -> Result<JwkSet, JoseError>, &fetched] {
        assert_eq!(read(json!([unknown, key])).unwrap().keys().len(), 1);
        assert!(read(json!([])).unwrap().is_empty());
        assert!(read(json!(vec![key.clone(); MAX_KEYS])).is_ok());
        assert_eq!(read(json!(vec![key.clone(); MAX_KEYS + 1])).unwrap_err(), JoseError::KeySet);
        assert_eq!(read(json!({})).unwrap_err(), JoseError::KeySet);
    }
    assert_eq!(registered(json!([broken, key])).unwrap_err(), JoseError::Key);
    assert_eq!(fetched(json!([broken, key])).unwrap().keys().len(), 1);
    for bad in [
        "",
        "[]",
        "{",
        r#"{"keys":[],"keys":[]}"#,
        &format!("{{\"x\":\"{}\",\"keys\":[]}}", "x".repeat(70_000)),
    ] {
        assert_eq!(JwkSet::parse(bad.as_bytes()).unwrap_err(), JoseError::KeySet, "{bad:.30}");
    }
}
