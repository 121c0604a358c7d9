//! Building the index anew, from the newest snapshot that is whole; the journal is replayed over it afterwards.
//!
//! It is made of a snapshot beside the old one, and takes its place when it is whole: a crash in between only means another
//! rebuild, and one that fails leaves what was there.

use super::super::opening::{OpenError, Opening};
use super::super::options::Options;
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
}

/// Makes a new index, and puts the old one aside, as `index.damaged`. To the new one the journal in `segments` can be
/// applied, which ends at frame `end`. `reason` says why it is needed; none in a new store.
pub(super) fn rebuild(
    folder: &Folder,
    options: &Options,
    (segments, end): (&[Segment], u64),
    reason: Option<String>,
    opening: &mut Opening,
) -> Result<Base, OpenError> {
    let path = folder.index();
    let fresh = path.with_extension("new");
    let oldest = segments.first().map_or(1, |segment| segment.first);
    let snapshots =
        snapshot::list(&folder.snapshots()).map_err(OpenError::io("read", &folder.snapshots()))?;
    let usable = snapshots.iter().rev().filter(|snapshot| snapshot.first + 1 >= oldest);
    for snapshot in usable {
        match load(&fresh, options, snapshot, end) {
            Ok(standing) => {
                let tree = put_in_place(&fresh, &path, options)?;
                opening.rebuilt = reason;
                return Ok(Base { tree, standing });
            }
            Err(what) => opening.remarks.push(format!("a snapshot could not be used: {what}")),
        }
    }
    if oldest == 1 {
        // The journal has all.
        put_aside(&path).map_err(OpenError::io("put aside", &path))?;
        let tree = Tree::open(&path, options.cache_bytes).map_err(|what| damaged(&path, &what))?;
        opening.rebuilt = reason;
        return Ok(Base { tree, standing: Standing::whole(Mark::default()) });
    }
    remove(&fresh).map_err(OpenError::io("remove", &fresh))?;
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
    remove(&aside)?;
    fs::rename(path, aside)
}

fn remove(path: &Path) -> io::Result<()> {
    if path.exists() { fs::remove_dir_all(path) } else { Ok(()) }
}

/// Makes a new tree at `fresh` of what is in `snapshot`. Writers went on while that was made, so pairs of any frame up to
/// the last may be in it.
fn load(fresh: &Path, options: &Options, snapshot: &Segment, end: u64) -> Result<Standing, String> {
    remove(fresh).map_err(|error| error.to_string())?;
    let tree = Tree::open(fresh, options.cache_bytes)?;
    let loaded = fill(&tree, snapshot, end);
    let loaded =
        loaded.and_then(|standing| tree.flush().map(|()| standing).map_err(|error| error.to_string()));
    tree.discard();
    loaded
}

fn fill(tree: &Tree, snapshot: &Segment, end: u64) -> Result<Standing, String> {
    let mut mark = Mark { sequence: snapshot.first, ..Mark::default() };
    snapshot::read(&snapshot.path, &mut |frame| {
        let mut writes = TreeBatch::default();
        for (key, value) in &frame.changes.writes {
            mark.add(checksum(key, value.as_deref().unwrap_or_default()));
            writes.add(key, value.as_deref());
        }
        tree.apply(writes, None).map_err(|fault| fault.what)
    })?;
    let standing = Standing { mark, reaches: end.max(mark.sequence) };
    tree.apply(TreeBatch::default(), Some(standing)).map_err(|fault| fault.what)?;
    Ok(standing)
}

/// Puts the tree at `fresh`, which is whole, where the index belongs, and the one that is there aside.
fn put_in_place(fresh: &Path, path: &Path, options: &Options) -> Result<Tree, OpenError> {
    put_aside(path).map_err(OpenError::io("put aside", path))?;
    fs::rename(fresh, path).map_err(OpenError::io("put the new index in place of", path))?;
    Tree::open(path, options.cache_bytes).map_err(|what| damaged(path, &what))
}

fn damaged(path: &Path, what: &str) -> OpenError {
    OpenError::Damaged {
        path: path.to_owned(),
        what: format!("{what}; put the data folder back from a copy"),
    }
}
