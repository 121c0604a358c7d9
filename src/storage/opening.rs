//! How opening the store on disk went, or why it did not.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What was found and mended when the store was opened, for the log and the audit. `Display` gives one line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opening {
    /// The sequence number of the last committed group; 0 in a new store.
    pub sequence: u64,
    /// How many pairs the store holds.
    pub pairs: u64,
    /// How many journal frames the index lacked and got.
    pub replayed: u64,
    /// Bytes of a frame that was never acknowledged, cut off the journal's end.
    pub cut_bytes: u64,
    /// Why the index was built anew from snapshot and journal, if it was.
    pub rebuilt: Option<String>,
    /// How many audit entries the segment files lacked and got from the journal.
    pub audit_restored: u64,
    /// What else the operator should know; one phrase each.
    pub remarks: Vec<String>,
}

impl Opening {
    /// Whether something was found otherwise than it had been left in good order.
    pub fn was_mended(&self) -> bool {
        self.rebuilt.is_some() || self.replayed > 0 || self.cut_bytes > 0 || self.audit_restored > 0
    }
}

impl fmt::Display for Opening {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} pairs at sequence {}", self.pairs, self.sequence)?;
        if let Some(reason) = &self.rebuilt {
            write!(formatter, "; index rebuilt, since {reason}")?;
        }
        if self.replayed > 0 {
            write!(formatter, "; {} journal frames replayed", self.replayed)?;
        }
        if self.cut_bytes > 0 {
            write!(formatter, "; {} bytes of an unfinished frame cut off", self.cut_bytes)?;
        }
        if self.audit_restored > 0 {
            write!(formatter, "; {} audit entries restored", self.audit_restored)?;
        }
        for remark in &self.remarks {
            write!(formatter, "; {remark}")?;
        }
        Ok(())
    }
}

/// Why the store was not opened. `Display` gives one line that says what to do.
#[derive(Debug)]
pub enum OpenError {
    /// Another process has the folder.
    InUse(PathBuf),
    /// The folder holds no store, and something else.
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// The name of something that lies in it.
        name: String,
    },
    /// The operating system refused something.
    Io {
        /// What was tried, e.g. "write to".
        doing: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something that was acknowledged is not there any more: the store does not start on less.
    Damaged {
        /// The damaged file or folder.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        what: String,
    },
}

impl OpenError {
    /// Wraps what the system said while `doing` something to `path`.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse(folder) => write!(
                formatter,
                "data folder {} is in use by another process; stop that one first, or choose another folder",
                folder.display()
            ),
            Self::Foreign { folder, name } => write!(
                formatter,
                "data folder {} holds other things, such as {name}, and no store; set data_dir to an empty folder, \
                 or to one that does not exist yet",
                folder.display()
            ),
            Self::Io { doing, path, source } => {
                write!(formatter, "cannot {doing} {}: {source}", path.display())
            }
            Self::Damaged { path, what } => write!(formatter, "{} is damaged: {what}", path.display()),
        }
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::InUse(_) | Self::Foreign { .. } | Self::Damaged { .. } => None,
        }
    }
}
