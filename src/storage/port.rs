//! The storage port: what every backend offers, and the two ways in which a unit of work ends early.

use std::convert::Infallible;

/// A key and its value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// Pairs of key and value in ascending order of keys.
pub type Pairs = Vec<Pair>;

/// A consistent view of the stored pairs. Keys are ordered bytewise on every backend.
pub trait Read {
    /// The value under `key`, if there is one.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault>;

    /// Up to `limit` pairs whose key starts with `prefix`, in ascending order of keys, those after the key
    /// `after` alone where it is given (`after` is a whole key, prefix included).
    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Pairs, Fault>;
}

/// Stands for something that may be shown once: sixteen bytes of a cryptographic hash of it, so that nobody makes two of
/// the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub [u8; 16]);

/// What units of work run upon: the pairs, and what was shown once.
pub(super) trait State: Read {
    /// Whether `tag` was spent, and is remembered.
    fn is_spent(&self, tag: &Tag) -> Result<bool, Fault>;
}

/// One serialisable unit of work: it sees its own writes, and nobody sees them before it has ended well and they
/// are durable.
///
/// A unit may be run again, so it is pure: no I/O, no clock, no fresh randomness.
pub trait Txn: Read {
    /// Stores `value` (at most 64 KiB) under `key` (at most 1 KiB).
    fn put(&mut self, key: Vec<u8>, value: Vec<u8>);

    /// Removes `key`; nothing happens where it does not exist.
    fn delete(&mut self, key: Vec<u8>);

    /// Whether `tag` was spent, by this unit or before it, and is remembered.
    ///
    /// # Errors
    /// A [`Fault`] where the store fails.
    fn is_spent(&self, tag: &Tag) -> Result<bool, Fault>;

    /// Spends `tag`: it is remembered until somebody has the store forget what ended by the second `until` (since 1970).
    fn spend(&mut self, tag: Tag, until: u64);

    /// Appends `entry`, one JSON object on one line, to the audit log: durable together with the writes beside
    /// it. The store adds the sequence number and the hash of the entry before.
    fn append(&mut self, entry: Vec<u8>);
}

/// Why a unit of work ended early.
#[derive(Debug)]
pub enum Stop<R> {
    /// A considered answer: the writes made so far are KEPT (a replay is refused AND its family revoked).
    Refused(R),
    /// We failed: nothing is kept, the caller sees `server_error`.
    Fault(Fault),
}

/// The fault of a unit of work that never refuses.
impl From<Stop<Infallible>> for Fault {
    fn from(stop: Stop<Infallible>) -> Self {
        match stop {
            Stop::Refused(never) => match never {},
            Stop::Fault(fault) => fault,
        }
    }
}

impl<R> From<Fault> for Stop<R> {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// A failure of ours, never of the caller's: a disk, a damaged record, a store that is closing.
///
/// Logged with its request id; the client sees `server_error` and no more. Carries no secret.
#[derive(Debug, Clone)]
pub struct Fault {
    /// What kind of failure, for the answer's status.
    pub kind: FaultKind,
    /// What failed, for the operator's log.
    pub what: String,
}

/// The kinds of [`Fault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The store, or what it holds, is broken: 500.
    Broken,
    /// The store cannot take writes now (disk nearly full, queue full, closing): 503, try again.
    Unavailable,
}

impl Fault {
    /// A fault of kind [`FaultKind::Broken`].
    pub fn broken(what: impl Into<String>) -> Self {
        Self { kind: FaultKind::Broken, what: what.into() }
    }

    /// A fault of kind [`FaultKind::Unavailable`].
    pub fn unavailable(what: impl Into<String>) -> Self {
        Self { kind: FaultKind::Unavailable, what: what.into() }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.what)
    }
}

impl std::error::Error for Fault {}
