//! The bounded queue before the committer: units of work, and noted audit events.

use super::super::port::Fault;
use super::super::unit::Unit;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

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
    closed: bool,
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
            state.notes_due = Some(Instant::now() + self.note_delay);
            self.wake(state);
        }
    }

    /// Waits for units, for notes that are due, for `until`, or for the end; then takes up to `limit` units and all
    /// notes.
    pub(super) fn take(&self, limit: usize, until: Option<Instant>) -> Taken {
        let mut state = self.lock();
        loop {
            let due = [until, state.notes_due].into_iter().flatten().min();
            let left = due.map(|due| due.saturating_duration_since(Instant::now()));
            if !state.units.is_empty() || state.closed || left == Some(Duration::ZERO) {
                break;
            }
            state.idle = true;
            state = match left {
                Some(left) => self.wake.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.wake.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
            state.idle = false;
        }
        let rest = state.units.len().min(limit);
        let rest = state.units.split_off(rest);
        let units = std::mem::replace(&mut state.units, rest);
        let notes = std::mem::take(&mut state.notes);
        state.notes_due = None;
        Taken { units, notes, last: state.closed && state.units.is_empty() }
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
