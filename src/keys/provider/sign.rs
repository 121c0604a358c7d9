//! Signing for `jsonwebtoken`.

use super::scheme::{PSS, Scheme, failed, scheme, wrong_key};
use jsonwebtoken::crypto::JwtSigner;
use jsonwebtoken::errors::Result;
use jsonwebtoken::signature::{self, Signer};
use jsonwebtoken::{Algorithm, AlgorithmFamily, EncodingKey};
use openssl::bn::BigNumRef;
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::hash::{MessageDigest, hash};
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;

struct OpensslJwtSigner {
    algorithm: Algorithm,
    scheme: Scheme,
    key: PKey<Private>,
}

/// The factory that [`super::PROVIDER`] names. RSA keys come in PKCS#1 or PKCS#8, all others in PKCS#8.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "the type of the factory is given")]
pub(super) fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    let scheme = scheme(*algorithm)?;
    if key.family() != algorithm.family() {
        return Err(wrong_key());
    }
    let key = private_key(key).ok_or_else(wrong_key)?;
    Ok(Box::new(OpensslJwtSigner { algorithm: *algorithm, scheme, key }))
}

fn private_key(key: &EncodingKey) -> Option<PKey<Private>> {
    let pkcs8 = PKey::private_key_from_pkcs8(key.as_bytes());
    let is_rsa = key.family() == AlgorithmFamily::Rsa;
    pkcs8.ok().or_else(|| {
        let rsa = is_rsa.then(|| Rsa::private_key_from_der(key.as_bytes()).ok()).flatten()?;
        PKey::from_rsa(rsa).ok()
    })
}

impl Signer<Vec<u8>> for OpensslJwtSigner {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, signature::Error> {
        match self.scheme {
            Scheme::Ecdsa(_, digest, bytes) => self.sign_ecdsa(message, digest, bytes),
            Scheme::Pkcs1(digest) => self.sign_rsa(message, digest, false),
            Scheme::Pss(digest) => self.sign_rsa(message, digest, true),
            Scheme::Ed25519 => openssl::sign::Signer::new_without_digest(&self.key)
                .and_then(|mut signer| signer.sign_oneshot_to_vec(message)),
        }
        .map_err(failed)
    }
}

impl JwtSigner for OpensslJwtSigner {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl OpensslJwtSigner {
    /// RFC 7518 §3.4: R and S side by side, each padded.
    fn sign_ecdsa(
        &self,
        message: &[u8],
        digest: MessageDigest,
        bytes: usize,
    ) -> std::result::Result<Vec<u8>, ErrorStack> {
        let signature = EcdsaSig::sign(&hash(digest, message)?, &*self.key.ec_key()?)?;
        let padded = |n: &BigNumRef| n.to_vec_padded(i32::try_from(bytes).unwrap_or(i32::MAX));
        Ok([padded(signature.r())?, padded(signature.s())?].concat())
    }

    fn sign_rsa(
        &self,
        message: &[u8],
        digest: MessageDigest,
        pss: bool,
    ) -> std::result::Result<Vec<u8>, ErrorStack> {
        let mut signer = openssl::sign::Signer::new(digest, &self.key)?;
        if pss {
            signer.set_rsa_padding(PSS.0)?;
            signer.set_rsa_pss_saltlen(PSS.1)?;
        }
        signer.sign_oneshot_to_vec(message)
    }
}
