//! How the store on disk is run. The defaults suit a server; tests shrink them.

use std::time::Duration;

/// Settings of the store on disk.
#[derive(Debug, Clone)]
pub struct Options {
    /// A journal segment is closed, and a checkpoint made, once it holds this many bytes. Default 64 MiB.
    pub journal_limit_bytes: u64,
    /// What was committed goes on into the tree once about this many bytes of it wait in memory. Default 8 MiB.
    pub memtable_bytes: usize,
    /// How many pairs go into the tree at a time, while units wait. Default 256; at least 1.
    pub settle_pairs: usize,
    /// At the latest so long after a write a checkpoint is made. Default 30 s.
    pub checkpoint_every: Duration,
    /// A new snapshot is written once the journal has grown by this many bytes since the last one, or by the size
    /// of that one if it is larger. Default 256 MiB.
    pub snapshot_after_bytes: u64,
    /// How many units of work share one `fdatasync` at most. Default 512.
    pub group_limit: usize,
    /// How many units of work may wait; the next is answered "unavailable". Default 4,096.
    pub queue_limit: usize,
    /// How many tags may be remembered as spent; a unit that spends more is answered "unavailable". Default 4,000,000, of about 50
    /// bytes each.
    pub spent_limit: usize,
    /// How many noted audit events may wait; the next is dropped and counted. Default 32,768.
    pub note_limit: usize,
    /// How long a noted audit event waits for company before it is written. Default 50 ms.
    pub note_delay: Duration,
    /// With less free space than this many bytes, writes are answered "unavailable". Default 256 MiB.
    pub min_free_bytes: u64,
    /// An audit segment is closed once it holds this many bytes. Default 32 MiB.
    pub audit_segment_bytes: u64,
    /// How many bytes of the index are kept in memory at most. Default 64 MiB.
    pub cache_bytes: u64,
}

const MIB: u64 = 1024 * 1024;

impl Default for Options {
    fn default() -> Self {
        Self {
            journal_limit_bytes: 64 * MIB,
            memtable_bytes: 8 * 1024 * 1024,
            settle_pairs: 256,
            checkpoint_every: Duration::from_secs(30),
            snapshot_after_bytes: 256 * MIB,
            group_limit: 512,
            queue_limit: 4096,
            spent_limit: 4_000_000,
            note_limit: 32_768,
            note_delay: Duration::from_millis(50),
            min_free_bytes: 256 * MIB,
            audit_segment_bytes: 32 * MIB,
            cache_bytes: 64 * MIB,
        }
    }
}
