//! What each algorithm name stands for. RFC 7518 §3.1, RFC 8037 §3.1.

use crate::records::JwsAlgorithm;
use jsonwebtoken::Algorithm;
use jsonwebtoken::errors::{Error, ErrorKind, Result};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::rsa::Padding;
use openssl::sign::RsaPssSaltlen;

/// A signature scheme.
#[derive(Clone, Copy)]
pub(super) enum Scheme {
    /// ECDSA on a curve; the digest, and the bytes of R and of S.
    Ecdsa(Nid, MessageDigest, usize),
    /// RSASSA-PKCS1-v1_5.
    Pkcs1(MessageDigest),
    /// RSASSA-PSS; the salt is as long as the digest. RFC 7518 §3.5.
    Pss(MessageDigest),
    /// Ed25519.
    Ed25519,
}

/// The scheme of an algorithm.
///
/// # Errors
/// Where we do not offer it: HMAC, and what `jsonwebtoken` may add.
pub(super) fn scheme(algorithm: Algorithm) -> Result<Scheme> {
    match algorithm {
        Algorithm::ES256 => Ok(Scheme::Ecdsa(Nid::X9_62_PRIME256V1, MessageDigest::sha256(), 32)),
        Algorithm::ES384 => Ok(Scheme::Ecdsa(Nid::SECP384R1, MessageDigest::sha384(), 48)),
        Algorithm::RS256 => Ok(Scheme::Pkcs1(MessageDigest::sha256())),
        Algorithm::RS384 => Ok(Scheme::Pkcs1(MessageDigest::sha384())),
        Algorithm::RS512 => Ok(Scheme::Pkcs1(MessageDigest::sha512())),
        Algorithm::PS256 => Ok(Scheme::Pss(MessageDigest::sha256())),
        Algorithm::PS384 => Ok(Scheme::Pss(MessageDigest::sha384())),
        Algorithm::PS512 => Ok(Scheme::Pss(MessageDigest::sha512())),
        Algorithm::EdDSA => Ok(Scheme::Ed25519),
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => Err(ErrorKind::InvalidAlgorithm.into()),
        _ => Err(ErrorKind::UnsupportedAlgorithm.into()),
    }
}

/// An algorithm of theirs as we name it.
///
/// # Errors
/// As [`scheme`].
pub(super) fn named(algorithm: Algorithm) -> Result<JwsAlgorithm> {
    match algorithm {
        Algorithm::ES256 => Ok(JwsAlgorithm::Es256),
        Algorithm::ES384 => Ok(JwsAlgorithm::Es384),
        Algorithm::RS256 => Ok(JwsAlgorithm::Rs256),
        Algorithm::RS384 => Ok(JwsAlgorithm::Rs384),
        Algorithm::RS512 => Ok(JwsAlgorithm::Rs512),
        Algorithm::PS256 => Ok(JwsAlgorithm::Ps256),
        Algorithm::PS384 => Ok(JwsAlgorithm::Ps384),
        Algorithm::PS512 => Ok(JwsAlgorithm::Ps512),
        Algorithm::EdDSA => Ok(JwsAlgorithm::EdDsa),
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => Err(ErrorKind::InvalidAlgorithm.into()),
        _ => Err(ErrorKind::UnsupportedAlgorithm.into()),
    }
}

/// What stands between an openssl signer and PSS padding.
pub(super) const PSS: (Padding, RsaPssSaltlen) = (Padding::PKCS1_PSS, RsaPssSaltlen::DIGEST_LENGTH);

/// An openssl failure as the error that `jsonwebtoken` passes on; it tells nothing of the key.
pub(super) fn failed(_: ErrorStack) -> jsonwebtoken::signature::Error {
    jsonwebtoken::signature::Error::new()
}

/// The error for a key that is not of the algorithm's kind.
pub(super) fn wrong_key() -> Error {
    ErrorKind::InvalidKeyFormat.into()
}
