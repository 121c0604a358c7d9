//! Reading the audit log from its files, also while a server writes to them.

use super::super::disk::{Checkpoint, audit_of, checkpoint_of};
use super::chain::{AuditEntry, Chain, Head};
use super::segments::{self, Lines};
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The audit log in a data folder. Reads files alone: no store is opened, nothing is locked.
#[derive(Debug, Clone)]
pub struct AuditLog {
    folder: PathBuf,
    promised: Head,
}

/// The first place at which the audit log is not what it should be. `Display` gives one line.
#[derive(Debug)]
pub struct Broken {
    /// The file.
    pub file: PathBuf,
    /// The line in it, counted from 1; 0 where the file as a whole is meant.
    pub line: u64,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "audit log broken in {}, line {}: {}", self.file.display(), self.line, self.what)
    }
}

impl std::error::Error for Broken {}

impl AuditLog {
    /// The log in the data folder `root`. Refuses a folder without one.
    pub fn of(root: &Path) -> io::Result<Self> {
        let folder = audit_of(root);
        std::fs::read_dir(&folder)?;
        let promised = Checkpoint::read(&checkpoint_of(root)).unwrap_or_default().audit;
        Ok(Self { folder, promised })
    }

    /// All entries in order, each checked against the one before. Ends after the first break. A last line that is
    /// still being written is left out.
    pub fn entries(&self) -> Result<Entries, Broken> {
        self.entries_after(0)
    }

    /// The entries with a number above `sequence`. Reading begins at the file that holds them; the hash of the
    /// first entry read is taken as it stands.
    pub fn entries_after(&self, sequence: u64) -> Result<Entries, Broken> {
        let files = segments::list(&self.folder).map_err(|error| broken(&self.folder, 0, error))?;
        let skipped =
            files.partition_point(|file| file.first <= sequence.saturating_add(1)).saturating_sub(1);
        let first = files.get(skipped).map_or(1, |file| file.first);
        let chain = Chain::after(Head { sequence: first.saturating_sub(1), hash: [0; 32] });
        let unread = files.into_iter().skip(skipped).map(|file| file.path).collect();
        let trusting = skipped > 0;
        Ok(Entries {
            folder: self.folder.clone(),
            unread,
            reading: None,
            chain,
            trusting,
            above: sequence,
            ended: false,
        })
    }

    /// Walks the whole chain; gives its end. Says which line is the first that breaks it.
    ///
    /// A log that was cut short before the last checkpoint is found out as well.
    pub fn verify(&self) -> Result<Head, Broken> {
        let mut entries = self.entries()?;
        let mut promise_kept = self.promised.sequence == 0;
        while let Some(entry) = entries.next() {
            let sequence = entry?.sequence;
            if sequence == self.promised.sequence {
                promise_kept = entries.chain.head().hash == self.promised.hash;
            }
        }
        let head = entries.chain.head();
        if promise_kept {
            return Ok(head);
        }
        let what =
            format!("entry {} is missing or changed, although the store had it", self.promised.sequence);
        Err(Broken { file: self.folder.clone(), line: 0, what })
    }
}

/// The entries of an [`AuditLog`].
pub struct Entries {
    folder: PathBuf,
    unread: VecDeque<PathBuf>,
    reading: Option<(PathBuf, Lines, u64)>,
    chain: Chain,
    /// The first line read follows one that was not.
    trusting: bool,
    above: u64,
    ended: bool,
}

impl fmt::Debug for Entries {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Entries").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Entries {
    fn advance(&mut self) -> Result<Option<AuditEntry>, Broken> {
        loop {
            let Some((path, lines, number)) = &mut self.reading else {
                let Some(path) = self.unread.pop_front() else { return Ok(None) };
                let lines = Lines::open(&path).map_err(|error| broken(&path, 0, error))?;
                self.reading = Some((path, lines, 0));
                continue;
            };
            *number += 1;
            match lines.next().map_err(|error| broken(path, *number, error))? {
                Some(line) if line.whole => {
                    let followed = if std::mem::take(&mut self.trusting) {
                        self.chain.follow_unseen(&line.bytes)
                    } else {
                        self.chain.follow(&line.bytes)
                    };
                    return followed.map(Some).map_err(|what| broken(path, *number, what));
                }
                Some(_) if self.unread.is_empty() => return Ok(None),
                Some(_) => return Err(broken(path, *number, "no newline ends it, although more follows")),
                None => self.reading = None,
            }
        }
    }
}

impl Iterator for Entries {
    type Item = Result<AuditEntry, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            match self.advance() {
                Ok(Some(entry)) if entry.sequence <= self.above => {}
                Ok(Some(entry)) => return Some(Ok(entry)),
                Ok(None) => self.ended = true,
                Err(broken) => {
                    self.ended = true;
                    return Some(Err(broken));
                }
            }
        }
        None
    }
}

fn broken(file: &Path, line: u64, what: impl fmt::Display) -> Broken {
    Broken { file: file.to_owned(), line, what: what.to_string() }
}
