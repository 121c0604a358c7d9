//! What changed, for the audit trail.

use super::super::Algorithm;
use crate::records::{KeyState, SigningKey};

/// One change of one key's state. Whoever applied it appends it to the audit trail in the same unit of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The key.
    pub kid: String,
    /// Its algorithm.
    pub algorithm: Algorithm,
    /// Where it stood; none for a key that was just made.
    pub from: Option<KeyState>,
    /// Where it stands; none for a key that left the JWKS for good.
    pub to: Option<KeyState>,
}

impl Transition {
    pub(super) fn new(key: &SigningKey, from: Option<KeyState>, to: Option<KeyState>) -> Self {
        Self { kid: key.kid.clone(), algorithm: key.algorithm, from, to }
    }

    /// The state that was reached, in one word: a [`KeyState`], or `removed`.
    pub fn reached(&self) -> &'static str {
        self.to.map_or("removed", KeyState::as_str)
    }
}
