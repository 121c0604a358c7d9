//! `jsonwebtoken` on openssl: it verifies our tokens, we verify its, and its confusions are refused.

use super::{Keys, epoch, quick_policy};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, JwkSet, ThumbprintHash};
use jsonwebtoken::{Algorithm as Alg, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use latchkey::jobs::rotate_keys::Work;
use latchkey::keys::{Algorithm, Expected, KeyPolicy, VerifyingKey, provider};
use latchkey::records::PublicKey;
use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use serde_json::{Value, json};
use time::Duration;

fn validation(alg: Alg) -> Validation {
    let mut validation = Validation::new(alg);
    validation.validate_aud = false;
    validation.validate_exp = false;
    validation.set_required_spec_claims::<&str>(&[]);
    validation
}

/// A private key for each algorithm of the provider, with its public half.
fn key_pairs() -> Vec<(Alg, EncodingKey, DecodingKey)> {
    let rsa = Rsa::generate(2048).unwrap();
    let rsa_private = EncodingKey::from_rsa_der(&rsa.private_key_to_der().unwrap());
    let rsa_public = DecodingKey::from_rsa_raw_components(&rsa.n().to_vec(), &rsa.e().to_vec());
    let mut pairs = vec![];
    for alg in [Alg::RS256, Alg::RS384, Alg::RS512, Alg::PS256, Alg::PS384, Alg::PS512] {
        pairs.push((alg, rsa_private.clone(), rsa_public.clone()));
    }
    for (alg, curve) in [(Alg::ES256, Nid::X9_62_PRIME256V1), (Alg::ES384, Nid::SECP384R1)] {
        let key = EcKey::generate(&EcGroup::from_curve_name(curve).unwrap()).unwrap();
        let der = PKey::from_ec_key(key).unwrap().private_key_to_pkcs8().unwrap();
        let private = EncodingKey::from_ec_der(&der);
        let public = DecodingKey::from_jwk(&Jwk::from_encoding_key(&private, alg).unwrap()).unwrap();
        pairs.push((alg, private, public));
    }
    let ed = PKey::generate_ed25519().unwrap();
    let private = EncodingKey::from_ed_der(&ed.private_key_to_pkcs8().unwrap());
    pairs.push((Alg::EdDSA, private, DecodingKey::from_ed_der(&ed.raw_public_key().unwrap())));
    pairs
}

#[tokio::test]
async fn it_verifies_our_tokens_from_the_jwks_alone() {
    provider::install();
    let keys = Keys::start(KeyPolicy::default()).await;
    keys.job.settle(Work::All).await.unwrap();
    let snapshot = keys.ring.load_full();
    let jwks: JwkSet = serde_json::from_slice(&snapshot.jwks().unwrap().body).unwrap();
    for (ours, theirs) in
        [(Algorithm::Es256, Alg::ES256), (Algorithm::Rs256, Alg::RS256), (Algorithm::EdDsa, Alg::EdDSA)]
    {
        let claims = json!({ "sub": "ada", "exp": 1 });
        let token = snapshot.sign_jwt(ours, "at+jwt", &claims, epoch(), epoch() + Duration::MINUTE).unwrap();
        let jwk = jwks.find(&keys.kid(ours)).unwrap();
        assert_eq!(jwk.thumbprint(ThumbprintHash::SHA256).unwrap(), keys.kid(ours));
        let decoded =
            decode::<Value>(&token, &DecodingKey::from_jwk(jwk).unwrap(), &validation(theirs)).unwrap();
        assert_eq!(decoded.claims, claims);
        let other = jwks.keys.iter().find(|key| key.common.key_id != jwk.common.key_id).unwrap();
        assert!(
            decode::<Value>(&token, &DecodingKey::from_jwk(other).unwrap(), &validation(theirs)).is_err()
        );
    }
}

#[test]
fn it_signs_and_verifies_in_every_algorithm_and_refuses_a_changed_token() {
    provider::install();
    for (alg, private, public) in key_pairs() {
        let token = encode(&Header::new(alg), &json!({ "sub": "ada" }), &private).unwrap();
        assert!(decode::<Value>(&token, &public, &validation(alg)).is_ok(), "{alg:?}");
        let (input, signature) = token.rsplit_once('.').unwrap();
        let other = if signature.starts_with('A') { 'B' } else { 'A' };
        let changed = format!("{input}.{other}{}", &signature[1..]);
        assert!(decode::<Value>(&changed, &public, &validation(alg)).is_err(), "{alg:?}");
        assert!(decode::<Value>(format!("{input}."), &public, &validation(alg)).is_err(), "{alg:?}");
    }
}

#[test]
fn we_verify_what_it_signs() {
    provider::install();
    let ours =
        [(Alg::ES256, Algorithm::Es256), (Alg::RS256, Algorithm::Rs256), (Alg::EdDSA, Algorithm::EdDsa)];
    for (alg, private, _) in key_pairs() {
        let Some((_, algorithm)) = ours.into_iter().find(|(theirs, _)| *theirs == alg) else { continue };
        let jwk = serde_json::to_value(Jwk::from_encoding_key(&private, alg).unwrap()).unwrap();
        let public: PublicKey = serde_json::from_value(jwk).unwrap();
        let token = encode(&Header::new(alg), &json!({ "sub": "ada" }), &private).unwrap();
        let (input, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        assert!(
            VerifyingKey::parse(algorithm, &public).unwrap().verify(input.as_bytes(), &signature),
            "{alg:?}"
        );
    }
}

/// RFC 8725 §2.1: no algorithm with a shared secret is offered, so a public key is never taken for one.
#[test]
fn hmac_and_small_rsa_keys_are_refused() {
    provider::install();
    let secret = EncodingKey::from_secret(b"secret");
    assert!(encode(&Header::new(Alg::HS256), &json!({}), &secret).is_err());
    let token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.AAAA";
    assert!(decode::<Value>(token, &DecodingKey::from_secret(b"secret"), &validation(Alg::HS256)).is_err());
    let small = Rsa::generate(1024).unwrap();
    let private = EncodingKey::from_rsa_der(&small.private_key_to_der().unwrap());
    let public = DecodingKey::from_rsa_raw_components(&small.n().to_vec(), &small.e().to_vec());
    let token = encode(&Header::new(Alg::RS256), &json!({}), &private).unwrap();
    assert!(decode::<Value>(&token, &public, &validation(Alg::RS256)).is_err());
    let (_, ec_private, ec_public) = key_pairs().swap_remove(6);
    assert!(encode(&Header::new(Alg::RS256), &json!({}), &ec_private).is_err());
    assert!(decode::<Value>(&token, &ec_public, &validation(Alg::RS256)).is_err());
}

/// SP 800-56A §5.6.2.3.4: in range, on the curve, and not at infinity.
#[test]
fn a_point_that_is_no_public_key_is_refused() {
    provider::install();
    let (_, private, _) = key_pairs().swap_remove(6);
    let jwk = serde_json::to_value(Jwk::from_encoding_key(&private, Alg::ES256).unwrap()).unwrap();
    let member = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
    let good = [vec![4], member("x"), member("y")].concat();
    let takes = |point: &[u8]| {
        (provider::PROVIDER.verifier_factory)(&Alg::ES256, &DecodingKey::from_ec_der(point)).is_ok()
    };
    assert!(takes(&good));
    let beside = [&good[..64], &[good[64] ^ 1]].concat();
    let out_of_range = [vec![4], vec![0xff; 32], member("y")].concat();
    for bad in [beside, out_of_range, vec![0], vec![], good[..64].to_vec()] {
        assert!(!takes(&bad), "{bad:?}");
    }
}

#[tokio::test]
async fn its_token_is_not_taken_for_ours() {
    provider::install();
    let keys = Keys::start(quick_policy()).await;
    let (_, private, _) = key_pairs().swap_remove(6);
    let mut header = Header::new(Alg::ES256);
    header.kid = Some(keys.kid(Algorithm::Es256));
    header.typ = Some("at+jwt".to_owned());
    let token =
        encode(&header, &json!({ "iss": "https://issuer.example", "exp": i64::from(u32::MAX) }), &private)
            .unwrap();
    let expected =
        Expected { typ: "at+jwt", issuer: "https://issuer.example", now: epoch(), leeway: Duration::ZERO };
    let error = keys.ring.load().verify_own::<Value>(&token, &expected).unwrap_err();
    assert_eq!(error, latchkey::keys::VerifyError::Signature);
}
