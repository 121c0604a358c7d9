//! The note of the last checkpoint: up to where index and audit files are durable by themselves.
//!
//! It is a promise as well: what it names was acknowledged, so a journal or an audit log that ends earlier has
//! lost something.

use super::super::audit::Head;
use super::folder::replace;
use super::journal::cursor::Cursor;
use std::fs;
use std::io;
use std::path::Path;

const MAGIC: &[u8; 8] = b"LKCHECK1";

/// What a checkpoint promises.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::storage) struct Checkpoint {
    /// The last journal frame that index and audit files hold.
    pub(in crate::storage) sequence: u64,
    /// The end of the audit log after that frame.
    pub(in crate::storage) audit: Head,
}

impl Checkpoint {
    /// Replaces the note at `path`; durable on return.
    pub(in crate::storage) fn write(&self, path: &Path) -> io::Result<()> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(self.sequence.to_le_bytes());
        bytes.extend(self.audit.sequence.to_le_bytes());
        bytes.extend(self.audit.hash);
        bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
        replace(path, |file| file.write_all(&bytes))
    }

    /// Reads the note at `path`; none if there is none, or none that makes sense.
    pub(in crate::storage) fn read(path: &Path) -> Option<Self> {
        let bytes = fs::read(path).ok()?;
        let (content, checksum) = bytes.split_at_checked(bytes.len().checked_sub(4)?)?;
        let mut cursor = Cursor::new(content);
        if cursor.take(8)? != MAGIC || crc32c::crc32c(content).to_le_bytes() != checksum {
            return None;
        }
        let sequence = cursor.u64()?;
        let audit = Head { sequence: cursor.u64()?, hash: cursor.take(32)?.try_into().ok()? };
        cursor.is_empty().then_some(Self { sequence, audit })
    }
}
