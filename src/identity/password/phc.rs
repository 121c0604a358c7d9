//! The stored form of a password hash: `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`, a PHC string.

use super::params::HashParams;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use std::fmt;

/// A password hash as it is stored. Made by [`super::PasswordPool`] alone, so that no plain password takes its place.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The PHC string.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The PHC string, to be stored.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PasswordHash(..)")
    }
}

/// What a PHC string says.
pub(super) struct Parts {
    pub(super) params: HashParams,
    pub(super) salt: Vec<u8>,
    pub(super) hash: Vec<u8>,
}

impl Parts {
    /// Reads a PHC string of argon2id, version 19; none where the text is anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut fields = text.split('$');
        let head = [fields.next()?, fields.next()?, fields.next()?];
        let (costs, salt, hash) = (fields.next()?, fields.next()?, fields.next()?);
        if head != ["", "argon2id", "v=19"] || fields.next().is_some() {
            return None;
        }
        let mut costs = costs.split(',');
        let memory_kib = costs.next()?.strip_prefix("m=")?.parse().ok()?;
        let passes = costs.next()?.strip_prefix("t=")?.parse().ok()?;
        let lanes = costs.next()?.strip_prefix("p=")?.parse().ok()?;
        let (salt, hash) = (BASE64.decode(salt).ok()?, BASE64.decode(hash).ok()?);
        let sizes_fit = (8..=64).contains(&salt.len()) && (16..=64).contains(&hash.len());
        if costs.next().is_some() || !sizes_fit {
            return None;
        }
        Some(Self { params: HashParams::new(memory_kib, passes, lanes).ok()?, salt, hash })
    }

    /// Writes it.
    pub(super) fn to_phc(&self) -> PasswordHash {
        let Self { params, salt, hash } = self;
        PasswordHash(format!(
            "$argon2id$v=19$m={},t={},p={}${}${}",
            params.memory_kib(),
            params.passes(),
            params.lanes(),
            BASE64.encode(salt),
            BASE64.encode(hash)
        ))
    }
}
