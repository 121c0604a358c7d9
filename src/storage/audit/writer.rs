//! The writing end of the audit log.

use super::super::disk::{open_for_append, sync_folder};
use super::chain::{Chain, Head};
use super::segments;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Appends to the last segment. What is written here is durable already, in the journal; so this does not sync,
/// except when a segment is full.
pub(in crate::storage) struct AuditWriter {
    folder: PathBuf,
    chain: Chain,
    file: Option<Arc<File>>,
    bytes: u64,
    limit: u64,
}

impl AuditWriter {
    /// Goes on after `head` in the segment `last`, or in a new one if there is none. A segment is closed at
    /// `limit` bytes.
    pub(super) fn resume(folder: &Path, last: Option<&Path>, head: Head, limit: u64) -> io::Result<Self> {
        let file = last.map(open_for_append).transpose()?;
        let bytes = file.as_ref().map_or(Ok(0), |file| file.metadata().map(|metadata| metadata.len()))?;
        let file = file.map(Arc::new);
        Ok(Self { folder: folder.to_owned(), chain: Chain::after(head), file, bytes, limit })
    }

    /// The end of the log.
    pub(in crate::storage) fn head(&self) -> Head {
        self.chain.head()
    }

    /// The segment that is being written; those before it are durable.
    pub(in crate::storage) fn file(&self) -> Option<Arc<File>> {
        self.file.clone()
    }

    /// Links `events` to the chain and writes their lines.
    pub(in crate::storage) fn write(&mut self, events: &[Vec<u8>]) -> io::Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let first = self.head().sequence + 1;
        let mut lines = Vec::new();
        for event in events {
            lines.extend(self.chain.link(event));
            lines.push(b'\n');
        }
        let file = self.segment(first)?;
        (&*file).write_all(&lines)?;
        self.bytes += lines.len() as u64;
        Ok(())
    }

    /// The segment for the entry `first`: the open one, or a new one if that is full. Where none can be begun the
    /// full one goes on.
    fn segment(&mut self, first: u64) -> io::Result<Arc<File>> {
        if let Some(file) = &self.file {
            if self.bytes < self.limit {
                return Ok(Arc::clone(file));
            }
            file.sync_all()?;
        }
        let file = match (open_for_append(&segments::path(&self.folder, first)), &self.file) {
            (Ok(file), _) => Arc::new(file),
            (Err(error), Some(full)) => {
                tracing::warn!(%error, "no new audit segment could be begun; the last one goes on");
                return Ok(Arc::clone(full));
            }
            (Err(error), None) => return Err(error),
        };
        sync_folder(&self.folder)?;
        self.bytes = 0;
        self.file = Some(Arc::clone(&file));
        Ok(file)
    }
}
