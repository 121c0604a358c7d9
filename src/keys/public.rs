//! Public halves: from an openssl key to JWK members and back, and the thumbprint that names them.

use super::KeyError;
use crate::records::{PublicKey, SignatureAlgorithm};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{HasPublic, Id, PKey, PKeyRef, Public};
use openssl::rsa::Rsa;

/// Bytes of a coordinate on P-256. RFC 7518 §6.2.1.2.
const COORDINATE: i32 = 32;

/// The JWK members of the public half of `key`.
///
/// # Errors
/// [`KeyError::Crypto`] where the key is of another kind than `algorithm` needs.
pub(super) fn describe<T: HasPublic>(
    algorithm: SignatureAlgorithm,
    key: &PKeyRef<T>,
) -> Result<PublicKey, KeyError> {
    let described = match algorithm {
        SignatureAlgorithm::Es256 => describe_ec(key),
        SignatureAlgorithm::Rs256 => describe_rsa(key),
        SignatureAlgorithm::EdDsa => describe_okp(key),
    };
    described.map_err(|_| KeyError::Crypto("reading a public key"))
}

fn describe_ec<T: HasPublic>(key: &PKeyRef<T>) -> Result<PublicKey, ErrorStack> {
    let key = key.ec_key()?;
    let (mut x, mut y) = (BigNum::new()?, BigNum::new()?);
    key.public_key().affine_coordinates(key.group(), &mut x, &mut y, &mut *BigNumContext::new()?)?;
    let text = |n: &BigNum| Ok::<_, ErrorStack>(URL_SAFE_NO_PAD.encode(n.to_vec_padded(COORDINATE)?));
    Ok(PublicKey::Ec { crv: "P-256".to_owned(), x: text(&x)?, y: text(&y)? })
}

fn describe_rsa<T: HasPublic>(key: &PKeyRef<T>) -> Result<PublicKey, ErrorStack> {
    let key = key.rsa()?;
    let (n, e) = (key.n().to_vec(), key.e().to_vec());
    Ok(PublicKey::Rsa { n: URL_SAFE_NO_PAD.encode(n), e: URL_SAFE_NO_PAD.encode(e) })
}

fn describe_okp<T: HasPublic>(key: &PKeyRef<T>) -> Result<PublicKey, ErrorStack> {
    Ok(PublicKey::Okp { crv: "Ed25519".to_owned(), x: URL_SAFE_NO_PAD.encode(key.raw_public_key()?) })
}

/// The openssl key of these JWK members; none where they are no valid point or modulus.
pub(super) fn parse(public: &PublicKey) -> Option<PKey<Public>> {
    match public {
        PublicKey::Ec { crv, x, y } if crv == "P-256" => parse_ec(&decode(x)?, &decode(y)?).ok(),
        PublicKey::Rsa { n, e } => parse_rsa(&decode(n)?, &decode(e)?).ok(),
        PublicKey::Okp { crv, x } if crv == "Ed25519" => {
            PKey::public_key_from_raw_bytes(&decode(x)?, Id::ED25519).ok()
        }
        PublicKey::Ec { .. } | PublicKey::Okp { .. } => None,
    }
}

fn parse_ec(x: &[u8], y: &[u8]) -> Result<PKey<Public>, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let (x, y) = (BigNum::from_slice(x)?, BigNum::from_slice(y)?);
    // Refuses a point that is not on the curve.
    PKey::from_ec_key(EcKey::from_public_key_affine_coordinates(&group, &x, &y)?)
}

fn parse_rsa(n: &[u8], e: &[u8]) -> Result<PKey<Public>, ErrorStack> {
    PKey::from_rsa(Rsa::from_public_components(BigNum::from_slice(n)?, BigNum::from_slice(e)?)?)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
