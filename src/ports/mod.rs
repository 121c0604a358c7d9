//! The outside world behind traits: time and randomness. The only place that reads the system's clock and its
//! random source.

mod clock;
mod entropy;

pub use clock::{Clock, ManualClock, SystemClock};
pub use entropy::{Entropy, FixedEntropy, Seed, SystemEntropy};
