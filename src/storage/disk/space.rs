//! Whether the disk has room left. Writes stop before the file system refuses, so that nothing is half written.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_secs(1);

/// How many bytes are free on the file system of `folder`. One that does not say is taken to have room: a write that
/// fails stops the store anyway.
pub(super) fn free_bytes(folder: &Path) -> u64 {
    rustix::fs::statvfs(folder).map_or(u64::MAX, |stat| stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Looks at the free space of a folder's file system, at most once a second.
pub(super) struct Space {
    folder: PathBuf,
    min_free_bytes: u64,
    looked: Option<Instant>,
    short: bool,
}

impl Space {
    /// Watches the file system of `folder`, which shall keep `min_free_bytes` free.
    pub(super) fn new(folder: &Path, min_free_bytes: u64) -> Self {
        Self { folder: folder.to_owned(), min_free_bytes, looked: None, short: false }
    }

    /// Whether writes must wait for room.
    pub(super) fn is_short(&mut self) -> bool {
        if self.looked.is_none_or(|looked| looked.elapsed() >= EVERY) {
            self.looked = Some(Instant::now());
            let short = free_bytes(&self.folder) < self.min_free_bytes;
            if short != self.short {
                tracing::warn!(short, min_free_bytes = self.min_free_bytes, "free disk space for the store");
            }
            self.short = short;
        }
        self.short
    }
}
