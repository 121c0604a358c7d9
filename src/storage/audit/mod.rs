//! The audit log beside the pairs: JSON lines, each with its number and the SHA-256 of the line before it.
//!
//! An entry taken out, changed or slipped in breaks the chain at that place for everyone who walks it. The lines
//! lie in segment files, which [`AuditLog`] reads without the store; what makes an entry durable is the journal.

mod chain;
mod log;
mod restore;
mod segments;
mod writer;

pub(super) use chain::Chain;
pub use chain::{AuditEntry, Head};
pub use log::{AuditLog, Broken, Entries};
pub(super) use restore::Restore;
pub(super) use writer::AuditWriter;
