//! Whether a JWK stands for a certificate. RFC 8705 §2.2, RFC 7517 §4.7.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openssl::bn::{BigNum, BigNumContext};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Public};
use openssl::x509::X509;
use serde_json::{Map, Value};

/// By the first certificate of its `x5c`, where it has that member, else by its public key.
pub(super) fn describes(key: &Value, x509: &X509, der: &[u8]) -> bool {
    let Some(members) = key.as_object() else { return false };
    if let Some(chain) = members.get("x5c") {
        // RFC 7517 §4.7: base64, not base64url; the certificate of the key comes first.
        // RFC 8705 §2.2.2: the certificate itself, in `x5c`.
        let first = chain.get(0).and_then(Value::as_str).and_then(|text| STANDARD.decode(text).ok());
        return first.is_some_and(|first| first == der) && has_its_key(members, x509);
    }
    if let Some(thumbprint) = members.get("x5t#S256") {
        let own = URL_SAFE_NO_PAD.encode(crate::digest::sha256(&[der]));
        return thumbprint.as_str() == Some(&own);
    }
    has_its_key(members, x509)
}

/// RFC 7517 §4.7: the key in the first certificate is the JWK's own.
fn has_its_key(members: &Map<String, Value>, x509: &X509) -> bool {
    x509.public_key().is_ok_and(|own| is_key(members, &own))
}

/// Whether a JWK that names certificates names one of its own key. RFC 7517 §4.7.
pub fn names_its_certificate(key: &Value) -> bool {
    let Some(chain) = key.get("x5c") else { return true };
    let first = chain.get(0).and_then(Value::as_str).and_then(|text| STANDARD.decode(text).ok());
    let x509 = first.and_then(|der| X509::from_der(&der).ok());
    x509.is_some_and(|x509| key.as_object().is_some_and(|members| has_its_key(members, &x509)))
}

/// RFC 7518 §6.2, §6.3; RFC 8037 §2.
fn is_key(members: &Map<String, Value>, own: &PKey<Public>) -> bool {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let number = |name: &str| BigNum::from_slice(&URL_SAFE_NO_PAD.decode(text(name)?).ok()?).ok();
    let same = |numbers: Result<Vec<(&str, BigNum)>, ErrorStack>| {
        numbers.is_ok_and(|all| all.iter().all(|(name, own)| number(name).is_some_and(|other| other == *own)))
    };
    match (own.id(), text("kty")) {
        // A certificate may say that its RSA key is for RSASSA-PSS alone; of a JWK `alg` says that.
        (Id::RSA | Id::RSA_PSS, Some("RSA")) => same(rsa(own)),
        (Id::EC, Some("EC")) => {
            curve(own).is_some_and(|curve| text("crv") == Some(curve)) && same(point(own))
        }
        (Id::ED25519, Some("OKP")) => {
            let x = own.raw_public_key().map(|x| URL_SAFE_NO_PAD.encode(x));
            text("crv") == Some("Ed25519") && x.is_ok_and(|x| text("x") == Some(&x))
        }
        _ => false,
    }
}

fn rsa(key: &PKey<Public>) -> Result<Vec<(&'static str, BigNum)>, ErrorStack> {
    let key = key.rsa()?;
    Ok(vec![("n", key.n().to_owned()?), ("e", key.e().to_owned()?)])
}

fn point(key: &PKey<Public>) -> Result<Vec<(&'static str, BigNum)>, ErrorStack> {
    let key = key.ec_key()?;
    let (mut x, mut y) = (BigNum::new()?, BigNum::new()?);
    key.public_key().affine_coordinates(key.group(), &mut x, &mut y, &mut *BigNumContext::new()?)?;
    Ok(vec![("x", x), ("y", y)])
}

fn curve(key: &PKey<Public>) -> Option<&'static str> {
    match key.ec_key().ok()?.group().curve_name()? {
        Nid::X9_62_PRIME256V1 => Some("P-256"),
        Nid::SECP384R1 => Some("P-384"),
        Nid::SECP521R1 => Some("P-521"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openssl::asn1::Asn1Time;
    use openssl::hash::MessageDigest;
    use openssl::pkey_ctx::PkeyCtx;
    use openssl::x509::X509Builder;
    use serde_json::json;

    /// A certificate may say that its key is for RSASSA-PSS alone; as a JWK it is an RSA key as any. RFC 7518 §6.3.
    #[test]
    fn an_rsa_key_for_pss_alone_is_an_rsa_key() {
        let mut making = PkeyCtx::new_id(Id::RSA_PSS).unwrap();
        making.keygen_init().unwrap();
        making.set_rsa_keygen_bits(2048).unwrap();
        let key = making.keygen().unwrap();
        let mut builder = X509Builder::new().unwrap();
        builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
        builder.set_not_after(&Asn1Time::days_from_now(1).unwrap()).unwrap();
        builder.set_pubkey(&key).unwrap();
        builder.sign(&key, MessageDigest::sha256()).unwrap();
        let certificate = builder.build();
        assert_eq!(certificate.public_key().unwrap().id(), Id::RSA_PSS);
        let rsa = key.rsa().unwrap();
        let encoded = |number: &openssl::bn::BigNumRef| URL_SAFE_NO_PAD.encode(number.to_vec());
        let der = certificate.to_der().unwrap();
        let mut jwk = json!({
            "kty": "RSA", "n": encoded(rsa.n()), "e": encoded(rsa.e()), "x5c": [STANDARD.encode(&der)],
        });
        assert!(names_its_certificate(&jwk));
        assert!(describes(&jwk, &certificate, &der));
        jwk["e"] = json!("Aw");
        assert!(!names_its_certificate(&jwk), "another key");
    }
}
