//! The files of the audit log: JSON lines, each file named for the number of its first entry.

use super::super::disk::Segment;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

const EXTENSION: &str = "jsonl";
/// No entry is as long as this; a longer line is damage, and is not read on.
const MAX_LINE_BYTES: u64 = 1024 * 1024;

/// Where the segment that begins with entry `first` lies.
pub(super) fn path(folder: &Path, first: u64) -> PathBuf {
    Segment::new(folder, first, EXTENSION).path
}

/// The segments in `folder`, in order.
pub(super) fn list(folder: &Path) -> io::Result<Vec<Segment>> {
    super::super::disk::list_segments(folder, EXTENSION)
}

/// The lines of one segment.
pub(super) struct Lines {
    reader: BufReader<File>,
    offset: u64,
}

/// A line of a segment.
pub(super) struct Line {
    /// Its bytes, without the newline.
    pub(super) bytes: Vec<u8>,
    /// Whether a newline ends it. The last line may still be on its way to the file.
    pub(super) whole: bool,
}

impl Lines {
    /// The lines of the file `path`.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { reader: BufReader::with_capacity(64 * 1024, File::open(path)?), offset: 0 })
    }

    /// How many bytes were read.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next line; none at the end of the file.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        let mut limited = io::Read::take(&mut self.reader, MAX_LINE_BYTES);
        let read = limited.read_until(b'\n', &mut bytes)?;
        self.offset += read as u64;
        let whole = bytes.last() == Some(&b'\n');
        if whole {
            bytes.pop();
        }
        Ok((read > 0).then_some(Line { bytes, whole }))
    }
}
