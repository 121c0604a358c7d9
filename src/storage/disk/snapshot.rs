//! Snapshots: every pair in one file, and what was spent, so that the journal before it can go.
//!
//! A snapshot begun at sequence S is written while units go on, so later writes may be in it. That does no harm:
//! the journal from S+1 on is replayed over it, each write sets what it sets, and the end is the same.
//! The file is a row of frames, about a mebibyte each; the last one has nothing in it, and a mark that counts all.
//!
//! Their place is kept here for what comes later: snapshots by the clock and by the operator's order (backup,
//! restore to a point in time), and a walk over all that compares records with their indexes (fsck).

use super::super::audit::Head;
use super::super::changes::Changes;
use super::super::port::{Fault, Tag};
use super::super::spent::Spent;
use super::folder::replace;
use super::index::{Index, Mark, checksum};
use super::journal::frame::Frame;
use super::journal::frames::{Frames, Next};
use super::journal::segment::{self, Segment};
use std::io::{self, Write};
use std::path::Path;

const EXTENSION: &str = "snapshot";
/// How many bytes of pairs go into one frame.
const CHUNK_BYTES: usize = 1024 * 1024;

/// The snapshots in `folder`, the oldest first; `first` is the sequence at which each was begun.
pub(super) fn list(folder: &Path) -> io::Result<Vec<Segment>> {
    segment::list(folder, EXTENSION)
}

/// Writes all that the tree of `index` holds, which is everything up to `sequence` at least, and what was spent, to a new
/// snapshot in `folder`.
pub(super) fn write(folder: &Path, index: &Index, sequence: u64) -> io::Result<()> {
    replace(&Segment::new(folder, sequence, EXTENSION).path, |file| {
        let mut mark = Mark { sequence, ..Mark::default() };
        let mut chunk = Changes::default();
        let mut bytes = 0;
        index.tree().for_each::<Failure, _>(&mut |key, value| {
            if !key.is_empty() {
                mark.add(checksum(key, value));
                bytes += key.len() + value.len();
                chunk.writes.insert(key.to_vec(), Some(value.to_vec()));
                if bytes >= CHUNK_BYTES {
                    put(file, mark, std::mem::take(&mut chunk))?;
                    bytes = 0;
                }
            }
            Ok(())
        })?;
        if !chunk.is_empty() {
            put(file, mark, chunk)?;
        }
        index.spent().visit::<Failure>(&mut |tags| {
            for (tag, until) in &tags {
                mark.add(tag_checksum(*tag, *until));
            }
            put(file, mark, Changes { spent: tags.into_iter().collect(), ..Changes::default() })
        })?;
        Ok(put(file, mark, Changes::default())?)
    })
}

fn put(file: &mut dyn Write, mark: Mark, changes: Changes) -> Result<(), Failure> {
    let frame = Frame { mark, audit_before: Head::default(), changes };
    let bytes = frame.encode().ok_or_else(|| io::Error::other("a snapshot frame is too large"))?;
    Ok(file.write_all(&bytes)?)
}

/// What was spent, by the snapshot at `path`. Says what is wrong with one that is not whole.
pub(super) fn spent(path: &Path) -> Result<Spent, String> {
    let spent = Spent::default();
    read(path, &mut |frame| {
        spent.extend(frame.changes.spent);
        Ok(())
    })?;
    Ok(spent)
}

/// Hands the frames of the snapshot at `path` to `visit`. Says what is wrong with a snapshot that is not whole.
pub(super) fn read(path: &Path, visit: &mut dyn FnMut(Frame) -> Result<(), String>) -> Result<(), String> {
    let mut frames = Frames::open(path).map_err(|error| error.to_string())?;
    let mut found = Mark::default();
    loop {
        match frames.next().map_err(|error| error.to_string())? {
            Next::Frame(frame) if frame.changes.is_empty() => {
                let whole =
                    (frame.mark.pairs, frame.mark.sum) == (found.pairs, found.sum) && frames.left() == 0;
                return if whole { Ok(()) } else { Err("it does not hold what it should".to_owned()) };
            }
            Next::Frame(frame) => {
                for (key, value) in &frame.changes.writes {
                    found.add(checksum(key, value.as_deref().unwrap_or_default()));
                }
                for (tag, until) in &frame.changes.spent {
                    found.add(tag_checksum(*tag, *until));
                }
                visit(*frame)?;
            }
            Next::End => return Err("its end is missing".to_owned()),
            Next::Torn | Next::Room => return Err(format!("it is broken at byte {}", frames.offset())),
        }
    }
}

fn tag_checksum(Tag(tag): Tag, until: u64) -> u32 {
    checksum(&tag, &until.to_le_bytes())
}

/// Either way in which writing fails.
struct Failure(io::Error);

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self(error)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self(io::Error::other(fault))
    }
}

impl From<Failure> for io::Error {
    fn from(failure: Failure) -> Self {
        failure.0
    }
}
