//! Signing keys: their states and times, the plan that turns them, sealing at rest, signing, verifying, the JWKS.
//!
//! # The life of a key
//!
//! ```text
//! pending --> published --> active --> retired --> (removed)
//!     \___________\___________\__________\_____> revoked
//! ```
//!
//! - Each algorithm has exactly one **active** key, and beside it a **published** spare that verifiers already have:
//!   a scheduled turn waits until the spare has stood in the served JWKS for the whole lead time; an emergency
//!   turn ([`lifecycle::revoke`]) takes it at once.
//! - A **retired** key has no private half any more; it stays in the JWKS for the longest life of anything that it
//!   signed, and the clock skew.
//! - [`lifecycle::plan`] is a pure function of the stored keys and the time; [`lifecycle::apply`] does what it says
//!   in one unit of work; [`KeyRing`] swaps in the new [`Snapshot`] after the commit. `jobs::rotate_keys` turns
//!   the wheel.
//! - Reads never wait: whoever signs, verifies or serves the JWKS loads the current [`Snapshot`].

mod error;
mod generate;
mod jwks;
mod jwt;
pub mod lifecycle;
pub mod provider;
mod public;
mod ring;
pub mod sealing;
pub mod server_secret;
mod signer;
mod snapshot;
mod verify;
mod verifying_key;

pub use crate::jose::thumbprint;
pub use crate::records::SignatureAlgorithm as Algorithm;
pub use error::KeyError;
pub use generate::{NewKey, generate};
pub use jwks::JwksDocument;
pub use lifecycle::KeyPolicy;
pub use ring::KeyRing;
pub use signer::{OpensslSigner, Signer};
pub use snapshot::Snapshot;
pub use verify::{Expected, VerifyError};
pub use verifying_key::VerifyingKey;
