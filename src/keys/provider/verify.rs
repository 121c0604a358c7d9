//! Verifying for `jsonwebtoken`.

use super::scheme::{Scheme, named, scheme, wrong_key};
use crate::records::JwsAlgorithm;
use jsonwebtoken::crypto::JwtVerifier;
use jsonwebtoken::errors::Result;
use jsonwebtoken::signature::{self, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind};
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Public};
use openssl::rsa::Rsa;

/// RFC 7518 §3.3: smaller RSA keys must not be used.
const MIN_RSA_BITS: u32 = 2048;

struct OpensslJwtVerifier {
    algorithm: Algorithm,
    /// The same, as we name it.
    known: JwsAlgorithm,
    key: PKey<Public>,
}

/// The factory that [`super::PROVIDER`] names.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "the type of the factory is given")]
pub(super) fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    let scheme = scheme(*algorithm)?;
    // Without this check the bytes of a public key could serve as the secret of another family.
    if key.family() != algorithm.family() {
        return Err(wrong_key());
    }
    let key = match scheme {
        Scheme::Ecdsa(curve, _, _) => ec_key(curve, key.try_get_as_bytes()?),
        Scheme::Pkcs1(_) | Scheme::Pss(_) => rsa_key(key),
        Scheme::Ed25519 => PKey::public_key_from_raw_bytes(key.try_get_as_bytes()?, Id::ED25519),
    }
    .map_err(|_| wrong_key())?;
    if key.id() == Id::RSA && key.bits() < MIN_RSA_BITS {
        return Err(wrong_key());
    }
    let known = named(*algorithm)?;
    Ok(Box::new(OpensslJwtVerifier { algorithm: *algorithm, known, key }))
}

/// A point in the form of SEC 1 §2.3.3. OpenSSL decodes what is in range and lies on the curve; that it is no multiple of
/// less than the whole order follows, but for the point at infinity: SP 800-56A §5.6.2.3.4.
fn ec_key(curve: Nid, point: &[u8]) -> std::result::Result<PKey<Public>, ErrorStack> {
    let group = EcGroup::from_curve_name(curve)?;
    let point = EcPoint::from_bytes(&group, point, &mut *BigNumContext::new()?)?;
    if point.is_infinity(&group) {
        return Err(ErrorStack::get());
    }
    PKey::from_ec_key(EcKey::from_public_key(&group, &point)?)
}

fn rsa_key(key: &DecodingKey) -> std::result::Result<PKey<Public>, ErrorStack> {
    let rsa = match key.kind() {
        DecodingKeyKind::SecretOrDer(der) => Rsa::public_key_from_der_pkcs1(der)?,
        DecodingKeyKind::RsaModulusExponent { n, e } => {
            Rsa::from_public_components(BigNum::from_slice(n)?, BigNum::from_slice(e)?)?
        }
    };
    PKey::from_rsa(rsa)
}

impl Verifier<Vec<u8>> for OpensslJwtVerifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), signature::Error> {
        let is_right = crate::jose::verify(self.known, &self.key, message, signature);
        if is_right { Ok(()) } else { Err(signature::Error::new()) }
    }
}

impl JwtVerifier for OpensslJwtVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}
