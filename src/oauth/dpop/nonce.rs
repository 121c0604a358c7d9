//! Nonces for proofs: they follow from the time and a secret of the server, so none is kept. RFC 9449 §8.

use crate::digest::hmac_sha256;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt;
use std::sync::Arc;
use time::OffsetDateTime;

/// For how many seconds the same nonce is handed out. It is accepted for as long again.
const WINDOW: i64 = 120;

/// Sets the nonces apart from whatever else the secret might ever be used for.
const LABEL: &[u8] = b"latchkey DPoP nonce";

/// The secret that nonces follow from. Never printed.
#[derive(Clone)]
pub struct Nonces(Arc<[u8; 32]>);

impl Nonces {
    /// The name under which the secret is sealed in the store.
    pub const NAME: &'static str = "dpop_nonces";

    /// Nonces that follow from these 256 random bits.
    pub fn new(secret: [u8; 32]) -> Self {
        Self(Arc::new(secret))
    }

    /// The nonce to hand out now. RFC 9449 §8.1: nobody can foretell it.
    pub fn current(&self, now: OffsetDateTime) -> String {
        self.of(now.unix_timestamp().div_euclid(WINDOW))
    }

    /// Whether this nonce was handed out shortly before. RFC 9449 §8.2: the one before the current is still accepted,
    /// so that a change costs nobody a request.
    pub fn accepts(&self, nonce: &str, now: OffsetDateTime) -> bool {
        let window = now.unix_timestamp().div_euclid(WINDOW);
        [window, window.saturating_sub(1)].into_iter().any(|window| self.of(window) == nonce)
    }

    fn of(&self, window: i64) -> String {
        URL_SAFE_NO_PAD.encode(hmac_sha256(&self.0, &[LABEL, &window.to_be_bytes()]))
    }
}

impl fmt::Debug for Nonces {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Nonces(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Duration;

    #[test]
    fn a_nonce_is_accepted_in_its_window_and_the_next_and_no_longer() {
        let nonces = Nonces::new([1; 32]);
        let start = OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap();
        let nonce = nonces.current(start);
        let after = |seconds| nonces.accepts(&nonce, start + Duration::seconds(seconds));
        assert_eq!([0, 119, 120, 239, 240, 3600].map(after), [true, true, true, true, false, false]);
        assert!(!after(-1), "not before it was handed out");
        assert!(!Nonces::new([2; 32]).accepts(&nonce, start), "not by another server");
        assert!(!nonces.accepts("", start));
    }
}
