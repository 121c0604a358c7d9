//! Key-encryption keys.

use super::super::KeyError;
use crate::ports::Seed;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt;
use zeroize::Zeroizing;

/// One key-encryption key of 256 bits. Never printed.
pub struct Kek {
    id: String,
    key: Zeroizing<[u8; 32]>,
}

impl Kek {
    /// A key-encryption key of these bytes. Its identifier is `kek-` and 22 characters that follow from them
    /// by HMAC-SHA-256, and tell nothing about them.
    pub fn new(key: [u8; 32]) -> Self {
        let key = Zeroizing::new(key);
        let id =
            format!("kek-{}", URL_SAFE_NO_PAD.encode(Seed::new(*key).expand_16("latchkey kek identifier")));
        Self { id, key }
    }

    /// The identifier, as it stands in every seal.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn key(&self) -> &[u8] {
        self.key.as_slice()
    }
}

impl fmt::Debug for Kek {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Kek({})", self.id)
    }
}

/// The key-encryption keys at hand: one seals, all of them open.
// RFC 7515 §10.2.
#[derive(Debug)]
pub struct KekRing {
    active: Kek,
    others: Vec<Kek>,
}

impl KekRing {
    /// A ring that seals under `active` and opens under each.
    pub fn new(active: Kek, others: Vec<Kek>) -> Self {
        Self { active, others }
    }

    /// A ring of the keys in the order given; the first seals.
    ///
    /// # Errors
    /// [`KeyError::Kek`] where there is none.
    pub fn of(keys: Vec<Kek>) -> Result<Self, KeyError> {
        let mut keys = keys.into_iter();
        let active = keys.next().ok_or_else(|| KeyError::Kek("there is none".to_owned()))?;
        Ok(Self { active, others: keys.collect() })
    }

    /// The one that seals.
    pub fn active(&self) -> &Kek {
        &self.active
    }

    /// The one of this identifier.
    pub fn find(&self, id: &str) -> Option<&Kek> {
        std::iter::once(&self.active).chain(&self.others).find(|kek| kek.id == id)
    }
}
