//! Signing: the trait that an HSM will implement too, and the keys that openssl holds.
//!
//! A key is parsed once and kept: parsing costs far more than signing. Signing takes no lock of ours.

use super::{Algorithm, KeyError};
use crate::digest::sha256;
use openssl::bn::BigNumRef;
use openssl::ec::EcKey;
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use std::fmt;

/// Something that signs with one key.
pub trait Signer: Send + Sync + fmt::Debug {
    /// The key's identifier.
    fn kid(&self) -> &str;

    /// The key's one algorithm.
    fn algorithm(&self) -> Algorithm;

    /// The signature of `signing_input` in the form that a JWS carries (RFC 7515 §5.1, step 5).
    ///
    /// # Errors
    /// [`KeyError::Crypto`] where the library or the device fails.
    fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, KeyError>;
}

/// A private key that openssl holds in this process's memory.
pub struct OpensslSigner {
    kid: String,
    key: Key,
}

enum Key {
    Es256(EcKey<Private>),
    Rs256(PKey<Private>),
    EdDsa(PKey<Private>),
}

impl OpensslSigner {
    /// A signer of the private key in the PKCS#8 form `der` (RFC 5958).
    ///
    /// # Errors
    /// [`KeyError::Damaged`] where it is no such key, or of another kind than `algorithm` needs.
    pub fn parse(kid: &str, algorithm: Algorithm, der: &[u8]) -> Result<Self, KeyError> {
        let damaged = || KeyError::Damaged { kid: kid.to_owned() };
        let key = PKey::private_key_from_pkcs8(der).map_err(|_| damaged())?;
        // The public half must be the one that the kid names, and so of the right kind.
        let public = super::public::describe(algorithm, &key).map_err(|_| damaged())?;
        if super::thumbprint(&public) != kid {
            return Err(damaged());
        }
        let key = match algorithm {
            Algorithm::Es256 => Key::Es256(key.ec_key().map_err(|_| damaged())?),
            Algorithm::Rs256 => Key::Rs256(key),
            Algorithm::EdDsa => Key::EdDsa(key),
        };
        Ok(Self { kid: kid.to_owned(), key })
    }
}

impl Signer for OpensslSigner {
    fn kid(&self) -> &str {
        &self.kid
    }

    fn algorithm(&self) -> Algorithm {
        match self.key {
            Key::Es256(_) => Algorithm::Es256,
            Key::Rs256(_) => Algorithm::Rs256,
            Key::EdDsa(_) => Algorithm::EdDsa,
        }
    }

    fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, KeyError> {
        match &self.key {
            Key::Es256(key) => sign_es256(key, signing_input),
            Key::Rs256(key) => sign_rs256(key, signing_input),
            Key::EdDsa(key) => sign_eddsa(key, signing_input),
        }
        .map_err(|_| KeyError::Crypto("signing"))
    }
}

impl fmt::Debug for OpensslSigner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "OpensslSigner({} {})", self.algorithm().as_str(), self.kid)
    }
}

/// RFC 7518 §3.4: R and S, each as 32 bytes, one behind the other; not the DER form that openssl speaks.
fn sign_es256(key: &EcKey<Private>, input: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let signature = EcdsaSig::sign(&sha256(&[input]), key)?;
    let padded = |n: &BigNumRef| n.to_vec_padded(32);
    let mut out = Vec::with_capacity(64);
    out.extend_from_slice(&padded(signature.r())?);
    out.extend_from_slice(&padded(signature.s())?);
    Ok(out)
}

/// RFC 7518 §3.3: RSASSA-PKCS1-v1_5, openssl's default padding for RSA signatures.
fn sign_rs256(key: &PKey<Private>, input: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    openssl::sign::Signer::new(MessageDigest::sha256(), key)?.sign_oneshot_to_vec(input)
}

/// RFC 8037 §3.1: Ed25519, no digest before it.
fn sign_eddsa(key: &PKey<Private>, input: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    openssl::sign::Signer::new_without_digest(key)?.sign_oneshot_to_vec(input)
}
