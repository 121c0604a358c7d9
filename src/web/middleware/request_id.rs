//! The id of a request: always our own, so that nobody outside chooses what stands in the log.

use crate::ports::Seed;
use actix_web::http::header::HeaderValue;
use std::sync::atomic::{AtomicU64, Ordering};

/// The id of one request: 16 hexadecimal digits. In `X-Request-Id`, in every log line and audit entry, on error pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId([u8; 16]);

impl RequestId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        // The digits are ASCII by construction, so the empty text is never given.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(super) fn header(self) -> Option<HeaderValue> {
        HeaderValue::from_bytes(&self.0).ok()
    }
}

impl std::fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Makes ids: a counter, started at random and scrambled. Unique within a run, unlikely to meet between runs, and
/// without a call of the random source a request. An id names a request and guards nothing.
#[derive(Debug)]
pub(super) struct RequestIds {
    key: u64,
    next: AtomicU64,
}

impl RequestIds {
    pub(super) fn new(seed: &Seed) -> Self {
        let [key, start] = ["request id key", "request id start"].map(|label| first_u64(seed, label));
        Self { key, next: AtomicU64::new(start) }
    }

    pub(super) fn next(&self) -> RequestId {
        let mut bits = scramble(self.next.fetch_add(1, Ordering::Relaxed) ^ self.key);
        let mut digits = [0_u8; 16];
        for digit in digits.iter_mut().rev() {
            *digit = hexadecimal(bits & 0xf);
            bits >>= 4;
        }
        RequestId(digits)
    }
}

fn first_u64(seed: &Seed, label: &str) -> u64 {
    seed.expand(label).iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

/// A permutation of the 64-bit numbers: distinct counters stay distinct.
fn scramble(number: u64) -> u64 {
    let number = (number ^ (number >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    let number = (number ^ (number >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    number ^ (number >> 32)
}

fn hexadecimal(value: u64) -> u8 {
    b"0123456789abcdef".get(usize::try_from(value).unwrap_or_default()).copied().unwrap_or(b'0')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_are_distinct_and_hexadecimal() {
        let ids = RequestIds::new(&Seed::new([7; 32]));
        let made: HashSet<String> = (0..10_000).map(|_| ids.next().to_string()).collect();
        assert_eq!(made.len(), 10_000);
        assert!(made.iter().all(|id| id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit())));
    }

    #[test]
    fn two_runs_begin_elsewhere() {
        let first = |byte| RequestIds::new(&Seed::new([byte; 32])).next();
        assert_ne!(first(1), first(2));
        assert_eq!(first(1), first(1));
    }
}
