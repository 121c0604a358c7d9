//! Refresh tokens: derived, not stored. Token `n` of a family is
//! `lkr_ BASE64URL(grant id ‖ n ‖ HMAC-SHA-256(pepper, seed ‖ grant id ‖ n))`, so one record serves a whole family
//! and giving the same token again costs nothing.

use crate::digest::hmac_sha256;
use crate::oauth::policy::Pepper;
use crate::records::{Grant, RefreshState};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use uuid::Uuid;

/// By which a leaked token is found, and told from every other kind.
const PREFIX: &str = "lkr_";

/// A refresh token as a client shows it: read, not yet verified.
#[derive(Clone)]
pub struct RefreshToken {
    /// The grant that it claims to belong to.
    pub grant_id: Uuid,
    /// Its number in the family.
    pub generation: u32,
    mac: [u8; 32],
}

impl RefreshToken {
    /// Reads a token. None where it is not of the form that we issue.
    pub fn parse(token: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(token.strip_prefix(PREFIX)?).ok()?;
        let (grant_id, rest) = bytes.split_first_chunk::<16>()?;
        let (generation, mac) = rest.split_first_chunk::<4>()?;
        Some(Self {
            grant_id: Uuid::from_bytes(*grant_id),
            generation: u32::from_be_bytes(*generation),
            mac: mac.try_into().ok()?,
        })
    }

    /// Whether we made this token for this grant. Takes constant time.
    // RFC 6749 §10.4, §10.10.
    pub fn is_genuine(&self, grant: &Grant, state: &RefreshState, pepper: &Pepper) -> bool {
        grant.id == self.grant_id
            && openssl::memcmp::eq(&mac(grant.id, state, self.generation, pepper), &self.mac)
    }

    /// The family's token of this generation.
    pub fn derive(grant_id: Uuid, state: &RefreshState, generation: u32, pepper: &Pepper) -> SecretString {
        let mut bytes = [0_u8; 52];
        let (head, tail) = bytes.split_at_mut(20);
        let (id, number) = head.split_at_mut(16);
        id.copy_from_slice(grant_id.as_bytes());
        number.copy_from_slice(&generation.to_be_bytes());
        tail.copy_from_slice(&mac(grant_id, state, generation, pepper));
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)).into()
    }
}

fn mac(grant_id: Uuid, state: &RefreshState, generation: u32, pepper: &Pepper) -> [u8; 32] {
    // Each part has a fixed length, so they need no separators.
    hmac_sha256(pepper.bytes(), &[&state.seed, grant_id.as_bytes(), &generation.to_be_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::fixtures;
    use secrecy::ExposeSecret as _;

    #[test]
    fn a_derived_token_is_genuine_and_every_flipped_part_is_not() {
        let grant = fixtures::grant();
        let state = grant.refresh.clone().unwrap();
        let pepper = Pepper::new([9; 32]);
        let token = RefreshToken::derive(grant.id, &state, 3, &pepper);
        let text = token.expose_secret();
        let read = RefreshToken::parse(text).unwrap();
        assert_eq!((read.grant_id, read.generation), (grant.id, 3));
        assert!(read.is_genuine(&grant, &state, &pepper));
        assert!(!read.is_genuine(&grant, &state, &Pepper::new([8; 32])));
        for at in PREFIX.len()..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let genuine = RefreshToken::parse(std::str::from_utf8(&bytes).unwrap())
                .is_some_and(|flipped| flipped.is_genuine(&grant, &state, &pepper));
            assert!(!genuine, "flipped at {at}");
        }
    }

    #[test]
    fn other_texts_are_not_read() {
        for other in ["", "lkr_", "lkr_AAAA", "lkc_AAAA", "eyJ.eyJ.x", &format!("lkr_{}", "A".repeat(71))] {
            assert!(RefreshToken::parse(other).is_none(), "{other}");
        }
    }
}
