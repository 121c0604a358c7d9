//! The store on disk: sled as the ordered index, durability by a journal of our own.
//!
//! | file | is |
//! |---|---|
//! | `lock` | held by the process that has the folder |
//! | `journal/N.journal` | every group of units since the last but one snapshot, then room for more; the truth |
//! | `index/` | sled, the tree below the index; rebuilt whenever it does not hold what it should |
//! | `index.damaged/` | the index that the last rebuild replaced, kept for whoever wants to know why |
//! | `index.new/` | the one that a rebuild is making of a snapshot; what a crash left of it goes at the next |
//! | `audit/N.jsonl` | the audit log, for people and programs to read |
//! | `snapshots/N.snapshot` | all pairs and what was spent, so that the journal before can go |
//! | `checkpoint` | up to where index and audit files are durable by themselves, and what was spent until then |
//!
//! What is committed is readable from a memtable at once, and goes into the tree in steps between the groups. The journal
//! is dropped only when the tree, made durable, holds it whole. What may be shown once never goes into the tree: it is
//! kept in memory, and in each checkpoint and snapshot.
//!
//! The law: never start on less than was acknowledged. Sources agree or the start is refused.

mod checkpoint;
mod committer;
mod folder;
mod index;
mod journal;
mod keeper;
mod open;
mod queue;
mod rebuild;
mod recovery;
mod replay;
mod snapshot;
mod space;

pub(super) use checkpoint::Checkpoint;
pub(super) use folder::{audit_of, checkpoint_of, holds_store, open_for_append, sync_folder};
pub(super) use journal::segment::{Segment, list as list_segments};

use super::audit::{AuditEntry, AuditLog};
use super::port::{Fault, Pairs, Read, Stop, Txn};
use super::unit::Waiting;
use folder::Folder;
use index::Index;
use queue::Queue;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// The handle: reads go to the index at once, units to the committer.
pub(super) struct Disk {
    queue: Arc<Queue>,
    index: Arc<Index>,
    committer: Mutex<Option<JoinHandle<Result<(), Fault>>>>,
    closed: AtomicBool,
    folder: Folder,
}

impl Disk {
    /// Queues `unit`, waits without holding the thread, gives its answer.
    pub(super) async fn run<T, R, F>(&self, unit: F) -> Result<T, Stop<R>>
    where
        F: FnMut(&mut dyn Txn) -> Result<T, Stop<R>> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        let (reply, answer) = tokio::sync::oneshot::channel();
        // Whoever stopped waiting gets no answer.
        let reply = move |outcome| drop(reply.send(outcome));
        self.queue.push(Box::new(Waiting::new(unit, reply)))?;
        answer.await.unwrap_or_else(|_| Err(unanswered()))
    }

    /// As [`Disk::run`], on a thread that may wait.
    pub(super) fn run_blocking<T, R, F>(&self, unit: F) -> Result<T, Stop<R>>
    where
        F: FnMut(&mut dyn Txn) -> Result<T, Stop<R>> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        let (reply, answer) = sync_channel(1);
        let reply = move |outcome| drop(reply.send(outcome));
        self.queue.push(Box::new(Waiting::new(unit, reply)))?;
        answer.recv().unwrap_or_else(|_| Err(unanswered()))
    }

    /// Queues an audit event without waiting.
    pub(super) fn note(&self, event: Vec<u8>) {
        self.queue.note(event);
    }

    /// How many notes were dropped.
    pub(super) fn notes_dropped(&self) -> u64 {
        self.queue.dropped()
    }

    /// Forgets what was spent and need not be remembered from the second `now` on.
    pub(super) fn forget_spent(&self, now: u64) {
        self.index.spent().forget(now);
    }

    /// Up to `limit` audit entries with a number above `after`, from the files.
    pub(super) fn audit(&self, after: u64, limit: usize) -> Result<Vec<AuditEntry>, Fault> {
        let log = AuditLog::of(self.folder.root()).map_err(|error| Fault::broken(error.to_string()))?;
        let entries = log.entries_after(after).map_err(|broken| Fault::broken(broken.to_string()))?;
        entries.take(limit).collect::<Result<_, _>>().map_err(|broken| Fault::broken(broken.to_string()))
    }

    /// Makes durable what was accepted, with a checkpoint; then everything is refused.
    pub(super) fn close(&self) -> Result<(), Fault> {
        self.queue.close();
        let committer = self.committer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let ended = committer.map_or(Ok(()), |thread| {
            thread.join().unwrap_or_else(|_| Err(Fault::broken("the store's committer panicked")))
        });
        self.closed.store(true, Ordering::Release);
        ended
    }

    fn check_open(&self) -> Result<(), Fault> {
        if self.closed.load(Ordering::Acquire) {
            Err(Fault::unavailable("the store is closed"))
        } else {
            Ok(())
        }
    }
}

impl Read for Disk {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.check_open()?;
        self.index.get(key)
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Pairs, Fault> {
        self.check_open()?;
        self.index.scan(prefix, after, limit)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Err(fault) = self.close() {
            tracing::error!(%fault, "the store did not close well");
        }
    }
}

fn unanswered<R>() -> Stop<R> {
    Stop::Fault(Fault::unavailable("the store closed before the unit of work ran"))
}
