//! The note of the last checkpoint: up to where index and audit files are durable by themselves, and what was spent until
//! then, which lies nowhere else but in the journal.
//!
//! It is a promise as well: what it names was acknowledged, so a journal or an audit log that ends earlier has
//! lost something.
//!
//! ```text
//! head   "LKCHECK2", sequence (u64), end of the audit log: sequence (u64), hash (32 bytes); CRC-32C of all these
//! tags   for each: tag (16 bytes), until when it is remembered (u64); their number (u64); CRC-32C of all these
//! ```
//! Numbers are little-endian.

use super::super::audit::Head;
use super::super::port::Tag;
use super::super::spent::Spent;
use super::folder::replace;
use super::journal::cursor::Cursor;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

const MAGIC: &[u8; 8] = b"LKCHECK2";
/// The head, its checksum included.
const HEAD_BYTES: usize = 8 + 8 + 8 + 32 + 4;
/// The number of tags, and the checksum over them.
const END_BYTES: usize = 8 + 4;

/// What a checkpoint promises.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::storage) struct Checkpoint {
    /// The last journal frame that index and audit files hold.
    pub(in crate::storage) sequence: u64,
    /// The end of the audit log after that frame.
    pub(in crate::storage) audit: Head,
}

impl Checkpoint {
    /// Replaces the note at `path`; durable on return. `spent` has what was spent up to this checkpoint at least.
    pub(in crate::storage) fn write(&self, path: &Path, spent: &Spent) -> io::Result<()> {
        let mut head = MAGIC.to_vec();
        head.extend(self.sequence.to_le_bytes());
        head.extend(self.audit.sequence.to_le_bytes());
        head.extend(self.audit.hash);
        head.extend(crc32c::crc32c(&head).to_le_bytes());
        replace(path, |file| {
            file.write_all(&head)?;
            let (mut count, mut checksum) = (0_u64, 0);
            spent.visit(&mut |tags| {
                let bytes: Vec<u8> = tags.iter().flat_map(entry).collect();
                count += tags.len() as u64;
                checksum = crc32c::crc32c_append(checksum, &bytes);
                file.write_all(&bytes)
            })?;
            let count = count.to_le_bytes();
            file.write_all(&count)?;
            file.write_all(&crc32c::crc32c_append(checksum, &count).to_le_bytes())
        })
    }

    /// Reads the head of the note at `path`; none if there is none, or none that makes sense.
    pub(in crate::storage) fn read(path: &Path) -> Option<Self> {
        let mut head = [0; HEAD_BYTES];
        File::open(path).and_then(|mut file| file.read_exact(&mut head)).ok()?;
        Self::decode(&head)
    }

    fn decode(head: &[u8]) -> Option<Self> {
        let (content, checksum) = head.split_at_checked(HEAD_BYTES.checked_sub(4)?)?;
        let mut cursor = Cursor::new(content);
        if cursor.take(8)? != MAGIC || crc32c::crc32c(content).to_le_bytes() != checksum {
            return None;
        }
        let sequence = cursor.u64()?;
        let audit = Head { sequence: cursor.u64()?, hash: cursor.take(32)?.try_into().ok()? };
        cursor.is_empty().then_some(Self { sequence, audit })
    }
}

/// What was read of a note: each part is none where it does not make sense.
#[derive(Debug, Default)]
pub(super) struct Note {
    /// What it promises.
    pub(super) checkpoint: Option<Checkpoint>,
    /// What was spent.
    pub(super) spent: Option<Spent>,
}

impl Note {
    /// Reads the note at `path`, if there is one.
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        match fs::read(path) {
            Ok(bytes) => Ok(bytes.split_at_checked(HEAD_BYTES).map_or_else(Self::default, |(head, tags)| {
                Self { checkpoint: Checkpoint::decode(head), spent: decode_tags(tags) }
            })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }
}

fn decode_tags(bytes: &[u8]) -> Option<Spent> {
    let (tags, end) = bytes.split_at_checked(bytes.len().checked_sub(END_BYTES)?)?;
    let (mut tags_left, mut end) = (Cursor::new(tags), Cursor::new(end));
    let count = end.u64()?;
    if end.u32()? != crc32c::crc32c_append(crc32c::crc32c(tags), &count.to_le_bytes()) {
        return None;
    }
    let spent = Spent::default();
    for _ in 0..count {
        spent.extend([(Tag(tags_left.take(16)?.try_into().ok()?), tags_left.u64()?)]);
    }
    tags_left.is_empty().then_some(spent)
}

fn entry((Tag(tag), until): &(Tag, u64)) -> impl Iterator<Item = u8> {
    tag.iter().copied().chain(until.to_le_bytes())
}
