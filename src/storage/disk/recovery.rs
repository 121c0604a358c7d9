//! Start-up: find the last state that was acknowledged, and bring index and audit files to it.
//!
//! The journal is the truth. The index replays what it lacks, or is built anew from a snapshot and the journal
//! when it contradicts itself. The journal is checked before anything is changed, so a start that is refused
//! loses nothing.

use super::super::audit::{AuditWriter, Restore};
use super::super::opening::{OpenError, Opening};
use super::super::options::Options;
use super::super::port::Fault;
use super::checkpoint::Checkpoint;
use super::folder::Folder;
use super::index::Index;
use super::journal::frame::Frame;
use super::journal::segment::Segment;
use super::journal::{self, End};
use super::mark::Mark;
use super::rebuild::{Base, rebuild};
use super::snapshot;
use std::path::Path;

/// A store that is at its last acknowledged state.
pub(super) struct Recovered {
    pub(super) index: Index,
    pub(super) segments: Vec<Segment>,
    pub(super) mark: Mark,
    pub(super) audit: AuditWriter,
}

/// Brings the store in `folder` to its last acknowledged state.
pub(super) fn recover(folder: &Folder, options: &Options) -> Result<(Recovered, Opening), OpenError> {
    let mut opening = Opening::default();
    let segments = journal::segments(&folder.journal())?;
    let noted = Checkpoint::read(&folder.checkpoint());
    if noted.is_none() && !segments.is_empty() {
        opening.remarks.push("the note of the last checkpoint was missing or damaged".to_owned());
    }
    let found = examine(&folder.index(), options).and_then(|(index, mark)| match segments.first() {
        Some(oldest) if oldest.first > mark.sequence + 1 => Err("it is older than the journal".to_owned()),
        _ => Ok((index, mark)),
    });
    let held = found.as_ref().map_or(0, |(_, mark)| mark.sequence);
    let from = if found.is_ok() { first_needed(noted, held) } else { 0 };
    let end = journal::read(&segments, from, &mut |_| Ok(()))?;
    let kept = snapshot::list(&folder.snapshots()).map_err(OpenError::io("read", &folder.snapshots()))?;
    let kept = kept.last().map_or(0, |snapshot| snapshot.first);
    check_promise(folder, &end, noted.map_or(0, |noted| noted.sequence).max(held).max(kept))?;
    journal::sync(&folder.journal(), &segments)?;
    let base = match found {
        Ok((index, mark)) => Base { index, mark },
        Err(reason) => {
            rebuild(folder, options, &segments, (end.sequence > 0).then_some(reason), &mut opening)?
        }
    };
    let (index, mark, mut restore) = replay(folder, &segments, base, noted, &end, &mut opening)?;
    restore.refuse_unknown()?;
    opening.cut_bytes = journal::cut(&end)?;
    let (audit, restored) = restore.finish(options.audit_segment_bytes)?;
    opening.audit_restored = restored.entries;
    if let Some(entry) = restored.altered {
        opening
            .remarks
            .push(format!("the audit log had been changed at entry {entry}; restored from the journal"));
    }
    (opening.sequence, opening.pairs) = (mark.sequence, mark.pairs);
    Ok((Recovered { index, segments, mark, audit }, opening))
}

/// Opens the index and looks at all of it; says why it cannot be used if so.
fn examine(path: &Path, options: &Options) -> Result<(Index, Mark), String> {
    if !path.exists() {
        return Err("it was missing".to_owned());
    }
    let index = Index::open(path, options.cache_bytes)?;
    match index.verify() {
        Ok(Some(mark)) => Ok((index, mark)),
        Ok(None) => {
            index.discard();
            Err("it was empty".to_owned())
        }
        Err(reason) => {
            index.discard();
            Err(reason)
        }
    }
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

/// Applies to the index, and compares with the audit files, what they may lack.
fn replay(
    folder: &Folder,
    segments: &[Segment],
    base: Base,
    noted: Option<Checkpoint>,
    end: &End,
    opening: &mut Opening,
) -> Result<(Index, Mark, Restore), OpenError> {
    let Base { index, mut mark } = base;
    let audited = noted.unwrap_or_else(|| without_note(end));
    let mut restore = Restore::after(&folder.audit(), audited.audit)?;
    let mut last = mark;
    journal::read(segments, first_needed(noted, mark.sequence), &mut |frame| {
        if frame.mark.sequence > audited.sequence {
            let expected = frame.changes.events.iter().try_for_each(|event| restore.expect(event));
            expected.map_err(OpenError::io("read the audit log in", &folder.audit()))?;
        }
        if frame.mark.sequence > mark.sequence {
            mark = apply(&index, &frame, mark).map_err(|fault| index_damaged(folder, &fault.what))?;
            opening.replayed += 1;
            last = frame.mark;
        }
        Ok(())
    })?;
    if mark == last {
        Ok((index, mark, restore))
    } else {
        Err(index_damaged(folder, "it is not what the journal says"))
    }
}

/// Where the audit files are compared from, if no checkpoint says it: the oldest frame.
fn without_note(end: &End) -> Checkpoint {
    Checkpoint { sequence: 0, audit: end.audit_before.unwrap_or_default() }
}

fn apply(index: &Index, frame: &Frame, mark: Mark) -> Result<Mark, Fault> {
    let prepared = Index::prepare(index, &frame.changes.writes, frame.mark.sequence, mark)?;
    let mark = prepared.mark;
    index.apply(prepared)?;
    Ok(mark)
}

fn index_damaged(folder: &Folder, what: &str) -> OpenError {
    OpenError::Damaged {
        path: folder.index(),
        what: format!("{what}; move this folder away and start again, it is rebuilt from the journal"),
    }
}
