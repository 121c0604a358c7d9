//! Storage: an ordered, transactional key-value store with an audit log beside it.
//!
//! [`Txn`] is the port that everything above uses; [`Store`] the handle that runs units of work. Nothing above
//! this module knows which backend stands behind it.

mod port;

pub use port::{Fault, FaultKind, Read, Stop, Txn};
