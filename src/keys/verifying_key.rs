//! A public key that verifies, parsed once and kept.

use super::{Algorithm, public};
use crate::records::PublicKey;
use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Public};
use openssl::sign::Verifier;

/// A public key with the one algorithm that it serves.
#[derive(Debug, Clone)]
pub struct VerifyingKey {
    algorithm: Algorithm,
    key: PKey<Public>,
}

impl VerifyingKey {
    /// The key of these JWK members; none where they are not valid, or of another kind than `algorithm` needs.
    pub fn parse(algorithm: Algorithm, members: &PublicKey) -> Option<Self> {
        let fits = match members {
            PublicKey::Ec { .. } => algorithm == Algorithm::Es256,
            PublicKey::Rsa { .. } => algorithm == Algorithm::Rs256,
            PublicKey::Okp { .. } => algorithm == Algorithm::EdDsa,
        };
        fits.then(|| public::parse(members)).flatten().map(|key| Self { algorithm, key })
    }

    /// The key's one algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether `signature`, in JWS form, is this key's over `signing_input`.
    pub fn verify(&self, signing_input: &[u8], signature: &[u8]) -> bool {
        match self.algorithm {
            Algorithm::Es256 => self.verify_es256(signing_input, signature),
            Algorithm::Rs256 => Verifier::new(MessageDigest::sha256(), &self.key)
                .and_then(|mut verifier| verifier.verify_oneshot(signature, signing_input)),
            Algorithm::EdDsa => Verifier::new_without_digest(&self.key)
                .and_then(|mut verifier| verifier.verify_oneshot(signature, signing_input)),
        }
        .unwrap_or(false)
    }

    /// RFC 7518 §3.4: exactly 64 bytes, so the DER form is refused.
    fn verify_es256(&self, signing_input: &[u8], signature: &[u8]) -> Result<bool, ErrorStack> {
        let (Some((r, s)), 64) = (signature.split_at_checked(32), signature.len()) else { return Ok(false) };
        let signature = EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?;
        let is_right = signature.verify(&crate::digest::sha256(&[signing_input]), &*self.key.ec_key()?);
        crate::jose::forget_errors();
        is_right
    }
}
