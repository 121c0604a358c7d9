//! What `jsonwebtoken` asks about keys to make JWKs and thumbprints.

use super::scheme::{Scheme, scheme, wrong_key};
use jsonwebtoken::Algorithm;
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::jwk::{EllipticCurve, ThumbprintHash};
use openssl::bn::{BigNum, BigNumContext};
use openssl::error::ErrorStack;
use openssl::hash::{MessageDigest, hash};
use openssl::nid::Nid;
use openssl::pkey::{HasPublic, Id, PKey};
use openssl::rsa::Rsa;

/// The modulus and exponent of a private RSA key in PKCS#1 form.
pub(super) fn rsa_of_private(der: &[u8]) -> Result<(Vec<u8>, Vec<u8>)> {
    Rsa::private_key_from_der(der).map(|key| rsa(&key)).map_err(|_| wrong_key())
}

/// The modulus and exponent of a public RSA key in PKCS#1 form.
pub(super) fn rsa_of_public(der: &[u8]) -> Result<(Vec<u8>, Vec<u8>)> {
    Rsa::public_key_from_der_pkcs1(der).map(|key| rsa(&key)).map_err(|_| wrong_key())
}

fn rsa<T: HasPublic>(key: &Rsa<T>) -> (Vec<u8>, Vec<u8>) {
    (key.n().to_vec(), key.e().to_vec())
}

/// The curve and point of a private EC key in PKCS#8 form, which must be of the algorithm's curve.
pub(super) fn ec_of_private(der: &[u8], algorithm: Algorithm) -> Result<(EllipticCurve, Vec<u8>, Vec<u8>)> {
    let Scheme::Ecdsa(curve, _, bytes) = scheme(algorithm)? else { return Err(wrong_key()) };
    let (x, y) = point(der, curve, bytes).map_err(|_| wrong_key())?.ok_or_else(wrong_key)?;
    let curve = if curve == Nid::SECP384R1 { EllipticCurve::P384 } else { EllipticCurve::P256 };
    Ok((curve, x, y))
}

type Point = (Vec<u8>, Vec<u8>);

fn point(der: &[u8], curve: Nid, bytes: usize) -> std::result::Result<Option<Point>, ErrorStack> {
    let key = PKey::private_key_from_pkcs8(der)?.ec_key()?;
    if key.group().curve_name() != Some(curve) {
        return Ok(None);
    }
    let (mut x, mut y) = (BigNum::new()?, BigNum::new()?);
    key.public_key().affine_coordinates(key.group(), &mut x, &mut y, &mut *BigNumContext::new()?)?;
    let padded = |n: &BigNum| n.to_vec_padded(i32::try_from(bytes).unwrap_or(i32::MAX));
    Ok(Some((padded(&x)?, padded(&y)?)))
}

/// The point of a private Ed25519 key in PKCS#8 form.
pub(super) fn ed_of_private(der: &[u8], curve: &EllipticCurve) -> Result<Vec<u8>> {
    let key = PKey::private_key_from_pkcs8(der).map_err(|_| wrong_key())?;
    if key.id() != Id::ED25519 || *curve != EllipticCurve::Ed25519 {
        return Err(wrong_key());
    }
    key.raw_public_key().map_err(|_| wrong_key())
}

/// A digest, for thumbprints.
#[allow(clippy::needless_pass_by_value, reason = "the type of the function is given")]
pub(super) fn digest(data: &[u8], function: ThumbprintHash) -> Result<Vec<u8>> {
    let function = match function {
        ThumbprintHash::SHA256 => MessageDigest::sha256(),
        ThumbprintHash::SHA384 => MessageDigest::sha384(),
        ThumbprintHash::SHA512 => MessageDigest::sha512(),
        _ => return Err(ErrorKind::UnsupportedAlgorithm.into()),
    };
    let digest = hash(function, data).map_err(|_| ErrorKind::Provider("openssl digest".to_owned()))?;
    Ok(digest.to_vec())
}
