//! Building the index anew, from the newest snapshot that is whole; the journal is replayed over it afterwards.
//!
//! Until a snapshot is in completely the index bears no mark, so a crash in between only means another rebuild.

use super::super::opening::{OpenError, Opening};
use super::super::options::Options;
use super::super::spent::Spent;
use super::folder::Folder;
use super::index::{Mark, Standing, Tree, TreeBatch, checksum};
use super::journal::segment::Segment;
use super::snapshot;
use std::fs;
use std::io;
use std::path::Path;

/// A tree, and where it stands in the journal.
pub(super) struct Base {
    pub(super) tree: Tree,
    pub(super) standing: Standing,
    /// What was spent, as far as it is not in the journal alone.
    pub(super) spent: Spent,
}

/// Puts the old index aside, as `index.damaged`, and makes a new one to which the journal in `segments` can be
/// applied, which ends at frame `end`. `reason` says why it is needed; none in a new store.
pub(super) fn rebuild(
    folder: &Folder,
    options: &Options,
    (segments, end): (&[Segment], u64),
    reason: Option<String>,
    opening: &mut Opening,
) -> Result<Base, OpenError> {
    let path = folder.index();
    let oldest = segments.first().map_or(1, |segment| segment.first);
    let snapshots =
        snapshot::list(&folder.snapshots()).map_err(OpenError::io("read", &folder.snapshots()))?;
    let usable = snapshots.iter().rev().filter(|snapshot| snapshot.first + 1 >= oldest).map(Some);
    for candidate in usable.chain((oldest == 1).then_some(None)) {
        put_aside(&path).map_err(OpenError::io("put aside", &path))?;
        let tree = Tree::open(&path, options.cache_bytes).map_err(|what| damaged(&path, &what))?;
        let spent = Spent::default();
        let loaded = candidate
            .map_or(Ok(Standing::whole(Mark::default())), |snapshot| load(&tree, &spent, snapshot, end));
        match loaded {
            Ok(standing) => {
                opening.rebuilt = reason;
                return Ok(Base { tree, standing, spent });
            }
            Err(what) => {
                tree.discard();
                opening.remarks.push(format!("a snapshot could not be used: {what}"));
            }
        }
    }
    let reason = reason.unwrap_or_default();
    Err(damaged(
        &path,
        &format!("{reason}; and no snapshot with the journal after it covers all that it held"),
    ))
}

/// Moves the index out of the way; the one that was there before goes for good.
fn put_aside(path: &Path) -> io::Result<()> {
    if !path.exists() {
        return Ok(());
    }
    let aside = path.with_extension("damaged");
    if aside.exists() {
        fs::remove_dir_all(&aside)?;
    }
    fs::rename(path, aside)
}

/// Writers went on while the snapshot was made, so pairs of any frame up to the last may be in it.
fn load(tree: &Tree, spent: &Spent, snapshot: &Segment, end: u64) -> Result<Standing, String> {
    let mut mark = Mark { sequence: snapshot.first, ..Mark::default() };
    snapshot::read(&snapshot.path, &mut |frame| {
        for (key, value) in &frame.changes.writes {
            mark.add(checksum(key, value.as_deref().unwrap_or_default()));
        }
        let mut writes = TreeBatch::default();
        for (key, value) in &frame.changes.writes {
            writes.add(key, value.as_deref());
        }
        spent.extend(frame.changes.spent);
        tree.apply(writes, None).map_err(|fault| fault.what)
    })?;
    let standing = Standing { mark, reaches: end.max(mark.sequence) };
    tree.apply(TreeBatch::default(), Some(standing)).map_err(|fault| fault.what)?;
    Ok(standing)
}

fn damaged(path: &Path, what: &str) -> OpenError {
    OpenError::Damaged {
        path: path.to_owned(),
        what: format!("{what}; put the data folder back from a copy"),
    }
}
