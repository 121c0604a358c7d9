//! The keeper: a thread beside the committer that makes checkpoints and snapshots, and drops what they replace.
//!
//! Nobody waits for it. A checkpoint: the index and the audit file are made durable up to a sequence, then the
//! note of it, with what was spent. A snapshot is due when the journal has grown enough since the last one; then the journal before the
//! last but one can go, so that the newest snapshot may be damaged and nothing is lost.

use super::super::audit::Head;
use super::checkpoint::Checkpoint;
use super::index::Index;
use super::journal::segment::Segment;
use super::space::free_bytes;
use super::{journal, snapshot};
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How many snapshots are kept.
const KEPT_SNAPSHOTS: usize = 2;

/// A state that the index and the audit file hold.
pub(super) struct Request {
    /// The last frame that is in.
    pub(super) sequence: u64,
    /// The end of the audit log.
    pub(super) audit: Head,
    /// The audit segment that is being written; none while there is none. Those before it are durable.
    pub(super) file: Option<Arc<File>>,
    /// How many bytes of the journal it covers that no request before it did.
    pub(super) bytes: u64,
    /// When that state was reached: what came later is for the next request.
    pub(super) begun: Instant,
}

/// What the keeper works on.
pub(super) struct Place {
    pub(super) index: Arc<Index>,
    pub(super) journal: PathBuf,
    pub(super) snapshots: PathBuf,
    pub(super) checkpoint: PathBuf,
    pub(super) snapshot_after_bytes: u64,
    pub(super) min_free_bytes: u64,
}

/// The committer's end of the keeper.
pub(super) struct Keeper {
    requests: Option<SyncSender<Request>>,
    busy: Arc<AtomicBool>,
    thread: Option<JoinHandle<io::Result<()>>>,
    asked: Instant,
    asked_sequence: u64,
    bytes: u64,
}

impl Keeper {
    /// Starts the thread. `sequence` has been checkpointed already.
    pub(super) fn start(place: Place, sequence: u64) -> io::Result<Self> {
        let (requests, inbox) = sync_channel(1);
        let busy = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&busy);
        let thread = std::thread::Builder::new()
            .name("store-keeper".to_owned())
            .spawn(move || place.keep(&inbox, &flag))?;
        Ok(Self {
            requests: Some(requests),
            busy,
            thread: Some(thread),
            asked: Instant::now(),
            asked_sequence: sequence,
            bytes: 0,
        })
    }

    /// Counts bytes that went into the journal.
    pub(super) fn count(&mut self, bytes: u64) {
        if self.bytes == 0 {
            self.asked = Instant::now();
        }
        self.bytes += bytes;
    }

    /// How many bytes of the journal no checkpoint was asked for yet.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The same; none while the keeper is busy.
    pub(super) fn uncovered_bytes(&self) -> u64 {
        if self.busy.load(Ordering::Acquire) { 0 } else { self.bytes }
    }

    /// When the next checkpoint is due, if anything was written since the last and the keeper is free.
    pub(super) fn due(&self, sequence: u64, every: Duration) -> Option<Instant> {
        let idle = sequence == self.asked_sequence || self.busy.load(Ordering::Acquire);
        (!idle).then(|| self.asked + every)
    }

    /// Asks for a checkpoint. With `wait`, waits for one that is going on; otherwise one that is going on is
    /// enough.
    pub(super) fn ask(&mut self, request: Request, wait: bool) {
        let Request { sequence, bytes, begun, .. } = request;
        let was_busy = self.busy.swap(true, Ordering::AcqRel);
        let sent = self.requests.as_ref().is_some_and(|requests| {
            if wait {
                requests.send(request).is_ok()
            } else {
                !was_busy && requests.try_send(request).is_ok()
            }
        });
        if sent {
            self.asked = begun;
            self.asked_sequence = sequence;
            self.bytes = self.bytes.saturating_sub(bytes);
        }
    }

    /// Waits for the end of what is going on; gives the last failure.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.requests = None;
        self.thread.take().map_or(Ok(()), |thread| {
            thread.join().unwrap_or_else(|_| Err(io::Error::other("the store's keeper panicked")))
        })
    }
}

impl Place {
    fn keep(&self, inbox: &Receiver<Request>, busy: &AtomicBool) -> io::Result<()> {
        let mut last = Ok(());
        for request in inbox {
            last = self.checkpoint(&request).and_then(|()| self.snapshot(request.sequence));
            if let Err(error) = &last {
                tracing::error!(%error, "a checkpoint of the store failed; it will be tried again");
            }
            busy.store(false, Ordering::Release);
        }
        last
    }

    /// Makes durable what `request` names, then notes it.
    fn checkpoint(&self, request: &Request) -> io::Result<()> {
        self.index.tree().flush()?;
        if let Some(file) = &request.file {
            file.sync_data()?;
        }
        Checkpoint { sequence: request.sequence, audit: request.audit }
            .write(&self.checkpoint, self.index.spent())
    }

    /// Writes a snapshot if the journal has grown enough, and removes what is not needed any more.
    fn snapshot(&self, sequence: u64) -> io::Result<()> {
        let existing = snapshot::list(&self.snapshots)?;
        let last = existing.last();
        let covered = last.map_or(0, |last| last.first);
        let size = last.map_or(Ok(0), |last| fs::metadata(&last.path).map(|file| file.len()))?;
        let segments = journal::segments(&self.journal).map_err(io::Error::other)?;
        let grown = grown_since(&segments, covered)?;
        if sequence == covered || grown < self.snapshot_after_bytes.max(size) {
            return Ok(());
        }
        // As large as the last one; the first one is no larger than the journal, which still holds all.
        let expected = if size > 0 { size } else { grown };
        if free_bytes(&self.snapshots) < expected.saturating_add(self.min_free_bytes) {
            tracing::warn!(expected, "no room for a snapshot; the journal grows until there is");
            return Ok(());
        }
        snapshot::write(&self.snapshots, &self.index, sequence)?;
        let snapshots = snapshot::list(&self.snapshots)?;
        let old = snapshots.len().saturating_sub(KEPT_SNAPSHOTS);
        let Some(oldest_kept) = snapshots.get(old).filter(|_| snapshots.len() >= KEPT_SNAPSHOTS) else {
            return Ok(());
        };
        // The journal goes first: a crash in between leaves a snapshot too many, never one too few.
        for (segment, next) in segments.iter().zip(segments.iter().skip(1)) {
            if next.first <= oldest_kept.first + 1 {
                fs::remove_file(&segment.path)?;
            }
        }
        snapshots.iter().take(old).try_for_each(|snapshot| fs::remove_file(&snapshot.path))
    }
}

/// The bytes of the journal segments that begin after the frame `covered`.
fn grown_since(segments: &[Segment], covered: u64) -> io::Result<u64> {
    let mut bytes = 0;
    for segment in segments.iter().filter(|segment| segment.first > covered) {
        bytes += fs::metadata(&segment.path)?.len();
    }
    Ok(bytes)
}
