//! Start-up: find the last state that was acknowledged, and bring index and audit files to it.
//!
//! The journal is the truth. The index replays what it lacks, or is built anew from a snapshot and the journal
//! when it contradicts itself. The journal is checked before anything is changed, so a start that is refused
//! loses nothing.

use super::super::audit::{AuditWriter, Restore};
use super::super::opening::{OpenError, Opening};
use super::super::options::Options;
use super::super::spent::Spent;
use super::checkpoint::{Checkpoint, Note};
use super::folder::Folder;
use super::index::{Index, Settler, Tree};
use super::journal::segment::Segment;
use super::journal::{self, End};
use super::rebuild::{Base, rebuild};
use super::replay::Replay;
use super::snapshot;
use std::path::Path;

/// A store that is at its last acknowledged state.
pub(super) struct Recovered {
    pub(super) index: Index,
    pub(super) settler: Settler,
    pub(super) segments: Vec<Segment>,
    pub(super) audit: AuditWriter,
}

/// Brings the store in `folder` to its last acknowledged state.
pub(super) fn recover(folder: &Folder, options: &Options) -> Result<(Recovered, Opening), OpenError> {
    let mut opening = Opening::default();
    let segments = journal::segments(&folder.journal())?;
    let oldest = segments.first().map_or(1, |segment| segment.first);
    let note = Note::read(&folder.checkpoint()).map_err(OpenError::io("read", &folder.checkpoint()))?;
    let promised = note.checkpoint.map_or(0, |checkpoint| checkpoint.sequence);
    // One from before the journal begins does not know what came between.
    let (noted, spent) =
        note.checkpoint.zip(note.spent).filter(|(noted, _)| noted.sequence + 1 >= oldest).unzip();
    if noted.is_none() && !segments.is_empty() {
        opening.remarks.push("the note of the last checkpoint was missing, damaged or too old".to_owned());
    }
    let found = examine(&folder.index(), options, oldest);
    let (held, reached) =
        found.as_ref().map_or((0, 0), |base| (base.standing.mark.sequence, base.standing.reaches));
    let from = if found.is_ok() { first_needed(noted, held) } else { 0 };
    let end = journal::read(&segments, from, &mut |_| Ok(()))?;
    let kept = snapshot::list(&folder.snapshots()).map_err(OpenError::io("read", &folder.snapshots()))?;
    let kept = kept.last().map_or(0, |snapshot| snapshot.first);
    check_promise(folder, &end, promised.max(reached).max(kept))?;
    let spent = spent.map_or_else(|| spent_before(folder, oldest), Ok)?;
    journal::sync(&folder.journal(), &segments)?;
    let base = match found {
        Ok(base) => base,
        Err(reason) => rebuild(
            folder,
            options,
            (&segments, end.sequence),
            (end.sequence > 0).then_some(reason),
            &mut opening,
        )?,
    };
    let from = first_needed(noted, base.standing.mark.sequence);
    let audited = noted.unwrap_or_else(|| without_note(&end));
    let base = Replay::above(base, spent, options.memtable_bytes, options.settle_pairs);
    let (index, settler, mut restore) = replay(folder, &segments, audited, from, base, &mut opening)?;
    restore.refuse_unknown()?;
    opening.cut_bytes = journal::cut(&end)?;
    let (audit, restored) = restore.finish(options.audit_segment_bytes)?;
    opening.audit_restored = restored.entries;
    if let Some(entry) = restored.altered {
        opening
            .remarks
            .push(format!("the audit log had been changed at entry {entry}; restored from the journal"));
    }
    Ok((Recovered { index, settler, segments, audit }, opening))
}

/// Opens the tree and looks at all of it; says why it cannot be used with a journal that begins at the frame `oldest` if so.
fn examine(path: &Path, options: &Options, oldest: u64) -> Result<Base, String> {
    if !path.exists() {
        return Err("it was missing".to_owned());
    }
    let tree = Tree::open(path, options.cache_bytes)?;
    match tree.verify() {
        Ok(Some(standing)) if oldest > standing.mark.sequence + 1 => {
            Err("it is older than the journal".to_owned())
        }
        Ok(Some(standing)) => Ok(Base { tree, standing }),
        Ok(None) => {
            tree.discard();
            Err("it was empty".to_owned())
        }
        Err(reason) => {
            tree.discard();
            Err(reason)
        }
    }
}

/// What was spent before the journal begins, at the frame `oldest`, where no note says it: a snapshot does, the newest that is
/// whole and not from before.
fn spent_before(folder: &Folder, oldest: u64) -> Result<Spent, OpenError> {
    if oldest == 1 {
        return Ok(Spent::default());
    }
    let snapshots =
        snapshot::list(&folder.snapshots()).map_err(OpenError::io("read", &folder.snapshots()))?;
    let mut usable = snapshots.iter().rev().filter(|snapshot| snapshot.first + 1 >= oldest);
    usable.find_map(|snapshot| snapshot::spent(&snapshot.path).ok()).ok_or_else(|| OpenError::Damaged {
        path: folder.checkpoint(),
        what: format!(
            "it is missing, damaged or too old, and no snapshot that is whole says what was spent before frame {oldest}; \
             put the data folder back from a copy (nothing was changed)"
        ),
    })
}

/// The first frame that the index at frame `held`, or the audit files, may lack.
fn first_needed(noted: Option<Checkpoint>, held: u64) -> u64 {
    noted.map_or(0, |noted| noted.sequence.min(held) + 1)
}

fn check_promise(folder: &Folder, end: &End, promised: u64) -> Result<(), OpenError> {
    if end.sequence >= promised {
        return Ok(());
    }
    Err(OpenError::Damaged {
        path: folder.journal(),
        what: format!(
            "the journal ends at frame {}, but frames up to {promised} were acknowledged; put the data folder back from \
             a copy (nothing was changed)",
            end.sequence
        ),
    })
}

/// Replays in the index, and compares with the audit files, what they may lack.
fn replay(
    folder: &Folder,
    segments: &[Segment],
    audited: Checkpoint,
    from: u64,
    mut replay: Replay,
    opening: &mut Opening,
) -> Result<(Index, Settler, Restore), OpenError> {
    let mut restore = Restore::after(&folder.audit(), audited.audit)?;
    journal::read(segments, from, &mut |frame| {
        if frame.mark.sequence > audited.sequence {
            if frame.audit_before != restore.expected() {
                return Err(audit_contradicts(folder, frame.mark.sequence));
            }
            let expected = frame.changes.events.iter().try_for_each(|event| restore.expect(event));
            expected.map_err(OpenError::io("read the audit log in", &folder.audit()))?;
        }
        let applied = replay.apply(frame).map_err(|fault| index_damaged(folder, &fault.what))?;
        opening.replayed += u64::from(applied);
        Ok(())
    })?;
    let mark = replay.mark();
    (opening.sequence, opening.pairs) = (mark.sequence, mark.pairs);
    let (index, settler) = replay.finish().map_err(|fault| index_damaged(folder, &fault.what))?;
    Ok((index, settler, restore))
}

/// Where the audit files are compared from, if no checkpoint says it: the oldest frame.
fn without_note(end: &End) -> Checkpoint {
    Checkpoint { sequence: 0, audit: end.audit_before.unwrap_or_default() }
}

fn audit_contradicts(folder: &Folder, sequence: u64) -> OpenError {
    OpenError::Damaged {
        path: folder.audit(),
        what: format!(
            "it does not go on as journal frame {sequence} says; put the data folder back from a copy (journal and audit log were \
             not changed)"
        ),
    }
}

fn index_damaged(folder: &Folder, what: &str) -> OpenError {
    OpenError::Damaged {
        path: folder.index(),
        what: format!("{what}; move this folder away and start again, it is rebuilt from the journal"),
    }
}
