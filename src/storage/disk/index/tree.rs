//! The tree below the index: sled, and nothing else in the project names it.
//!
//! Durability is the journal's; sled may lose anything at any time, as long as we notice. So every value carries a
//! version and a checksum, the [`Mark`] lies in the same batch as the pairs that it counts, and every pair is
//! looked at when the tree is opened. sled panics on some kinds of damage: each call is fenced.
//!
//! Never used: `flush_async` (deadlocks with many callers) and transactions (one lock for the whole process).

use super::mark::{Mark, checksum};
use crate::storage::port::{Fault, Pairs, Read};
use sled::{Batch, Db, IVec, Mode};
use std::fs::{self, File};
use std::io;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The key of the mark. No unit may write to the empty key.
const MARK_KEY: &[u8] = b"";
const VERSION: u8 = 1;
/// How long to wait for sled's own lock each time.
const RETRY: Duration = Duration::from_millis(20);
/// Version and CRC-32C before each value.
const ENVELOPE_BYTES: usize = 5;

/// The tree.
pub(in crate::storage::disk) struct Tree {
    db: Db,
    path: PathBuf,
}

/// What the tree says of itself, in the same batch as the pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::storage::disk) struct Standing {
    /// The last journal frame that is in it whole, and a fingerprint of all pairs that are in it.
    pub(in crate::storage::disk) mark: Mark,
    /// The last journal frame of which some pairs may be in it. It was acknowledged, so the journal must have it.
    pub(in crate::storage::disk) reaches: u64,
}

impl Standing {
    /// Of a tree that holds what `mark` says, and nothing of later frames.
    pub(in crate::storage::disk) fn whole(mark: Mark) -> Self {
        Self { mark, reaches: mark.sequence }
    }

    fn to_bytes(self) -> Vec<u8> {
        [self.mark.to_bytes().as_slice(), &self.reaches.to_le_bytes()].concat()
    }

    /// Reads what [`Standing::to_bytes`] wrote, and what versions wrote that put whole frames in: a mark alone.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (mark, reaches) = bytes.split_at_checked(24)?;
        let mark = Mark::from_bytes(mark)?;
        let reaches =
            if reaches.is_empty() { mark.sequence } else { u64::from_le_bytes(reaches.try_into().ok()?) };
        Some(Self { mark, reaches })
    }
}

/// What goes into the tree together.
#[derive(Default)]
pub(in crate::storage::disk) struct TreeBatch(Batch);

impl TreeBatch {
    /// Adds a pair, or the end of one.
    pub(in crate::storage::disk) fn add(&mut self, key: &[u8], value: Option<&[u8]>) {
        match value {
            Some(value) => self.0.insert(key, wrap(key, value)),
            None => self.0.remove(key),
        }
    }
}

impl Tree {
    /// Opens the tree at `path`, or makes an empty one, with a cache of `cache_bytes`. Checks nothing yet.
    pub(in crate::storage::disk) fn open(path: &Path, cache_bytes: u64) -> Result<Self, String> {
        let config = sled::Config::new()
            .path(path)
            .mode(Mode::HighThroughput)
            .cache_capacity(cache_bytes)
            .flush_every_ms(None);
        // A handle that was dropped a moment ago may still hold sled's own lock; other processes are kept out by
        // the lock on the folder.
        for _ in 0..100 {
            match fence(|| config.open()) {
                Err(said) if said.contains("WouldBlock") => {
                    std::thread::park_timeout(RETRY);
                }
                Err(said) => return Err(said),
                Ok(db) => return Ok(Self { db, path: path.to_owned() }),
            }
        }
        Err("the index is still locked by an earlier handle".to_owned())
    }

    /// Looks at every pair: gives its standing if it holds exactly what it says, none if it is empty, and what
    /// is wrong otherwise.
    pub(in crate::storage::disk) fn verify(&self) -> Result<Option<Standing>, String> {
        let mut found = Mark::default();
        let mut said = None;
        self.for_each(&mut |key, value| {
            if key == MARK_KEY {
                said = Standing::from_bytes(value);
            } else {
                found.add(checksum(key, value));
            }
            Ok::<(), Fault>(())
        })
        .map_err(|fault| fault.what)?;
        match said {
            None if found.pairs == 0 => Ok(None),
            None => Err("it does not say which pairs it should hold".to_owned()),
            Some(said) if (said.mark.pairs, said.mark.sum) == (found.pairs, found.sum) => Ok(Some(said)),
            Some(said) => {
                Err(format!("it holds {} pairs, or others, where {} belong", found.pairs, said.mark.pairs))
            }
        }
    }

    /// Lets `writes` in, with the standing that holds then; readers see all of them or nothing. Without a standing the
    /// tree counts as unfinished.
    pub(in crate::storage::disk) fn apply(
        &self,
        mut writes: TreeBatch,
        standing: Option<Standing>,
    ) -> Result<(), Fault> {
        if let Some(standing) = standing {
            writes.add(MARK_KEY, Some(&standing.to_bytes()));
        }
        fence(|| self.db.apply_batch(writes.0)).map_err(Fault::broken)
    }

    /// Drops a handle that may be damaged: sled may panic even then.
    pub(in crate::storage::disk) fn discard(self) {
        // What dropping says about a damaged index was said before.
        let _ = fence(|| {
            drop(self);
            Ok(())
        });
    }

    /// Makes all that was applied durable: sled's own flush does not wait for the disk, so its files are synced
    /// one by one.
    pub(in crate::storage::disk) fn flush(&self) -> io::Result<()> {
        fence(|| self.db.flush()).map_err(io::Error::other)?;
        sync_all_under(&self.path)
    }

    /// Hands every pair, the mark under the empty key included, to `visit`, in order of keys.
    pub(in crate::storage::disk) fn for_each<E, V>(&self, visit: &mut V) -> Result<(), E>
    where
        E: From<Fault>,
        V: FnMut(&[u8], &[u8]) -> Result<(), E>,
    {
        let mut pairs = self.db.iter();
        while let Some((key, wrapped)) = fence(|| pairs.next().transpose()).map_err(Fault::broken)? {
            visit(&key, unwrap(&key, &wrapped)?)?;
        }
        Ok(())
    }
}

impl Read for Tree {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        if key == MARK_KEY {
            return Ok(None);
        }
        let wrapped: Option<IVec> = fence(|| self.db.get(key)).map_err(Fault::broken)?;
        wrapped.map(|wrapped| unwrap(key, &wrapped).map(<[u8]>::to_vec)).transpose()
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Pairs, Fault> {
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ if prefix.is_empty() => Bound::Excluded(MARK_KEY),
            _ => Bound::Included(prefix),
        };
        let mut pairs = self.db.range::<&[u8], _>((from, Bound::Unbounded));
        let mut found = Vec::new();
        while found.len() < limit {
            match fence(|| pairs.next().transpose()).map_err(Fault::broken)? {
                Some((key, wrapped)) if key.starts_with(prefix) => {
                    found.push((key.to_vec(), unwrap(&key, &wrapped)?.to_vec()));
                }
                _ => break,
            }
        }
        Ok(found)
    }
}

/// Calls sled; an error or a panic becomes a phrase.
fn fence<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(format!("the index failed: {error}").replace('\n', " ")),
        Err(_) => Err("the index panicked".to_owned()),
    }
}

fn wrap(key: &[u8], value: &[u8]) -> Vec<u8> {
    let mut wrapped = Vec::with_capacity(ENVELOPE_BYTES + value.len());
    wrapped.push(VERSION);
    wrapped.extend(checksum(key, value).to_le_bytes());
    wrapped.extend(value);
    wrapped
}

fn unwrap<'a>(key: &[u8], wrapped: &'a [u8]) -> Result<&'a [u8], Fault> {
    match wrapped.split_at_checked(ENVELOPE_BYTES) {
        Some(([VERSION, sum @ ..], value)) if sum == checksum(key, value).to_le_bytes() => Ok(value),
        _ => Err(Fault::broken("a stored value is damaged: its checksum does not match")),
    }
}

fn sync_all_under(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_all_under(&entry.path())?;
        } else {
            match File::open(entry.path()) {
                Ok(file) => file.sync_data()?,
                // sled removes what it does not need any more while we look.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }
    super::super::folder::sync_folder(folder)
}
