//! What we accept as our own token, and what not. RFC 7515 §5.2, RFC 8725.

use super::{Keys, quick_policy};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey::keys::{Algorithm, Expected, KeyError, VerifyError};
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use serde_json::{Value, json};
use time::Duration;

const ISSUER: &str = "https://issuer.example";

fn expected(keys: &Keys) -> Expected<'static> {
    Expected { typ: "at+jwt", issuer: ISSUER, now: keys.now(), leeway: Duration::ZERO }
}

fn claims(keys: &Keys) -> Value {
    let now = keys.now().unix_timestamp();
    json!({ "iss": ISSUER, "sub": "ada", "iat": now, "nbf": now, "exp": now + 300 })
}

fn sign(keys: &Keys, algorithm: Algorithm, typ: &str, claims: &Value) -> String {
    let now = keys.now();
    keys.ring.load().sign_jwt(algorithm, typ, claims, now, now + Duration::minutes(5)).unwrap()
}

fn verify(keys: &Keys, token: &str) -> Result<Value, VerifyError> {
    keys.ring.load().verify_own(token, &expected(keys))
}

fn encode(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

/// A token with this header over good claims, signed by the active key whatever the header says.
fn forge(keys: &Keys, header: &Value) -> String {
    let input = format!("{}.{}", encode(header), encode(&claims(keys)));
    let signature = keys.ring.load().signer(Algorithm::Es256).unwrap().sign(input.as_bytes()).unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[tokio::test]
async fn our_own_token_is_accepted_in_every_algorithm() {
    let keys = Keys::start(quick_policy()).await;
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
        let token = sign(&keys, algorithm, "at+jwt", &claims(&keys));
        assert_eq!(verify(&keys, &token).unwrap(), claims(&keys));
        let header: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap())
                .unwrap();
        assert_eq!(header, json!({ "alg": algorithm.as_str(), "kid": keys.kid(algorithm), "typ": "at+jwt" }));
    }
    let error = keys.ring.load().sign_jwt(Algorithm::Rs256, "JWT", &json!({}), keys.now(), keys.now());
    assert_eq!(error, Err(KeyError::NotReady(Algorithm::Rs256)));
}

/// RFC 8725 §3.1, §3.11; RFC 7515 §4.1.11.
#[tokio::test]
async fn a_header_that_we_would_not_write_is_refused() {
    let keys = Keys::start(quick_policy()).await;
    let kid = keys.kid(Algorithm::Es256);
    assert!(verify(&keys, &forge(&keys, &json!({ "alg": "ES256", "kid": kid, "typ": "at+jwt" }))).is_ok());
    let cases = [
        (json!({ "alg": "none", "kid": kid, "typ": "at+jwt" }), VerifyError::Algorithm),
        (json!({ "alg": "HS256", "kid": kid, "typ": "at+jwt" }), VerifyError::Algorithm),
        (json!({ "alg": "EdDSA", "kid": kid, "typ": "at+jwt" }), VerifyError::Algorithm),
        (json!({ "alg": "es256", "kid": kid, "typ": "at+jwt" }), VerifyError::Algorithm),
        (json!({ "alg": "ES256", "kid": kid, "typ": "JWT" }), VerifyError::Type),
        (json!({ "alg": "ES256", "kid": kid, "typ": "AT+JWT" }), VerifyError::Type),
        (json!({ "alg": "ES256", "kid": kid }), VerifyError::Header),
        (json!({ "alg": "ES256", "typ": "at+jwt" }), VerifyError::Header),
        (json!({ "alg": "ES256", "kid": "foreign", "typ": "at+jwt" }), VerifyError::UnknownKey),
        (json!({ "alg": "ES256", "kid": 1, "typ": "at+jwt" }), VerifyError::Header),
        (json!({ "alg": "ES256", "kid": kid, "typ": "at+jwt", "crit": ["b64"] }), VerifyError::Critical),
        (json!({ "alg": "ES256", "kid": kid, "typ": "at+jwt", "crit": [] }), VerifyError::Critical),
        (json!({ "alg": "ES256", "kid": kid, "typ": "at+jwt", "b64": false }), VerifyError::Header),
        (
            json!({ "alg": "ES256", "kid": kid, "typ": "at+jwt", "jku": "https://evil.example" }),
            VerifyError::Header,
        ),
        (json!([]), VerifyError::Header),
    ];
    for (header, error) in cases {
        assert_eq!(verify(&keys, &forge(&keys, &header)), Err(error), "{header}");
    }
}

/// The classic confusions: no signature at all, and the public key as an HMAC secret.
#[tokio::test]
async fn neither_no_signature_nor_an_hmac_is_accepted() {
    let keys = Keys::start(quick_policy()).await;
    let kid = keys.kid(Algorithm::Es256);
    let body = keys.ring.load().jwks().unwrap().body.clone();
    for alg in ["none", "HS256", "ES256"] {
        let input = format!(
            "{}.{}",
            encode(&json!({ "alg": alg, "kid": kid, "typ": "at+jwt" })),
            encode(&claims(&keys))
        );
        assert!(verify(&keys, &format!("{input}.")).is_err());
        let secret = PKey::hmac(&body).unwrap();
        let mut mac = openssl::sign::Signer::new(MessageDigest::sha256(), &secret).unwrap();
        let mac = mac.sign_oneshot_to_vec(input.as_bytes()).unwrap();
        assert!(verify(&keys, &format!("{input}.{}", URL_SAFE_NO_PAD.encode(mac))).is_err());
    }
}

/// RFC 7518 §3.4: R and S side by side, not the DER form.
#[tokio::test]
async fn a_der_signature_is_refused() {
    let keys = Keys::start(quick_policy()).await;
    let token = sign(&keys, Algorithm::Es256, "at+jwt", &claims(&keys));
    let (input, signature) = token.rsplit_once('.').unwrap();
    let raw = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let number = |bytes| openssl::bn::BigNum::from_slice(bytes).unwrap();
    let der =
        openssl::ecdsa::EcdsaSig::from_private_components(number(&raw[..32]), number(&raw[32..])).unwrap();
    let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(der.to_der().unwrap()));
    assert_eq!(verify(&keys, &token), Err(VerifyError::Signature));
}

#[tokio::test]
async fn a_changed_or_misshapen_token_is_refused() {
    let keys = Keys::start(quick_policy()).await;
    let token = sign(&keys, Algorithm::Es256, "at+jwt", &claims(&keys));
    let parts: Vec<&str> = token.split('.').collect();
    let other = encode(&json!({ "iss": ISSUER, "sub": "eve", "exp": i64::MAX }));
    assert_eq!(verify(&keys, &format!("{}.{other}.{}", parts[0], parts[2])), Err(VerifyError::Signature));
    let misshapen = [
        String::new(),
        "a.b".to_owned(),
        "..".to_owned(),
        format!("{token}="),
        format!("{token}.x"),
        format!(" {token}"),
        format!("{token}\n"),
        format!("{}..{}", parts[0], parts[2]),
        "a".repeat(20_000),
    ];
    for token in misshapen {
        assert!(verify(&keys, &token).is_err(), "{token}");
    }
    // A wrong last character that decodes to the same bytes would be a second form of one token.
    let twin = |last: char| {
        let mut twin = token.clone();
        twin.pop();
        twin.push(last);
        twin
    };
    let accepted = ('A'..='Z').chain('a'..='z').filter(|last| verify(&keys, &twin(*last)).is_ok()).count();
    assert!(accepted <= 1, "{accepted} forms of one token");
}

/// RFC 7519 §4.1.4 and §4.1.5: `exp` is the first instant at which it is refused, `nbf` the first at which not.
#[tokio::test]
async fn times_are_judged_to_the_second() {
    let keys = Keys::start(quick_policy()).await;
    let now = keys.now().unix_timestamp();
    let try_with = |exp: Value, nbf: Value, leeway: i64| {
        let mut claims = json!({ "iss": ISSUER, "exp": exp, "nbf": nbf });
        if claims["nbf"].is_null() {
            claims.as_object_mut().unwrap().remove("nbf");
        }
        let token = sign(&keys, Algorithm::Es256, "at+jwt", &claims);
        let expected = Expected { leeway: Duration::seconds(leeway), ..expected(&keys) };
        keys.ring.load().verify_own::<Value>(&token, &expected).map(drop)
    };
    assert_eq!(try_with(json!(now + 1), Value::Null, 0), Ok(()));
    assert_eq!(try_with(json!(now), Value::Null, 0), Err(VerifyError::Expired));
    assert_eq!(try_with(json!(now), Value::Null, 1), Ok(()));
    assert_eq!(try_with(json!(now - 1), Value::Null, 1), Err(VerifyError::Expired));
    assert_eq!(try_with(json!(now + 9), json!(now), 0), Ok(()));
    assert_eq!(try_with(json!(now + 9), json!(now + 1), 0), Err(VerifyError::NotYetValid));
    assert_eq!(try_with(json!(now + 9), json!(now + 1), 1), Ok(()));
    assert_eq!(try_with(Value::Null, Value::Null, 0), Err(VerifyError::Claims));
    assert_eq!(try_with(json!(i64::MAX), Value::Null, 0), Err(VerifyError::Claims));
    assert_eq!(try_with(json!("soon"), Value::Null, 0), Err(VerifyError::Claims));
}

#[tokio::test]
async fn another_issuer_or_type_is_refused() {
    let keys = Keys::start(quick_policy()).await;
    let mut other = claims(&keys);
    other["iss"] = json!("https://issuer.example/");
    assert_eq!(verify(&keys, &sign(&keys, Algorithm::Es256, "at+jwt", &other)), Err(VerifyError::Issuer));
    let id_token = sign(&keys, Algorithm::Es256, "JWT", &claims(&keys));
    assert_eq!(verify(&keys, &id_token), Err(VerifyError::Type));
    let rare = sign(&keys, Algorithm::Es256, "logout+jwt", &claims(&keys));
    let expected = Expected { typ: "logout+jwt", ..expected(&keys) };
    assert!(keys.ring.load().verify_own::<Value>(&rare, &expected).is_ok());
}

#[tokio::test]
async fn no_token_outlives_its_key() {
    let keys = Keys::start(quick_policy()).await;
    let life = quick_policy().longest_signed_life;
    let try_life = |life| {
        keys.ring
            .load()
            .sign_jwt(Algorithm::Es256, "JWT", &claims(&keys), keys.now(), keys.now() + life)
            .map(drop)
    };
    assert_eq!(try_life(life), Ok(()));
    assert_eq!(try_life(life + Duration::SECOND), Err(KeyError::OutlivesKey));
}
