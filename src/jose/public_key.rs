//! From the members of a JWK to an openssl key, which is refused where it is weak or broken. RFC 7518 §6, RFC 8037 §2.

use super::JoseError;
use crate::records::PublicKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::bn::{BigNum, BigNumContext, BigNumRef};
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, PKeyRef, Public};
use openssl::rsa::Rsa;
use std::cell::RefCell;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::sync::LazyLock;

/// RFC 7518 §3.3: a smaller modulus must not be used.
const MIN_RSA_BITS: i32 = 2048;
/// A larger one makes each verification slow, for no gain.
const MAX_RSA_BITS: i32 = 8192;
/// A longer exponent makes each verification slow, for no gain.
const MAX_EXPONENT_BITS: i32 = 32;

/// The primes that tell the moduli of a broken generator (CVE-2017-15361, "ROCA"): modulo each of them such a modulus is
/// a power of 65537.
const ROCA_PRIMES: [u32; 17] = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];

/// A curve, set up once: that takes longer than to read a key on it. None where openssl lacks it.
type Curve = LazyLock<Option<EcGroup>>;
static P_256: Curve = LazyLock::new(|| EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).ok());
static P_384: Curve = LazyLock::new(|| EcGroup::from_curve_name(Nid::SECP384R1).ok());
static P_521: Curve = LazyLock::new(|| EcGroup::from_curve_name(Nid::SECP521R1).ok());

/// The curve of a registered name, and the bytes of a coordinate on it. RFC 7518 §6.2.1.
fn curve(name: &str) -> Option<(&'static EcGroup, usize)> {
    let (curve, bytes) = match name {
        "P-256" => (&P_256, 32),
        "P-384" => (&P_384, 48),
        "P-521" => (&P_521, 66),
        _ => return None,
    };
    curve.as_ref().map(|curve| (curve, bytes))
}

/// How many keys each thread remembers.
const REMEMBERED: usize = 64;

/// A key, and what it was read from.
type Read = (PublicKey, PKey<Public>);

thread_local! {
    /// The keys that this thread read lately, each in the one place that its members hash to: a client shows the same key
    /// with each of its requests, and openssl takes 2 µs to set one up on P-256. The whole members are compared, so the
    /// place gives back what it was asked for or nothing.
    static LATELY: RefCell<Vec<Option<Read>>> = const { RefCell::new(Vec::new()) };
}

/// The key of these members.
///
/// # Errors
/// [`JoseError::KeyKind`] for a curve that is not known, [`JoseError::Key`] for a key that is weak or broken.
pub(super) fn parse(public: &PublicKey) -> Result<PKey<Public>, JoseError> {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(public);
    LATELY.with_borrow_mut(|lately| {
        lately.resize(REMEMBERED, None);
        // One of the places, whatever is left of the hash.
        let place = usize::try_from(hash % REMEMBERED as u64).ok().and_then(|at| lately.get_mut(at));
        if let Some(Some((members, key))) = &place
            && members == public
        {
            return Ok(key.clone());
        }
        let key = set_up(public)?;
        if let Some(place) = place {
            *place = Some((public.clone(), key.clone()));
        }
        Ok(key)
    })
}

fn set_up(public: &PublicKey) -> Result<PKey<Public>, JoseError> {
    match public {
        PublicKey::Ec { crv, x, y } => {
            let (curve, bytes) = curve(crv).ok_or(JoseError::KeyKind)?;
            let (x, y) = (decode(x)?, decode(y)?);
            // RFC 7518 §6.2.1.2: a coordinate has its full length, zeroes in front included.
            if x.len() != bytes || y.len() != bytes {
                return Err(JoseError::Key);
            }
            ec(curve, &x, &y).map_err(|_| JoseError::Key)
        }
        PublicKey::Rsa { n, e } => {
            let (n, e) = (decode(n)?, decode(e)?);
            // RFC 7518 §6.3.1.1, §2: the fewest bytes, so nothing stands in front.
            if n.first().is_none_or(|byte| *byte == 0) || e.first().is_none_or(|byte| *byte == 0) {
                return Err(JoseError::Key);
            }
            rsa(&n, &e).map_err(|_| JoseError::Key)?.ok_or(JoseError::Key)
        }
        PublicKey::Okp { crv, x } if crv == "Ed25519" => {
            let x = decode(x)?;
            PKey::public_key_from_raw_bytes(&x, Id::ED25519).map_err(|_| JoseError::Key)
        }
        PublicKey::Okp { .. } => Err(JoseError::KeyKind),
    }
}

/// Whether a key that came another way, such as in a certificate, would be taken here too.
pub(crate) fn is_strong(key: &PKeyRef<Public>) -> bool {
    match key.id() {
        Id::RSA | Id::RSA_PSS => {
            key.rsa().is_ok_and(|key| is_strong_rsa(key.n(), key.e()).is_ok_and(|is_strong| is_strong))
        }
        Id::EC => {
            let curve = key.ec_key().ok().and_then(|key| key.group().curve_name());
            matches!(curve, Some(Nid::X9_62_PRIME256V1 | Nid::SECP384R1 | Nid::SECP521R1))
        }
        id => id == Id::ED25519,
    }
}

/// RFC 7518 §6.2.1, SP 800-56A §5.6.2.3.4: refused where a coordinate is not below the prime or the point is not on the
/// curve. That is all there is to check: these curves have the cofactor 1, so each of their points has the full order,
/// and multiplying by the order would cost as much as the verification itself. The point at infinity has no coordinates.
fn ec(curve: &EcGroup, x: &[u8], y: &[u8]) -> Result<PKey<Public>, ErrorStack> {
    // RFC 8725 §3.4: no point off the curve, no weak modulus.
    let uncompressed = [&[0x04], x, y].concat();
    let point = EcPoint::from_bytes(curve, &uncompressed, &mut *BigNumContext::new()?)?;
    PKey::from_ec_key(EcKey::from_public_key(curve, &point)?)
}

fn rsa(n: &[u8], e: &[u8]) -> Result<Option<PKey<Public>>, ErrorStack> {
    let (n, e) = (BigNum::from_slice(n)?, BigNum::from_slice(e)?);
    if !is_strong_rsa(&n, &e)? {
        return Ok(None);
    }
    PKey::from_rsa(Rsa::from_public_components(n, e)?).map(Some)
}

fn is_strong_rsa(n: &BigNumRef, e: &BigNumRef) -> Result<bool, ErrorStack> {
    // RFC 7518 §8.6.
    let has_size = (MIN_RSA_BITS..=MAX_RSA_BITS).contains(&n.num_bits());
    // With the exponent 1 everything is a signature of itself.
    let has_exponent = (2..=MAX_EXPONENT_BITS).contains(&e.num_bits()) && e.is_bit_set(0);
    Ok(has_size && has_exponent && n.is_bit_set(0) && !is_roca(n)?)
}

fn is_roca(n: &BigNumRef) -> Result<bool, ErrorStack> {
    for prime in ROCA_PRIMES {
        let rest = n.mod_word(prime)?;
        let is_power = (0..prime)
            .scan(1, |power, _| {
                let now = *power;
                *power = now * 65_537 % u64::from(prime);
                Some(now)
            })
            .any(|power| power == rest);
        if !is_power {
            return Ok(false);
        }
    }
    Ok(true)
}

fn decode(text: &str) -> Result<Vec<u8>, JoseError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| JoseError::Key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coordinates(y: &str) -> PublicKey {
        // RFC 7515 appendix A.3.1.
        let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
        PublicKey::Ec { crv: "P-256".to_owned(), x: x.to_owned(), y: y.to_owned() }
    }

    /// What is remembered answers for the same members alone; what was refused is refused again.
    #[test]
    fn a_key_that_was_read_lately_is_that_key_and_no_other() {
        let good = coordinates("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
        let bad = coordinates("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a8");
        let first = parse(&good).unwrap();
        for _ in 0..3 {
            assert_eq!(parse(&bad).unwrap_err(), JoseError::Key);
            assert!(parse(&good).unwrap().public_eq(&first));
        }
        for number in 0..2 * REMEMBERED {
            let key = EcKey::generate(P_256.as_ref().unwrap()).unwrap();
            let (mut x, mut y) = (BigNum::new().unwrap(), BigNum::new().unwrap());
            let mut context = BigNumContext::new().unwrap();
            key.public_key().affine_coordinates(key.group(), &mut x, &mut y, &mut context).unwrap();
            let text = |n: &BigNum| URL_SAFE_NO_PAD.encode(n.to_vec_padded(32).unwrap());
            let members = PublicKey::Ec { crv: "P-256".to_owned(), x: text(&x), y: text(&y) };
            let whole = PKey::from_ec_key(key).unwrap();
            assert!(parse(&members).unwrap().public_eq(&whole), "key {number}");
            assert!(parse(&members).unwrap().public_eq(&whole), "key {number}, again");
        }
        assert!(parse(&good).unwrap().public_eq(&first));
    }
}
