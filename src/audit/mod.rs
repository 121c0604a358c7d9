//! The audit trail: an entry for every decision, durable together with what was decided.
//!
//! An act that changes something appends its entry inside its unit of work ([`Entry::append`]); one that changes
//! nothing notes it ([`Entry::note`]) and does not wait. The store adds the sequence number and the chain. No entry
//! ever holds a password, token, code, verifier, assertion, cookie or secret.

mod entry;
mod event;
mod stateless;

pub use entry::Entry;
pub use event::{Event, Outcome};
pub use stateless::StatelessActs;
