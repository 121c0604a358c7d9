//! Storage: an ordered, transactional key-value store with an audit log beside it.
//!
//! [`Txn`] is the port that everything above uses; [`Store`] the handle that runs units of work. Nothing above
//! this module knows which backend stands behind it.

pub mod audit;
mod changes;
mod disk;
mod limits;
mod memory;
mod merge;
mod opening;
mod options;
mod overlay;
mod pages;
mod port;
mod spent;
mod store;
mod unit;

pub use limits::{MAX_EVENT_BYTES, MAX_KEY_BYTES, MAX_VALUE_BYTES};
pub use opening::{OpenError, Opening};
pub use options::Options;
pub use port::{Fault, FaultKind, Pair, Pairs, Read, Stop, Tag, Txn};
pub use store::Store;
