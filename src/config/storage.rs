//! `[storage]`: how the data folder is written.

use super::reader::Section;
use super::units::Size;
use std::time::Duration;

/// `[storage]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// A checkpoint is made at the latest so long after a write.
    pub checkpoint_every: Duration,
    /// A checkpoint is made once the journal holds so much.
    pub journal_limit: Size,
    /// With less free space on the disk, writes are answered 503 while reads go on.
    pub min_free: Size,
    /// How much of the index is kept in memory at most.
    pub cache: Size,
}

pub(super) fn read(mut section: Section<'_>) -> Storage {
    let seconds = Duration::from_secs;
    let mib = Size::mebibytes;
    Storage {
        checkpoint_every: section.take_within("checkpoint_every", seconds(30), seconds(1)..=seconds(3600)),
        journal_limit: section.take_within("journal_limit", mib(64), mib(1)..=mib(4096)),
        min_free: section.take_within("min_free", mib(256), mib(1)..=mib(1024 * 1024)),
        cache: section.take_within("cache", mib(64), mib(1)..=mib(1024 * 1024)),
    }
}
