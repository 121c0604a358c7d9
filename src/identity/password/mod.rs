//! Passwords: what may be one, and how it is kept.
//!
//! A password is prepared by RFC 8265 §4.2 (profile `OpaqueString`): Unicode NFC, other spaces become U+0020, and
//! nothing is cut, trimmed or folded, so every character counts. What is stored is its argon2id hash.

mod hashing;
mod params;
mod phc;
mod pool;
mod reply;
mod rules;
mod workers;

pub use hashing::Verdict;
pub use params::{HashParams, ParamsError};
pub use phc::PasswordHash;
pub use pool::{PasswordPool, PoolError, PoolPolicy, PoolStartError};
pub use rules::{MAX_BYTES, PasswordError, PasswordPolicy, check_new, prepare};
