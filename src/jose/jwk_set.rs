//! A set of public keys of another. RFC 7517 §5.

use super::jws::{Header, MAX_TRIES};
use super::{JoseError, Jwk, json};
use serde_json::Value;

/// More keys than this are nobody's honest set.
pub const MAX_KEYS: usize = 64;

/// A set of public keys.
#[derive(Debug, Clone, Default)]
pub struct JwkSet {
    keys: Vec<Jwk>,
    published: Vec<Value>,
}

impl JwkSet {
    /// Reads a set that was fetched. RFC 7517 §5: keys that we cannot use are left out, as they may serve others.
    ///
    /// # Errors
    /// [`JoseError::KeySet`] where it is no set or too large, [`JoseError::PrivateKey`] where it holds a private or
    /// symmetric key.
    pub fn parse(bytes: &[u8]) -> Result<Self, JoseError> {
        if bytes.len() > super::MAX_BYTES {
            return Err(JoseError::KeySet);
        }
        let members = json::parse_object(bytes).map_err(|_| JoseError::KeySet)?;
        Self::read(members.get("keys"), false)
    }

    /// Reads a set that a client registers or has registered: keys of kinds that we do not know are left out, and a
    /// broken one is refused, since here somebody can be told of it.
    ///
    /// # Errors
    /// As [`JwkSet::parse`], and [`JoseError::Key`] for a broken key.
    pub fn registered(value: &Value) -> Result<Self, JoseError> {
        Self::read(value.get("keys"), true)
    }

    /// Reads of such a set what a token with this header may be signed with, and no more than eight keys: a
    /// registration of many must not make each of its tokens dear. None where the header names no algorithm of ours.
    ///
    /// # Errors
    /// As [`JwkSet::registered`], of the keys that were read.
    pub fn candidates(value: &Value, header: &Header) -> Result<Self, JoseError> {
        let keys = value.get("keys").and_then(Value::as_array).ok_or(JoseError::KeySet)?;
        let mut set = Self::default();
        for key in keys.iter().filter(|key| header.may_name(key.get("kid").and_then(Value::as_str))) {
            match Jwk::parse(key) {
                Ok(key) if header.alg.is_some_and(|algorithm| key.serves(algorithm)) => set.keys.push(key),
                Ok(_) | Err(JoseError::KeyKind) => {}
                Err(error) => return Err(error),
            }
            if set.keys.len() == MAX_TRIES {
                break;
            }
        }
        Ok(set)
    }

    fn read(keys: Option<&Value>, refuses_broken: bool) -> Result<Self, JoseError> {
        // RFC 7517 §5.1.
        let keys = keys.and_then(Value::as_array).ok_or(JoseError::KeySet)?;
        if keys.len() > MAX_KEYS {
            return Err(JoseError::KeySet);
        }
        // Not done: RFC 7517 §4.6: `x5u`: nothing that a key points to is fetched.
        let mut set = Self { keys: Vec::new(), published: keys.clone() };
        for key in keys {
            match Jwk::parse(key) {
                Ok(key) => set.keys.push(key),
                Err(JoseError::PrivateKey) => return Err(JoseError::PrivateKey),
                Err(JoseError::KeyKind) => {}
                Err(error) if refuses_broken => return Err(error),
                Err(_) => {}
            }
        }
        Ok(set)
    }

    /// The keys, in their order.
    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }

    /// Every key as it was published, those that we cannot use among them: for its certificates (RFC 7517 §4.7).
    pub fn as_published(&self) -> &[Value] {
        &self.published
    }

    /// Whether there is none that we can use.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}
