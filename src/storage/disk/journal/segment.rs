//! Files that are named for the number of the first thing in them, so that sorting names sorts contents.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// One such file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::storage) struct Segment {
    /// The number of the first thing in it.
    pub(in crate::storage) first: u64,
    /// Where it lies.
    pub(in crate::storage) path: PathBuf,
}

impl Segment {
    /// The segment in `folder` that begins with `first`.
    pub(in crate::storage) fn new(folder: &Path, first: u64, extension: &str) -> Self {
        Self { first, path: folder.join(format!("{first:020}.{extension}")) }
    }
}

/// The segments in `folder` with this `extension`, in order. Other files are passed over.
pub(in crate::storage) fn list(folder: &Path, extension: &str) -> io::Result<Vec<Segment>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let first = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
        if let Some(first) = first
            && path.extension().is_some_and(|found| found == extension)
        {
            found.push(Segment { first, path });
        }
    }
    found.sort();
    Ok(found)
}
