//! Keys of others, and what they sign: made with OpenSSL directly, so that a fault of ours cannot cancel itself out.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::hash::{MessageDigest, hash};
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Private};
use openssl::rsa::{Padding, Rsa};
use openssl::sign::{RsaPssSaltlen, Signer};
use serde_json::{Value, json};

/// Base64url without padding.
pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A key that signs.
#[derive(Clone)]
pub(crate) enum Key {
    /// A shared secret.
    Secret(Vec<u8>),
    /// A private key.
    Private(PKey<Private>),
}

impl Key {
    /// A new key on a curve.
    pub(crate) fn ec(curve: Nid) -> Self {
        let group = EcGroup::from_curve_name(curve).unwrap();
        Self::Private(PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap())
    }

    /// A new key on P-256.
    pub(crate) fn es256() -> Self {
        Self::ec(Nid::X9_62_PRIME256V1)
    }

    /// A new RSA key.
    pub(crate) fn rsa(bits: u32) -> Self {
        Self::Private(PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap())
    }

    /// A new Ed25519 key.
    pub(crate) fn ed25519() -> Self {
        Self::Private(PKey::generate_ed25519().unwrap())
    }

    /// The private key itself.
    pub(crate) fn private(&self) -> &PKey<Private> {
        match self {
            Self::Private(key) => key,
            Self::Secret(_) => panic!("a secret is no private key"),
        }
    }

    /// The public half as a JWK.
    pub(crate) fn public(&self, kid: Option<&str>) -> Value {
        let key = self.private();
        let mut jwk = match key.id() {
            Id::EC => ec_members(&key.ec_key().unwrap()),
            Id::RSA => {
                let rsa = key.rsa().unwrap();
                json!({ "kty": "RSA", "n": encode(rsa.n().to_vec()), "e": encode(rsa.e().to_vec()) })
            }
            Id::ED25519 => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(key.raw_public_key().unwrap()) })
            }
            other => panic!("{other:?}"),
        };
        if let Some(kid) = kid {
            jwk["kid"] = json!(kid);
        }
        jwk
    }

    /// A signature in JWS form.
    pub(crate) fn sign(&self, alg: &str, input: &[u8]) -> Vec<u8> {
        let digest = match alg.get(2..).unwrap_or_default() {
            "384" => MessageDigest::sha384(),
            "512" => MessageDigest::sha512(),
            _ => MessageDigest::sha256(),
        };
        match self {
            Self::Secret(secret) => {
                let key = PKey::hmac(secret).unwrap();
                Signer::new(digest, &key).unwrap().sign_oneshot_to_vec(input).unwrap()
            }
            Self::Private(key) if key.id() == Id::EC => {
                let key = key.ec_key().unwrap();
                let bytes = i32::try_from(key.group().degree().div_ceil(8)).unwrap();
                let signature = EcdsaSig::sign(&hash(digest, input).unwrap(), &key).unwrap();
                let padded = |n: &openssl::bn::BigNumRef| n.to_vec_padded(bytes).unwrap();
                [padded(signature.r()), padded(signature.s())].concat()
            }
            Self::Private(key) if key.id() == Id::RSA => {
                let mut signer = Signer::new(digest, key).unwrap();
                if alg.starts_with("PS") {
                    signer.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
                    signer.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH).unwrap();
                }
                signer.sign_oneshot_to_vec(input).unwrap()
            }
            Self::Private(key) => {
                Signer::new_without_digest(key).unwrap().sign_oneshot_to_vec(input).unwrap()
            }
        }
    }

    /// A compact JWS of this header, whose `alg` says how to sign, and these claims.
    #[allow(clippy::needless_pass_by_value, reason = "a literal reads better without a borrow")]
    pub(crate) fn jws(&self, header: Value, claims: &Value) -> String {
        let alg = header["alg"].as_str().unwrap_or("ES256").to_owned();
        let input = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let signature = self.sign(&alg, input.as_bytes());
        format!("{input}.{}", encode(signature))
    }
}

fn ec_members(key: &EcKey<Private>) -> Value {
    let (name, bytes) = match key.group().curve_name().unwrap() {
        Nid::X9_62_PRIME256V1 => ("P-256", 32),
        Nid::SECP384R1 => ("P-384", 48),
        Nid::SECP521R1 => ("P-521", 66),
        other => panic!("{other:?}"),
    };
    let (mut x, mut y) = (BigNum::new().unwrap(), BigNum::new().unwrap());
    let mut context = BigNumContext::new().unwrap();
    key.public_key().affine_coordinates(key.group(), &mut x, &mut y, &mut context).unwrap();
    let text = |n: &BigNum| encode(n.to_vec_padded(bytes).unwrap());
    json!({ "kty": "EC", "crv": name, "x": text(&x), "y": text(&y) })
}

/// A token that nobody signed.
pub(crate) fn unsecured(claims: &Value) -> String {
    format!("{}.{}.", encode(r#"{"alg":"none"}"#), encode(claims.to_string()))
}

/// What a token says; not verified.
pub(crate) fn claims_of(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}
