//! The journal: the one place whose `fdatasync` makes a group durable.
//!
//! Segments follow each other without a gap; each is named for its first frame. The last one ends in zeros: room for frames to
//! come. A frame that is written where the file has bytes already costs the disk nothing but itself; one that makes the
//! file longer makes it write down the length as well.

pub(super) mod cursor;
pub(super) mod frame;
pub(super) mod frames;
pub(in crate::storage) mod segment;

use super::super::audit::Head;
use super::super::opening::OpenError;
use super::folder::{open_for_writing, sync_folder};
use frame::Frame;
use frames::{Frames, Next};
use segment::Segment;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const EXTENSION: &str = "journal";
/// How much room is made at a time, in bytes.
const ROOM_BYTES: u64 = 256 * 1024;

/// The segments of the journal in `folder`, in order.
pub(super) fn segments(folder: &Path) -> Result<Vec<Segment>, OpenError> {
    segment::list(folder, EXTENSION).map_err(OpenError::io("read", folder))
}

/// Where the journal ends.
#[derive(Debug, Default)]
pub(super) struct End {
    /// The number of the last whole frame; 0 in an empty journal.
    pub(super) sequence: u64,
    /// Where the audit log stood before the first frame that was read, if any was.
    pub(super) audit_before: Option<Head>,
    /// What comes behind the last frame, if anything does.
    pub(super) tail: Option<Tail>,
}

/// What is no frame, at the end of the last segment.
#[derive(Debug)]
pub(super) struct Tail {
    path: PathBuf,
    /// Where it begins, in bytes.
    offset: u64,
    /// How many bytes an unfinished frame has of it; none where it is mere room.
    unfinished: u64,
}

/// Reads every frame from the segment that holds `from` on, and hands those from `from` on to `visit`.
///
/// Refuses a gap, and a torn frame that others follow.
pub(super) fn read(
    segments: &[Segment],
    from: u64,
    visit: &mut dyn FnMut(Frame) -> Result<(), OpenError>,
) -> Result<End, OpenError> {
    let skipped = segments.partition_point(|segment| segment.first <= from).saturating_sub(1);
    let needed = segments.get(skipped..).unwrap_or_default();
    let mut end = End::default();
    if let Some(first) = needed.first() {
        end.sequence = first.first.saturating_sub(1);
    }
    for (place, segment) in needed.iter().enumerate() {
        if segment.first != end.sequence + 1 {
            return Err(gap(segment, end.sequence));
        }
        let last = place + 1 == needed.len();
        read_segment(segment, last, from, &mut end, visit)?;
    }
    Ok(end)
}

fn read_segment(
    segment: &Segment,
    last: bool,
    from: u64,
    end: &mut End,
    visit: &mut dyn FnMut(Frame) -> Result<(), OpenError>,
) -> Result<(), OpenError> {
    let io = |error| OpenError::io("read", &segment.path)(error);
    let mut frames = Frames::open(&segment.path).map_err(io)?;
    loop {
        match frames.next().map_err(io)? {
            Next::Room if last => {
                end.tail = Some(Tail { path: segment.path.clone(), offset: frames.offset(), unfinished: 0 });
                return Ok(());
            }
            // A crash may have come before the room was taken from a segment that was closed.
            Next::End | Next::Room => return Ok(()),
            Next::Torn if last && !frames.goes_on_after(end.sequence).map_err(io)? => {
                let (path, offset) = (segment.path.clone(), frames.offset());
                end.tail = Some(Tail { path, offset, unfinished: frames.unread().map_err(io)? });
                return Ok(());
            }
            Next::Torn => return Err(torn(segment, frames.offset(), end.sequence + 1)),
            Next::Frame(frame) if frame.mark.sequence == end.sequence + 1 => {
                end.sequence += 1;
                if frame.mark.sequence >= from {
                    end.audit_before.get_or_insert(frame.audit_before);
                    visit(*frame)?;
                }
            }
            Next::Frame(_) => return Err(gap(segment, end.sequence)),
        }
    }
}

fn torn(segment: &Segment, offset: u64, sequence: u64) -> OpenError {
    OpenError::Damaged {
        path: segment.path.clone(),
        what: format!(
            "journal frame {sequence}, at byte {offset}, is broken although frames follow it; put the file back from \
             a copy of the data folder (nothing was changed)"
        ),
    }
}

fn gap(segment: &Segment, sequence: u64) -> OpenError {
    OpenError::Damaged {
        path: segment.path.clone(),
        what: format!(
            "the journal has a gap after frame {sequence}; put the missing file back from a copy of the data folder \
             (nothing was changed)"
        ),
    }
}

/// Makes durable what the journal holds: a process that was killed may have written its last frame without waiting
/// for the disk.
pub(super) fn sync(folder: &Path, segments: &[Segment]) -> Result<(), OpenError> {
    let Some(last) = segments.last() else { return Ok(()) };
    let synced = || {
        let file = File::open(&last.path)?;
        if file.metadata()?.len() > 0 {
            file.sync_all()?;
        }
        sync_folder(folder)
    };
    synced().map_err(OpenError::io("sync", &last.path))
}

/// Cuts off what is no frame, if there is anything. Gives how many bytes an unfinished one had.
pub(super) fn cut(end: &End) -> Result<u64, OpenError> {
    let Some(Tail { path, offset, unfinished }) = &end.tail else { return Ok(0) };
    let trimmed = OpenOptions::new().write(true).open(path).and_then(|file| {
        file.set_len(*offset)?;
        file.sync_all()
    });
    trimmed.map_err(OpenError::io("cut off what is behind the last frame of", path))?;
    Ok(*unfinished)
}

/// The writing end of the journal.
pub(super) struct Journal {
    folder: PathBuf,
    file: File,
    /// Where the next frame goes.
    bytes: u64,
    /// How long the file is: what lies behind `bytes` is zeros.
    length: u64,
    limit: u64,
}

impl Journal {
    /// Goes on in the last of `segments`, or begins the first one. A segment is closed at `limit` bytes.
    pub(super) fn resume(folder: &Path, segments: &[Segment], sequence: u64, limit: u64) -> io::Result<Self> {
        let fresh = Segment::new(folder, sequence + 1, EXTENSION);
        let path = &segments.last().unwrap_or(&fresh).path;
        let file = open_for_writing(path)?;
        sync_folder(folder)?;
        let bytes = file.metadata()?.len();
        Ok(Self { folder: folder.to_owned(), file, bytes, length: bytes, limit })
    }

    /// Makes room for the frame `sequence` of `bytes`, in a new segment if the last one is full. After an error no frame is
    /// changed, and it may be tried again.
    pub(super) fn make_room(&mut self, sequence: u64, bytes: u64) -> io::Result<()> {
        if self.bytes >= self.limit {
            let file = open_for_writing(&Segment::new(&self.folder, sequence, EXTENSION).path)?;
            sync_folder(&self.folder)?;
            self.trim()?;
            (self.file, self.bytes, self.length) = (file, 0, 0);
        }
        let needed = self.bytes + bytes;
        if needed > self.length {
            let more = needed + ROOM_BYTES.min(self.limit) - self.length;
            let zeros = vec![0; usize::try_from(more).map_err(io::Error::other)?];
            self.file.write_all_at(&zeros, self.length)?;
            self.length += more;
        }
        Ok(())
    }

    /// Gives the room back that is left.
    fn trim(&mut self) -> io::Result<()> {
        if self.length > self.bytes {
            self.file.set_len(self.bytes)?;
            self.length = self.bytes;
        }
        Ok(())
    }

    /// Writes the encoded frame `bytes`, for which there is room; durable on return.
    ///
    /// After an error nobody knows what the file holds: nothing may be appended to it any more.
    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, self.bytes)?;
        self.file.sync_data()?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // Zeros that stay are taken for room at the next start.
        let _ = self.trim();
    }
}
