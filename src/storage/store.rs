//! The handle to a store, whichever backend stands behind it.

use super::audit::AuditEntry;
use super::disk::{self, Disk};
use super::memory::Memory;
use super::opening::{OpenError, Opening};
use super::options::Options;
use super::port::{Fault, Pairs, Read, Stop, Txn};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// A store. Cheap to clone; every clone is the same store.
///
/// Its [`Read`] gives the committed state, on the caller's thread, without waiting for writers. Records that must
/// agree with each other are read in a unit of work instead.
#[derive(Clone)]
pub struct Store(Arc<Backend>);

enum Backend {
    Memory(Box<Memory>),
    Disk(Disk),
}

impl Store {
    /// An empty store in memory, for tests. It rehearses: each unit of work runs twice, the first run
    /// is dropped, and a unit whose runs differ in what they write is refused as broken.
    pub fn memory() -> Self {
        Self(Arc::new(Backend::Memory(Box::default())))
    }

    /// Whether there is a store in `folder`; nothing is made.
    pub fn exists_in(folder: &Path) -> bool {
        disk::holds_store(folder)
    }

    /// Opens the store in `folder`, which is made if it does not exist, and brings it to the last state that was
    /// acknowledged. Gives also what had to be mended.
    pub fn open(folder: &Path, options: &Options) -> Result<(Self, Opening), OpenError> {
        let (disk, opening) = Disk::open(folder, options)?;
        Ok((Self(Arc::new(Backend::Disk(disk))), opening))
    }

    /// Runs `unit` as one serialisable unit of work, and answers when what it wrote is durable.
    ///
    /// The unit may run more than once, and may have taken effect although the caller stopped waiting.
    pub async fn run<T, R, F>(&self, unit: F) -> Result<T, Stop<R>>
    where
        F: FnMut(&mut dyn Txn) -> Result<T, Stop<R>> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        match &*self.0 {
            Backend::Memory(memory) => memory.run(unit),
            Backend::Disk(disk) => disk.run(unit).await,
        }
    }

    /// As [`Store::run`], for threads outside the asynchronous runtime: waits on the thread itself.
    pub fn run_blocking<T, R, F>(&self, unit: F) -> Result<T, Stop<R>>
    where
        F: FnMut(&mut dyn Txn) -> Result<T, Stop<R>> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        match &*self.0 {
            Backend::Memory(memory) => memory.run(unit),
            Backend::Disk(disk) => disk.run_blocking(unit),
        }
    }

    /// Queues `entry`, one JSON object on one line, for the audit log without waiting; durable within 100 ms.
    ///
    /// Never waits: an entry that finds the queue full, the store closed or the disk refusing is dropped, counted
    /// ([`Store::notes_dropped`]) and logged.
    pub fn note(&self, entry: Vec<u8>) {
        match &*self.0 {
            Backend::Memory(memory) => memory.note(&entry),
            Backend::Disk(disk) => disk.note(entry),
        }
    }

    /// How many noted entries were dropped since the store was opened.
    pub fn notes_dropped(&self) -> u64 {
        match &*self.0 {
            Backend::Memory(memory) => memory.notes_dropped(),
            Backend::Disk(disk) => disk.notes_dropped(),
        }
    }

    /// Appends `entry`, one JSON object on one line, to the audit log; durable on return.
    pub async fn append(&self, entry: Vec<u8>) -> Result<(), Fault> {
        let appended = self.run::<(), std::convert::Infallible, _>(move |txn| {
            txn.append(entry.clone());
            Ok(())
        });
        appended.await.map_err(Fault::from)
    }

    /// Forgets what was spent ([`Txn::spend`]) until the second `now` (since 1970) or before. After a crash some of it may be
    /// remembered again, until the next call.
    pub fn forget_spent(&self, now: u64) {
        match &*self.0 {
            Backend::Memory(memory) => memory.forget_spent(now),
            Backend::Disk(disk) => disk.forget_spent(now),
        }
    }

    /// Up to `limit` audit entries with a sequence number above `after`, in order. The store in memory remembers
    /// the latest 16,384 alone.
    pub fn audit(&self, after: u64, limit: usize) -> Result<Vec<AuditEntry>, Fault> {
        match &*self.0 {
            Backend::Memory(memory) => Ok(memory.audit(after, limit)),
            Backend::Disk(disk) => disk.audit(after, limit),
        }
    }

    /// Ends the store: what was accepted is made durable, then every call answers "unavailable". Closing again
    /// does nothing.
    pub fn close(&self) -> Result<(), Fault> {
        match &*self.0 {
            Backend::Memory(memory) => {
                memory.close();
                Ok(())
            }
            Backend::Disk(disk) => disk.close(),
        }
    }
}

impl Read for Store {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        match &*self.0 {
            Backend::Memory(memory) => memory.get(key),
            Backend::Disk(disk) => disk.get(key),
        }
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Pairs, Fault> {
        match &*self.0 {
            Backend::Memory(memory) => memory.scan(prefix, after, limit),
            Backend::Disk(disk) => disk.scan(prefix, after, limit),
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Store(..)")
    }
}
