//! Bringing the audit files to what the journal says, at start.
//!
//! Up to the last checkpoint the files must be as they were left: nothing else holds those entries. After it the
//! journal knows every entry, so lines that a crash kept from the files are written again.

use super::super::opening::OpenError;
use super::chain::hash_of;
use super::chain::{Chain, Head};
use super::segments::{self, Lines};
use super::writer::AuditWriter;
use std::collections::VecDeque;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// The audit files, compared entry by entry with what should be there.
pub(in crate::storage) struct Restore {
    folder: PathBuf,
    /// The entries that should be there, so far.
    chain: Chain,
    /// The end of those that are there.
    accepted: Head,
    /// Where that end lies: a file, and the bytes of it that are good.
    good: Option<(PathBuf, u64)>,
    reading: Option<(PathBuf, Lines)>,
    unread: VecDeque<PathBuf>,
    missing: Vec<Vec<u8>>,
    altered: Option<u64>,
}

/// What was done to the files.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::storage) struct Restored {
    /// How many entries the files lacked.
    pub(in crate::storage) entries: u64,
    /// The first entry that stood there otherwise than the journal has it.
    pub(in crate::storage) altered: Option<u64>,
}

impl Restore {
    /// Checks that the files in `folder` reach `base` and have its hash there.
    pub(in crate::storage) fn after(folder: &Path, base: Head) -> Result<Self, OpenError> {
        let read = |error| OpenError::io("read", folder)(error);
        let files = segments::list(folder).map_err(read)?;
        let skipped = files.partition_point(|file| file.first <= base.sequence).saturating_sub(1);
        let mut number = files.get(skipped).map_or(0, |file| file.first.saturating_sub(1));
        let mut restore = Self {
            folder: folder.to_owned(),
            chain: Chain::after(base),
            accepted: base,
            good: None,
            reading: None,
            unread: files.into_iter().skip(skipped).map(|file| file.path).collect(),
            missing: Vec::new(),
            altered: None,
        };
        let mut hash = Head::default().hash;
        while number < base.sequence {
            let Some(line) = restore.next_whole().map_err(read)? else { break };
            number += 1;
            if number == base.sequence {
                hash = hash_of(&line);
            }
            restore.accept();
        }
        if (base.sequence > 0 && number != base.sequence) || hash != base.hash {
            return Err(broken_before(folder, number.min(base.sequence), base.sequence));
        }
        Ok(restore)
    }

    /// The next entry, as the journal has it.
    pub(in crate::storage) fn expect(&mut self, event: &[u8]) -> io::Result<()> {
        let expected = self.chain.link(event);
        if self.missing.is_empty() {
            match self.next_whole()? {
                Some(line) if line == expected => {
                    self.accept();
                    self.accepted = self.chain.head();
                    return Ok(());
                }
                Some(_) => self.altered = Some(self.chain.head().sequence),
                None => {}
            }
        }
        self.missing.push(event.to_vec());
        Ok(())
    }

    /// The end of the log, with all that was expected so far.
    pub(in crate::storage) fn expected(&self) -> Head {
        self.chain.head()
    }

    /// Refuses entries that the journal does not know: it must have lost them. To be asked when every entry was
    /// expected, before anything is changed.
    pub(in crate::storage) fn refuse_unknown(&mut self) -> Result<(), OpenError> {
        let next = if self.missing.is_empty() { self.next_whole() } else { Ok(None) };
        match next.map_err(OpenError::io("read", &self.folder))? {
            Some(_) => Err(unknown_entry(&self.folder, self.accepted.sequence)),
            None => Ok(()),
        }
    }

    /// Writes what was missing, in segments of `limit` bytes; gives the writing end.
    pub(in crate::storage) fn finish(mut self, limit: u64) -> Result<(AuditWriter, Restored), OpenError> {
        let folder = self.folder.clone();
        let write = |error| OpenError::io("write to", &folder)(error);
        self.cut().map_err(write)?;
        let last = self.good.as_ref().map(|(path, _)| path.as_path());
        let mut writer = AuditWriter::resume(&folder, last, self.accepted, limit).map_err(write)?;
        writer.write(&self.missing).map_err(write)?;
        Ok((writer, Restored { entries: self.missing.len() as u64, altered: self.altered }))
    }

    /// The next line that a newline ends.
    fn next_whole(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            if self.reading.is_none() {
                let Some(path) = self.unread.pop_front() else { return Ok(None) };
                let lines = Lines::open(&path)?;
                self.reading = Some((path, lines));
            }
            match self.reading.as_mut().map(|(_, lines)| lines.next()).transpose()?.flatten() {
                Some(line) if line.whole => return Ok(Some(line.bytes)),
                Some(_) => return Ok(None),
                None if self.unread.is_empty() => return Ok(None),
                None => self.reading = None,
            }
        }
    }

    /// The line that was last read is as it should be.
    fn accept(&mut self) {
        self.good = self.reading.as_ref().map(|(path, lines)| (path.clone(), lines.offset()));
    }

    /// Removes all that comes after the good part.
    fn cut(&mut self) -> io::Result<()> {
        let reading = self.reading.take().map(|(path, _)| path);
        for path in reading.into_iter().chain(std::mem::take(&mut self.unread)) {
            if self.good.as_ref().is_none_or(|(good, _)| *good != path) {
                fs::remove_file(path)?;
            }
        }
        if let Some((path, bytes)) = &self.good {
            OpenOptions::new().write(true).open(path)?.set_len(*bytes)?;
        }
        Ok(())
    }
}

fn broken_before(folder: &Path, number: u64, promised: u64) -> OpenError {
    OpenError::Damaged {
        path: folder.to_owned(),
        what: format!(
            "the audit log is missing or changed at entry {number}, although it reached {promised}; put its files \
             back from a copy of the data folder, `latchkey audit verify` names the place (nothing was changed)"
        ),
    }
}

fn unknown_entry(folder: &Path, last: u64) -> OpenError {
    OpenError::Damaged {
        path: folder.to_owned(),
        what: format!(
            "the audit log goes on after entry {last}, where the journal ends: the journal has lost its end; put the \
             data folder back from a copy (nothing was changed)"
        ),
    }
}
