//! The bounded queue before the committer: units of work, and noted audit events.

use super::super::port::Fault;
use super::super::unit::Unit;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// For how long a group waits for one more unit, and how often at most.
const GATHER_ROUND: Duration = Duration::from_micros(250);
const GATHER_ROUNDS: u32 = 4;

/// Where callers leave work and the committer fetches it. Its lock is held for a push or a take, never longer.
pub(super) struct Queue {
    state: Mutex<State>,
    wake: Condvar,
    unit_limit: usize,
    note_limit: usize,
    note_delay: Duration,
    dropped: AtomicU64,
}

#[derive(Default)]
struct State {
    units: VecDeque<Box<dyn Unit>>,
    notes: Vec<Vec<u8>>,
    notes_due: Option<Instant>,
    /// The committer waits, so whoever brings work wakes it.
    idle: bool,
    /// When it wakes by itself, if it does.
    wakes_at: Option<Instant>,
    closed: bool,
    /// How many units were taken last.
    last_units: usize,
}

impl State {
    /// Whether there is something to take, or the committer has something else to do.
    fn is_ready(&self, until: Option<Instant>) -> bool {
        let due = [until, self.notes_due].into_iter().flatten().min();
        !self.units.is_empty() || self.closed || due.is_some_and(|due| due <= Instant::now())
    }
}

/// What the committer fetched.
pub(super) struct Taken {
    /// Units of work, in the order in which they came.
    pub(super) units: VecDeque<Box<dyn Unit>>,
    /// Noted audit events, not yet checked.
    pub(super) notes: Vec<Vec<u8>>,
    /// Nothing else will ever come.
    pub(super) last: bool,
}

impl Queue {
    /// An open queue for `unit_limit` units and `note_limit` notes. Notes wait `note_delay` for company.
    pub(super) fn new(unit_limit: usize, note_limit: usize, note_delay: Duration) -> Self {
        let (state, wake, dropped) = (Mutex::default(), Condvar::new(), AtomicU64::new(0));
        Self { state, wake, unit_limit, note_limit, note_delay, dropped }
    }

    /// Adds a unit; refuses it when the queue is full or closed.
    pub(super) fn push(&self, unit: Box<dyn Unit>) -> Result<(), Fault> {
        let mut state = self.lock();
        if state.closed {
            return Err(Fault::unavailable("the store is closed"));
        }
        if state.units.len() >= self.unit_limit {
            return Err(Fault::unavailable("too many units of work are waiting"));
        }
        state.units.push_back(unit);
        self.wake(state);
        Ok(())
    }

    /// Adds a noted audit event, or drops and counts it when the queue is full or closed.
    pub(super) fn note(&self, event: Vec<u8>) {
        let mut state = self.lock();
        if state.closed || state.notes.len() >= self.note_limit {
            drop(state);
            self.count_dropped(1);
            return;
        }
        let first = state.notes.is_empty();
        state.notes.push(event);
        if first {
            let due = Instant::now() + self.note_delay;
            state.notes_due = Some(due);
            if state.wakes_at.is_none_or(|at| at > due) {
                self.wake(state);
            }
        }
    }

    /// Waits for units, for notes that are due, for `until`, or for the end; then takes up to `limit` units and all
    /// notes.
    pub(super) fn take(&self, limit: usize, until: Option<Instant>) -> Taken {
        let mut state = self.gather(self.lock(), limit);
        if !state.is_ready(until) {
            state = self.gather(self.sleep(state, until), limit);
        }
        let count = state.units.len().min(limit);
        state.last_units = count;
        let rest = state.units.split_off(count);
        let units = std::mem::replace(&mut state.units, rest);
        let notes = std::mem::take(&mut state.notes);
        state.notes_due = None;
        Taken { units, notes, last: state.closed && state.units.is_empty() }
    }

    /// Where units came together the last time, waits for more as long as more keep coming, and is not woken by them: the
    /// disk is asked less often, and whoever comes alone does not wait.
    fn gather<'a>(&'a self, mut state: MutexGuard<'a, State>, limit: usize) -> MutexGuard<'a, State> {
        for _ in 0..GATHER_ROUNDS {
            let units = state.units.len();
            if state.last_units < 2 || units >= limit || state.closed {
                break;
            }
            state = self.wake.wait_timeout(state, GATHER_ROUND).unwrap_or_else(PoisonError::into_inner).0;
            if state.units.len() == units {
                break;
            }
        }
        state
    }

    /// Waits until there is something to take, or `until`. At first for no longer than notes may wait, so that a first note
    /// need not wake us: most come right after the units that were just answered.
    fn sleep<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        until: Option<Instant>,
    ) -> MutexGuard<'a, State> {
        let soon = Instant::now() + self.note_delay;
        while !state.is_ready(until) {
            let now = Instant::now();
            let soon = Some(soon).filter(|soon| now < *soon);
            state.wakes_at = [until, state.notes_due, soon].into_iter().flatten().min();
            state.idle = true;
            state = match state.wakes_at.map(|at| at.saturating_duration_since(now)) {
                Some(left) => self.wake.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.wake.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
            state.idle = false;
            if state.units.is_empty() {
                state.last_units = 0;
            }
        }
        state
    }

    /// Refuses all that comes from now on; what is in the queue can still be taken.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        self.wake(state);
    }

    /// Closes the queue and throws away what is in it, so that nobody waits for a committer that is gone.
    pub(super) fn abandon(&self) {
        let mut state = self.lock();
        state.closed = true;
        let units = std::mem::take(&mut state.units);
        let notes = std::mem::take(&mut state.notes).len();
        drop(state);
        self.count_dropped(notes);
        drop(units);
    }

    /// Counts notes that came to nothing.
    pub(super) fn count_dropped(&self, notes: usize) {
        self.dropped.fetch_add(notes as u64, Ordering::Relaxed);
    }

    /// How many notes came to nothing.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// The guard. Nothing that runs under it panics, so poison means nothing here.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self, state: MutexGuard<'_, State>) {
        let idle = state.idle;
        drop(state);
        if idle {
            self.wake.notify_one();
        }
    }
}
