//! What the protocol is like: tokens, proofs of keys, authorization requests.

mod authorization;
pub(super) mod details;
mod dpop;
mod profile;
mod tokens;

pub use authorization::Authorization;
pub use dpop::Dpop;
pub use tokens::Tokens;

pub(super) use authorization::read as read_authorization;
pub(super) use dpop::read as read_dpop;
pub(super) use profile::check as check_profile;
pub(super) use tokens::{check as check_tokens, read as read_tokens};
