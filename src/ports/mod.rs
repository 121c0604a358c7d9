//! The outside world behind traits: time, randomness, other servers. The only place that reads the system's
//! clock and its random source.

mod clock;
mod entropy;
pub mod outbound;

pub use clock::{Clock, ManualClock, SystemClock};
pub use entropy::{Entropy, FixedEntropy, Seed, SystemEntropy};
