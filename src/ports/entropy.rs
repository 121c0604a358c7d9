//! Randomness: a seed an act, expanded by label.
//!
//! A unit of work may run more than once, and must do the same each time. So nothing inside it draws fresh
//! randomness: the edge draws one [`Seed`] per act, and every value is derived from the seed and a label with
//! HMAC-SHA-256, which is a pseudo-random function under a 256-bit key.

use crate::digest::hmac_sha256;
use std::cell::RefCell;
use std::fmt;

/// A source of seeds.
pub trait Entropy: Send + Sync + 'static {
    /// Draws a fresh seed of 256 bits.
    fn seed(&self) -> Seed;
}

/// 256 bits of randomness that belong to one act. Never printed.
#[derive(Clone)]
pub struct Seed([u8; 32]);

impl Seed {
    /// A seed of the given bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// 32 bytes for the purpose that `label` names. The same label gives the same bytes: use each label for one
    /// value an act.
    pub fn expand(&self, label: &str) -> [u8; 32] {
        hmac_sha256(&self.0, &[label.as_bytes()])
    }

    /// 16 bytes for the purpose that `label` names; see [`Seed::expand`].
    pub fn expand_16(&self, label: &str) -> [u8; 16] {
        self.expand(label).first_chunk::<16>().copied().unwrap_or_default()
    }

    /// A random (version 4) UUID for the purpose that `label` names. RFC 9562 §5.4.
    pub fn uuid(&self, label: &str) -> uuid::Uuid {
        uuid::Builder::from_random_bytes(self.expand_16(label)).into_uuid()
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Seed(..)")
    }
}

/// The operating system's random source, through OpenSSL's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

/// How many seeds a thread draws at a time: to ask OpenSSL's generator costs as much for one as for many.
const DRAWN: usize = 16;

thread_local! {
    static SEEDS: RefCell<Vec<[u8; 32]>> = const { RefCell::new(Vec::new()) };
}

impl Entropy for SystemEntropy {
    fn seed(&self) -> Seed {
        let drawn = SEEDS.with_borrow_mut(|seeds| {
            if seeds.is_empty() {
                draw(seeds);
            }
            seeds.pop()
        });
        // None were drawn only if the generator gave none.
        drawn.map_or_else(|| std::process::abort(), Seed)
    }
}

/// Draws more seeds. A generator that cannot be seeded must not be answered with zeroes.
#[allow(clippy::disallowed_methods, reason = "this is the port that reads the random source")]
fn draw(seeds: &mut Vec<[u8; 32]>) {
    let mut bytes = [0_u8; 32 * DRAWN];
    if openssl::rand::rand_priv_bytes(&mut bytes).is_ok() {
        seeds.extend(bytes.as_chunks().0);
    }
}

/// Seeds that follow from a number: equal runs give equal values. For tests alone.
#[derive(Debug, Default)]
pub struct FixedEntropy(std::sync::atomic::AtomicU64);

impl FixedEntropy {
    /// A sequence of seeds that begins at `start`.
    pub const fn from(start: u64) -> Self {
        Self(std::sync::atomic::AtomicU64::new(start))
    }
}

impl Entropy for FixedEntropy {
    fn seed(&self) -> Seed {
        let n = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Seed(Seed([0; 32]).expand(&n.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_gives_the_same_value_again_and_another_label_another() {
        let seed = SystemEntropy.seed();
        assert_eq!(seed.expand("a"), seed.expand("a"));
        assert_ne!(seed.expand("a"), seed.expand("b"));
        assert_ne!(seed.expand("a"), SystemEntropy.seed().expand("a"));
    }

    #[test]
    fn no_seed_is_drawn_twice() {
        let draw = || (0..5 * DRAWN).map(|_| SystemEntropy.seed().0).collect::<Vec<_>>();
        let other = std::thread::spawn(draw);
        let all: std::collections::HashSet<_> = draw().into_iter().chain(other.join().unwrap()).collect();
        assert_eq!(all.len(), 10 * DRAWN);
    }

    #[test]
    fn a_seed_is_never_printed() {
        assert_eq!(format!("{:?}", Seed::new([7; 32])), "Seed(..)");
    }
}
