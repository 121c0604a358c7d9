//! What can go wrong with keys, each in words that an operator can act on and that tell no secret.

use crate::records::SignatureAlgorithm;
use crate::storage::Fault;
use std::fmt;

/// A failure of making, opening or using a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyError {
    /// There is no active key of this algorithm yet; it is being made or published.
    NotReady(SignatureAlgorithm),
    /// The token would live longer than its key stays published.
    OutlivesKey,
    /// The claims cannot be written as JSON.
    Claims,
    /// The seal was made under a key-encryption key that is not at hand.
    UnknownKek {
        /// The identifier of that key-encryption key.
        kek: String,
        /// What was sealed.
        name: String,
    },
    /// A seal is broken: other bytes, another row, or another purpose.
    Unsealable {
        /// What was sealed.
        name: String,
    },
    /// A key-encryption key cannot be loaded: where from, and what is wrong.
    Kek(String),
    /// A stored key is not what its record says.
    Damaged {
        /// Its kid.
        kid: String,
    },
    /// The cryptographic library failed; what it was doing.
    Crypto(&'static str),
}

impl fmt::Display for KeyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotReady(algorithm) => write!(out, "keys not ready for {} yet", algorithm.as_str()),
            Self::OutlivesKey => out.write_str("the token would outlive its signing key"),
            Self::Claims => out.write_str("the claims cannot be written as JSON"),
            Self::UnknownKek { kek, name } => write!(
                out,
                "{name} is sealed under the key-encryption key {kek}, which is not configured: add it, or restore it"
            ),
            Self::Unsealable { name } => {
                write!(out, "the seal of {name} is broken: its stored row was changed")
            }
            Self::Kek(what) => write!(out, "key-encryption key: {what}"),
            Self::Damaged { kid } => write!(out, "signing key {kid} is damaged"),
            Self::Crypto(what) => write!(out, "openssl failed: {what}"),
        }
    }
}

impl std::error::Error for KeyError {}

impl From<KeyError> for Fault {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::NotReady(_) => Self::unavailable(error.to_string()),
            KeyError::OutlivesKey
            | KeyError::Claims
            | KeyError::UnknownKek { .. }
            | KeyError::Unsealable { .. }
            | KeyError::Kek(_)
            | KeyError::Damaged { .. }
            | KeyError::Crypto(_) => Self::broken(error.to_string()),
        }
    }
}
