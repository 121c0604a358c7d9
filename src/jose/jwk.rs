//! One public key of another. RFC 7517 §4, RFC 7518 §6, RFC 8037 §2.

use super::json::Object;
use super::{JoseError, public_key, signature, thumbprint};
use crate::records::{JwsAlgorithm, PublicKey};
use openssl::pkey::{PKey, Public};
use serde_json::Value;
use std::fmt;

/// The members that only private and symmetric keys have. RFC 7518 §6.2.2, §6.3.2, §6.4.1; RFC 8037 §2.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A public key, checked: its point lies on its curve, its modulus is neither short nor long.
#[derive(Clone)]
pub struct Jwk {
    kid: Option<String>,
    alg: Option<JwsAlgorithm>,
    /// Whether `use`, `key_ops` and `alg` allow that it verifies signatures.
    verifies: bool,
    members: PublicKey,
    key: PKey<Public>,
}

impl Jwk {
    /// Reads a public key.
    ///
    /// # Errors
    /// [`JoseError::PrivateKey`] where a private or symmetric key stands there, [`JoseError::KeyKind`] where it is of
    /// a kind that we do not know, [`JoseError::Key`] where it is broken or weak.
    pub fn parse(value: &Value) -> Result<Self, JoseError> {
        Self::read(value.as_object().ok_or(JoseError::Key)?)
    }

    pub(super) fn read(members: &Object) -> Result<Self, JoseError> {
        // RFC 7517 §4.1.
        let kty = text(members, "kty")?.ok_or(JoseError::Key)?;
        // RFC 7517 §9.2: whoever publishes these has lost them.
        if kty == "oct" || PRIVATE.iter().any(|name| members.contains_key(*name)) {
            return Err(JoseError::PrivateKey);
        }
        let need = |name| text(members, name)?.map(str::to_owned).ok_or(JoseError::Key);
        let public = match kty {
            "EC" => PublicKey::Ec { crv: need("crv")?, x: need("x")?, y: need("y")? },
            "RSA" => PublicKey::Rsa { n: need("n")?, e: need("e")? },
            "OKP" => PublicKey::Okp { crv: need("crv")?, x: need("x")? },
            _ => return Err(JoseError::KeyKind),
        };
        let key = public_key::parse(&public)?;
        let alg = text(members, "alg")?;
        let known = alg.and_then(JwsAlgorithm::parse);
        // RFC 7517 §4.4: a key that names an algorithm is for no other, and so must be of its kind.
        let serves_alg = match (alg, known) {
            (None, _) => true,
            (Some(_), Some(known)) => signature::fits(known, &key),
            (Some(_), None) => false,
        };
        let verifies = serves_alg && is_for_signatures(members)?;
        Ok(Self { kid: text(members, "kid")?.map(str::to_owned), alg: known, verifies, members: public, key })
    }

    /// Its identifier, where it has one. RFC 7517 §4.5.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Its required members.
    pub fn members(&self) -> &PublicKey {
        &self.members
    }

    /// Its SHA-256 thumbprint. RFC 7638.
    pub fn thumbprint(&self) -> String {
        thumbprint(&self.members)
    }

    /// Whether it may verify signatures of this algorithm.
    pub fn serves(&self, algorithm: JwsAlgorithm) -> bool {
        self.verifies
            && self.alg.is_none_or(|own| own.matches(algorithm))
            && signature::fits(algorithm, &self.key)
    }

    /// Whether `use`, `key_ops` and `alg` allow that it verifies signatures. RFC 7517 §4.2, §4.3, §4.4.
    pub fn may_verify(&self) -> bool {
        self.verifies
    }

    pub(super) fn verify(&self, algorithm: JwsAlgorithm, input: &[u8], signature: &[u8]) -> bool {
        self.serves(algorithm) && signature::verify(algorithm, &self.key, input, signature)
    }
}

impl fmt::Debug for Jwk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Jwk").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// RFC 7517 §4.2, §4.3: what `use` and `key_ops` say, where they stand. SPIFFE bundles have a word of their own for it
/// (SPIFFE Trust Domain and Bundle §4.2.2).
fn is_for_signatures(members: &Object) -> Result<bool, JoseError> {
    let by_use = text(members, "use")?.is_none_or(|usage| matches!(usage, "sig" | "jwt-svid"));
    let by_operations = match members.get("key_ops") {
        None => true,
        Some(Value::Array(operations)) => operations.iter().any(|operation| operation == "verify"),
        Some(_) => return Err(JoseError::Key),
    };
    Ok(by_use && by_operations)
}

fn text<'a>(members: &'a Object, name: &str) -> Result<Option<&'a str>, JoseError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(JoseError::Key),
    }
}
