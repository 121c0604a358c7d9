//! The committer: the one thread that writes.
//!
//! It takes all units that wait, runs each over the writes of those before it, and commits the group: one journal
//! frame, one `fdatasync`, then the index, then the audit file, then the answers. While it waits for the disk the
//! next group gathers in the queue. Between groups it lets the settler move on, if it has something to do.

use super::super::audit::AuditWriter;
use super::super::changes::Changes;
use super::super::limits;
use super::super::options::Options;
use super::super::overlay::Overlay;
use super::super::port::Fault;
use super::super::unit::Unit;
use super::index::{Index, Mark, Memo, Settler};
use super::journal::Journal;
use super::journal::frame::Frame;
use super::keeper::{Keeper, Request};
use super::queue::Queue;
use super::space::Space;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A group is committed once its writes and events reach this many bytes.
const GROUP_BYTES: usize = 4 * 1024 * 1024;

/// All that the thread owns.
pub(super) struct Committer {
    pub(super) queue: Arc<Queue>,
    pub(super) index: Arc<Index>,
    pub(super) settler: Settler,
    pub(super) journal: Journal,
    pub(super) audit: AuditWriter,
    pub(super) keeper: Keeper,
    pub(super) space: Space,
    pub(super) mark: Mark,
    pub(super) options: Options,
    /// The checkpoint that is made when the settler has ended its sweep.
    pub(super) checkpoint: Option<Request>,
    /// Why nothing can be written any more, after a failed write: what the disk holds is unknown then.
    pub(super) broken: Option<Fault>,
    /// How many dropped notes the log tells of, and since when.
    pub(super) told_drops: (u64, Option<Instant>),
}

impl Committer {
    /// Works until the queue is closed and empty; then makes a last checkpoint.
    pub(super) fn work(mut self) -> Result<(), Fault> {
        loop {
            let sweeping = self.broken.is_none() && self.settler.is_sweeping();
            let due = if sweeping { Some(Instant::now()) } else { self.checkpoint_due() };
            let taken = self.queue.take(self.options.group_limit, due);
            let blocked = self.blocked();
            let mut notes = self.accept(taken.notes, blocked.as_ref());
            let mut units = taken.units.into_iter();
            while units.len() > 0 || !notes.is_empty() {
                self.group(&mut units, std::mem::take(&mut notes), blocked.as_ref());
            }
            self.report_drops();
            self.settle(taken.last);
            if taken.last {
                break;
            }
        }
        let kept = self.keeper.finish();
        self.broken.take().map_or_else(
            || kept.map_err(|error| Fault::broken(format!("the last checkpoint failed: {error}"))),
            Err,
        )
    }

    /// Why writes are refused now, if they are.
    fn blocked(&mut self) -> Option<Fault> {
        let short = self.space.is_short();
        self.broken.clone().or_else(|| short.then(|| Fault::unavailable("the disk is nearly full")))
    }

    /// Runs units until there are no more or the group is large, commits them together with `notes`, and answers.
    fn group(
        &mut self,
        units: &mut impl Iterator<Item = Box<dyn Unit>>,
        notes: Vec<Vec<u8>>,
        blocked: Option<&Fault>,
    ) {
        let index = Arc::clone(&self.index);
        let memo = Memo::of(&index);
        let mut group = Overlay::above(&memo);
        let count = notes.len();
        group.absorb(Changes { events: notes, ..Changes::default() });
        let mut ran = Vec::new();
        let mut bytes = 0;
        for mut unit in units {
            let changes = unit.run(&group).unwrap_or_default();
            let crowded = (!changes.spent.is_empty()).then(|| self.crowded()).flatten();
            let blocked = blocked.cloned().filter(|_| !changes.is_empty()).or(crowded);
            if let Some(fault) = blocked {
                unit.answer(Err(fault));
                continue;
            }
            ran.push(unit);
            bytes += changes.bytes();
            group.absorb(changes);
            if bytes >= GROUP_BYTES {
                break;
            }
        }
        let committed = group.finish().and_then(|changes| self.commit(changes, &memo));
        if let Err(fault) = &committed {
            self.drop_notes(count, fault);
        }
        for unit in ran {
            unit.answer(committed.clone());
        }
    }

    /// Why nothing more can be spent, if so.
    fn crowded(&self) -> Option<Fault> {
        let is_full = self.index.spent().count() >= self.options.spent_limit;
        is_full.then(|| Fault::unavailable("as much as may be is remembered of what was shown once"))
    }

    /// The noted events that can be committed; counts the others.
    fn accept(&self, mut notes: Vec<Vec<u8>>, blocked: Option<&Fault>) -> Vec<Vec<u8>> {
        if let Some(fault) = blocked {
            self.drop_notes(notes.len(), fault);
            return Vec::new();
        }
        notes.retain(|event| match limits::check_event(event) {
            Ok(()) => true,
            Err(fault) => {
                self.drop_notes(1, &fault);
                false
            }
        });
        notes
    }

    fn drop_notes(&self, count: usize, fault: &Fault) {
        if count > 0 {
            self.queue.count_dropped(count);
            tracing::debug!(count, %fault, "audit notes were dropped");
        }
    }

    /// Says in the log how many notes were dropped, at most once a second.
    fn report_drops(&mut self) {
        let (told, when) = self.told_drops;
        let dropped = self.queue.dropped();
        if dropped > told && when.is_none_or(|when| when.elapsed() >= Duration::from_secs(1)) {
            tracing::error!(
                count = dropped - told,
                "audit notes were dropped: queue full, disk refusing, or not JSON"
            );
            self.told_drops = (dropped, Some(Instant::now()));
        }
    }

    /// Makes `changes` durable, then visible, above what `before` reads. Without changes there is nothing to do.
    fn commit(&mut self, changes: Changes, before: &Memo<'_>) -> Result<(), Fault> {
        if changes.is_empty() {
            return Ok(());
        }
        if let Some(fault) = &self.broken {
            return Err(fault.clone());
        }
        let sequence = self.mark.sequence + 1;
        let prepared = Index::prepare(before, &changes.writes, sequence, self.mark)?;
        let mark = prepared.mark;
        let frame = Frame { mark, audit_before: self.audit.head(), changes };
        let bytes =
            frame.encode().ok_or_else(|| Fault::broken("a group of units is too large for the journal"))?;
        self.journal.make_room(sequence, bytes.len() as u64).map_err(|error| no_room(&error))?;
        self.journal.append(&bytes).map_err(|error| self.break_down("journal", &error))?;
        self.mark = mark;
        self.keeper.count(bytes.len() as u64);
        self.index.apply(prepared, frame.changes.writes, frame.changes.spent);
        self.audit.write(&frame.changes.events).map_err(|error| self.break_down("audit log", &error))
    }

    /// From now on nothing is written. What the journal holds is found out at the next start.
    fn break_down(&mut self, part: &str, error: &dyn std::error::Error) -> Fault {
        tracing::error!(part, %error, "the store stops writing; restart when the disk is well");
        let fault =
            Fault::unavailable(format!("the store stopped writing, since its {part} failed: {error}"));
        self.broken = Some(fault.clone());
        fault
    }

    /// When the next checkpoint is due. After a failed write there is none any more.
    fn checkpoint_due(&self) -> Option<Instant> {
        self.broken
            .is_none()
            .then(|| self.keeper.due(self.mark.sequence, self.options.checkpoint_every))
            .flatten()
    }

    /// Lets the settler begin if a checkpoint is due or the memtable full, and move on if it has begun; all the way if this
    /// is the `last` time. At the end of its sweep the keeper is asked for the checkpoint.
    fn settle(&mut self, last: bool) {
        if self.broken.is_some() {
            return;
        }
        let large = self.keeper.uncovered_bytes() >= self.options.journal_limit_bytes;
        let due = large || last || self.checkpoint_due().is_some_and(|due| due <= Instant::now());
        let full = self.index.unsettled_bytes() > self.options.memtable_bytes;
        if last || (!self.settler.is_sweeping() && (due || full)) {
            self.settler.begin(&self.index, self.mark.sequence);
            self.checkpoint = due.then(|| Request {
                sequence: self.mark.sequence,
                audit: self.audit.head(),
                file: self.audit.file(),
                bytes: self.keeper.bytes(),
                begun: Instant::now(),
            });
        }
        loop {
            match self.settler.step(&self.index, self.mark.sequence) {
                Err(fault) => {
                    self.break_down("index", &fault);
                    return;
                }
                Ok(true) => break,
                // What comes in faster than one step a group takes out.
                Ok(false) if last || self.index.unsettled_bytes() > 2 * self.options.memtable_bytes => {}
                Ok(false) => return,
            }
        }
        if let Some(request) = self.checkpoint.take() {
            self.keeper.ask(request, last);
        }
    }
}

/// There is no room for a frame, so none was written: the next group tries it again. Whoever is answered so logs it.
fn no_room(error: &std::io::Error) -> Fault {
    Fault::unavailable(format!("no room could be made in the journal: {error}"))
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.queue.abandon();
    }
}
