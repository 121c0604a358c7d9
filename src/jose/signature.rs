//! What each algorithm name stands for, and whether a signature is right. RFC 7518 §3, RFC 8037 §3.1.

use crate::records::JwsAlgorithm;
use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, PKeyRef, Public};
use openssl::rsa::Padding;
use openssl::sha;
use openssl::sign::{RsaPssSaltlen, Signer, Verifier};

enum Scheme {
    Hmac(MessageDigest),
    /// The curve, the digest, and the bytes of R and of S.
    Ecdsa(Nid, fn(&[u8]) -> Vec<u8>, usize),
    Pkcs1(MessageDigest),
    /// The salt is as long as the digest. RFC 7518 §3.5.
    Pss(MessageDigest),
    Ed25519,
}

fn scheme(algorithm: JwsAlgorithm) -> Scheme {
    match algorithm {
        // RFC 7519 §8: HS256 is here, and so are RS256 and ES256.
        JwsAlgorithm::Hs256 => Scheme::Hmac(MessageDigest::sha256()),
        JwsAlgorithm::Hs384 => Scheme::Hmac(MessageDigest::sha384()),
        JwsAlgorithm::Hs512 => Scheme::Hmac(MessageDigest::sha512()),
        JwsAlgorithm::Rs256 => Scheme::Pkcs1(MessageDigest::sha256()),
        JwsAlgorithm::Rs384 => Scheme::Pkcs1(MessageDigest::sha384()),
        JwsAlgorithm::Rs512 => Scheme::Pkcs1(MessageDigest::sha512()),
        JwsAlgorithm::Ps256 => Scheme::Pss(MessageDigest::sha256()),
        JwsAlgorithm::Ps384 => Scheme::Pss(MessageDigest::sha384()),
        JwsAlgorithm::Ps512 => Scheme::Pss(MessageDigest::sha512()),
        JwsAlgorithm::Es256 => Scheme::Ecdsa(Nid::X9_62_PRIME256V1, |input| sha::sha256(input).to_vec(), 32),
        JwsAlgorithm::Es384 => Scheme::Ecdsa(Nid::SECP384R1, |input| sha::sha384(input).to_vec(), 48),
        JwsAlgorithm::Es512 => Scheme::Ecdsa(Nid::SECP521R1, |input| sha::sha512(input).to_vec(), 66),
        JwsAlgorithm::EdDsa | JwsAlgorithm::Ed25519 => Scheme::Ed25519,
    }
}

/// Whether the key is of the algorithm's kind, and on its curve. RFC 8725 §3.1.
pub(super) fn fits(algorithm: JwsAlgorithm, key: &PKeyRef<Public>) -> bool {
    match scheme(algorithm) {
        Scheme::Hmac(_) => false,
        Scheme::Ecdsa(curve, ..) => key.ec_key().is_ok_and(|key| key.group().curve_name() == Some(curve)),
        Scheme::Pkcs1(_) | Scheme::Pss(_) => key.id() == Id::RSA,
        Scheme::Ed25519 => key.id() == Id::ED25519,
    }
}

/// Whether `signature`, in JWS form, is this key's over `input`.
pub(crate) fn verify(algorithm: JwsAlgorithm, key: &PKeyRef<Public>, input: &[u8], signature: &[u8]) -> bool {
    if !fits(algorithm, key) {
        return false;
    }
    match scheme(algorithm) {
        Scheme::Hmac(_) => Ok(false),
        Scheme::Ecdsa(_, digest, bytes) => verify_ecdsa(key, digest, bytes, input, signature),
        Scheme::Pkcs1(digest) => {
            Verifier::new(digest, key).and_then(|mut verifier| verifier.verify_oneshot(signature, input))
        }
        Scheme::Pss(digest) => verify_pss(key, digest, input, signature),
        Scheme::Ed25519 => Verifier::new_without_digest(key)
            .and_then(|mut verifier| verifier.verify_oneshot(signature, input)),
    }
    .unwrap_or(false)
}

/// RFC 7518 §3.4: exactly R and S, each in full length, never DER.
fn verify_ecdsa(
    key: &PKeyRef<Public>,
    digest: fn(&[u8]) -> Vec<u8>,
    bytes: usize,
    input: &[u8],
    signature: &[u8],
) -> Result<bool, ErrorStack> {
    let Some((r, s)) = signature.split_at_checked(bytes) else { return Ok(false) };
    if s.len() != bytes {
        return Ok(false);
    }
    let signature = EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?;
    let is_right = signature.verify(&digest(input), &*key.ec_key()?);
    forget_errors();
    is_right
}

/// Empties OpenSSL's list of errors. A check that says no without an error of its own may leave there why, and TLS, which
/// works in the same threads, would take that for a failure of whatever connection comes next.
pub(crate) fn forget_errors() {
    drop(ErrorStack::get());
}

fn verify_pss(
    key: &PKeyRef<Public>,
    digest: MessageDigest,
    input: &[u8],
    signature: &[u8],
) -> Result<bool, ErrorStack> {
    let mut verifier = Verifier::new(digest, key)?;
    verifier.set_rsa_padding(Padding::PKCS1_PSS)?;
    verifier.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
    verifier.verify_oneshot(signature, input)
}

/// Whether `mac` is the one of this secret over `input`. RFC 7518 §3.2: a secret shorter than the digest is refused.
pub(super) fn verify_hmac(algorithm: JwsAlgorithm, secret: &[u8], input: &[u8], mac: &[u8]) -> bool {
    let Scheme::Hmac(digest) = scheme(algorithm) else { return false };
    // RFC 8725 §3.5.
    if secret.len() < digest.size() {
        return false;
    }
    let made = PKey::hmac(secret).and_then(|key| Signer::new(digest, &key)?.sign_oneshot_to_vec(input));
    // RFC 7515 §10.9: in constant time.
    made.is_ok_and(|made| made.len() == mac.len() && openssl::memcmp::eq(&made, mac))
}
