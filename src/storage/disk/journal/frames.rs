//! Reading the frames of one file, and telling an unfinished end from damage.

use super::frame::{Frame, HEADER_BYTES, Header};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// The frames of one file, in order.
pub(in crate::storage::disk) struct Frames {
    reader: BufReader<File>,
    length: u64,
    offset: u64,
}

/// What comes next in the file.
pub(in crate::storage::disk) enum Next {
    /// A whole frame.
    Frame(Box<Frame>),
    /// The file ends here, between two frames.
    End,
    /// The file goes on, with nothing but zeros: room for frames to come.
    Room,
    /// No whole frame begins here, although the file goes on.
    Torn,
}

impl Frames {
    /// The frames of the file `path`.
    pub(in crate::storage::disk) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self { reader: BufReader::with_capacity(256 * 1024, file), length, offset: 0 })
    }

    /// Where the next frame begins, in bytes from the start of the file.
    pub(in crate::storage::disk) fn offset(&self) -> u64 {
        self.offset
    }

    /// How many bytes of the file come after the frames that were read.
    pub(in crate::storage::disk) fn left(&self) -> u64 {
        self.length.saturating_sub(self.offset)
    }

    /// Reads on. After [`Next::Torn`] and [`Next::Room`] this reads nothing sensible any more.
    pub(in crate::storage::disk) fn next(&mut self) -> io::Result<Next> {
        if self.left() == 0 {
            return Ok(Next::End);
        }
        let whole = HEADER_BYTES as u64;
        if self.left() < whole {
            return Ok(if self.is_room()? { Next::Room } else { Next::Torn });
        }
        let mut header = [0; HEADER_BYTES];
        self.reader.read_exact(&mut header)?;
        if header == [0; HEADER_BYTES] && self.is_room()? {
            return Ok(Next::Room);
        }
        let Some(header) =
            Header::decode(&header).filter(|header| header.length as u64 <= self.left() - whole)
        else {
            return Ok(Next::Torn);
        };
        let mut body = vec![0; header.length];
        self.reader.read_exact(&mut body)?;
        let Some(frame) = Frame::decode(&header, &body) else { return Ok(Next::Torn) };
        self.offset += whole + header.length as u64;
        Ok(Next::Frame(Box::new(frame)))
    }

    /// Whether all that is left to read is zero. Frames are numbered from 1, so none is.
    fn is_room(&mut self) -> io::Result<bool> {
        loop {
            match self.reader.fill_buf()? {
                [] => return Ok(true),
                bytes if bytes.iter().any(|byte| *byte != 0) => return Ok(false),
                bytes => {
                    let count = bytes.len();
                    self.reader.consume(count);
                }
            }
        }
    }

    /// How many bytes stand behind the frames that were read, without zeros at the end.
    pub(in crate::storage::disk) fn unread(&mut self) -> io::Result<u64> {
        self.reader.seek(SeekFrom::Start(self.offset))?;
        let (mut last, mut place) = (0, 0);
        loop {
            let bytes = self.reader.fill_buf()?;
            if bytes.is_empty() {
                return Ok(last);
            }
            if let Some(found) = bytes.iter().rposition(|byte| *byte != 0) {
                last = place + found as u64 + 1;
            }
            let count = bytes.len();
            place += count as u64;
            self.reader.consume(count);
        }
    }

    /// Whether a whole frame with a number above `sequence` stands anywhere after the torn place.
    ///
    /// Each frame is made durable before the next is written, so if one follows, the torn one was acknowledged:
    /// that is damage, and no unfinished end.
    pub(in crate::storage::disk) fn goes_on_after(&mut self, sequence: u64) -> io::Result<bool> {
        self.reader.seek(SeekFrom::Start(self.offset))?;
        let mut rest = Vec::new();
        self.reader.read_to_end(&mut rest)?;
        Ok((0..rest.len()).any(|start| {
            rest.get(start..).and_then(|from| from.split_at_checked(HEADER_BYTES)).is_some_and(
                |(header, after)| {
                    Header::decode(header)
                        .filter(|header| header.sequence > sequence && header.sequence - sequence < 1 << 32)
                        .is_some_and(|header| {
                            after
                                .get(..header.length)
                                .is_some_and(|body| Frame::decode(&header, body).is_some())
                        })
                },
            )
        }))
    }
}
