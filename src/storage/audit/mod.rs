//! The audit log beside the pairs: JSON lines, each with its number and the SHA-256 of the line before it.
//!
//! An entry taken out, changed or slipped in breaks the chain at that place for everyone who walks it.

mod chain;

pub(super) use chain::Chain;
pub use chain::{AuditEntry, Head};
