//! Opening the store on disk: recover, then start the threads.

use super::super::opening::{OpenError, Opening};
use super::super::options::Options;
use super::Disk;
use super::checkpoint::Checkpoint;
use super::committer::Committer;
use super::folder::{Folder, make_ours_private};
use super::journal::Journal;
use super::keeper::{Keeper, Place};
use super::queue::Queue;
use super::recovery::{self, Recovered};
use super::space::Space;
use std::path::Path;
use std::sync::{Arc, Mutex};

impl Disk {
    /// Opens the store in `root`; gives also what had to be mended.
    pub(in crate::storage) fn open(root: &Path, options: &Options) -> Result<(Self, Opening), OpenError> {
        let folder = Folder::claim(root)?;
        let (recovered, opening) = recovery::recover(&folder, options)?;
        Ok((start(folder, recovered, options)?, opening))
    }
}

fn start(folder: Folder, recovered: Recovered, options: &Options) -> Result<Disk, OpenError> {
    let Recovered { index, settler, segments, audit } = recovered;
    let mark = settler.mark();
    let checkpoint = Checkpoint { sequence: mark.sequence, audit: audit.head() };
    index.tree().flush().map_err(OpenError::io("write to", &folder.index()))?;
    audit
        .file()
        .map_or(Ok(()), |file| file.sync_all())
        .map_err(OpenError::io("write to", &folder.audit()))?;
    checkpoint
        .write(&folder.checkpoint(), index.spent())
        .map_err(OpenError::io("write to", &folder.checkpoint()))?;
    let journal = Journal::resume(&folder.journal(), &segments, mark.sequence, options.journal_limit_bytes)
        .map_err(OpenError::io("write to", &folder.journal()))?;
    make_ours_private(folder.root())?;
    let index = Arc::new(index);
    let place = Place {
        index: Arc::clone(&index),
        journal: folder.journal(),
        snapshots: folder.snapshots(),
        checkpoint: folder.checkpoint(),
        snapshot_after_bytes: options.snapshot_after_bytes,
        min_free_bytes: options.min_free_bytes,
    };
    let queue = Arc::new(Queue::new(options.queue_limit, options.note_limit, options.note_delay));
    let threads = || OpenError::io("start the threads of the store in", folder.root());
    let committer = Committer {
        queue: Arc::clone(&queue),
        index: Arc::clone(&index),
        settler,
        journal,
        audit,
        keeper: Keeper::start(place, mark.sequence).map_err(threads())?,
        space: Space::new(folder.root(), options.min_free_bytes),
        mark,
        options: options.clone(),
        checkpoint: None,
        broken: None,
        told_drops: (0, None),
    };
    let thread = std::thread::Builder::new()
        .name("store-committer".to_owned())
        .spawn(move || committer.work())
        .map_err(threads())?;
    Ok(Disk { queue, index, committer: Mutex::new(Some(thread)), closed: false.into(), folder })
}
