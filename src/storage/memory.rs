//! The store in memory, for tests. Nothing survives the process.
//!
//! It rehearses: every unit of work runs twice, the first run is dropped, and a unit whose two runs do not leave
//! the same behind is refused. So a unit that reads a clock or draws fresh randomness fails in the first test that
//! reaches it, not on the day a real backend runs it again.

use super::audit::{AuditEntry, Chain};
use super::changes::Changes;
use super::limits;
use super::port::{Fault, Pairs, Read, State, Stop, Tag, Txn};
use super::spent::Spent;
use super::unit::attempt;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

/// How many audit entries are kept; older ones are forgotten.
const KEPT_ENTRIES: usize = 16_384;

/// All pairs in one map, and the latest audit entries.
#[derive(Default)]
pub(super) struct Memory {
    pairs: RwLock<BTreeMap<Vec<u8>, Vec<u8>>>,
    spent: Spent,
    trail: Mutex<Trail>,
    /// Held while a unit runs: units come one after the other.
    turn: Mutex<()>,
    closed: AtomicBool,
    dropped: AtomicU64,
}

#[derive(Default)]
struct Trail {
    chain: Chain,
    entries: VecDeque<AuditEntry>,
}

impl Memory {
    /// Runs `unit` twice, commits the second run and gives its answer.
    pub(super) fn run<T, R, F>(&self, mut unit: F) -> Result<T, Stop<R>>
    where
        F: FnMut(&mut dyn Txn) -> Result<T, Stop<R>>,
    {
        let _turn = locked(&self.turn);
        self.check_open()?;
        let (_, rehearsed) = attempt(&mut unit, self);
        let (outcome, changes) = attempt(&mut unit, self);
        if rehearsed != changes {
            return Err(Stop::Fault(Fault::broken(
                "a unit of work is not pure: its second run wrote other things",
            )));
        }
        if let Some(changes) = changes {
            self.commit(changes);
        }
        outcome
    }

    /// Records an audit event at once, or drops one that is not one JSON object on one line.
    pub(super) fn note(&self, event: &[u8]) {
        match limits::check_event(event) {
            Ok(()) => locked(&self.trail).push(event),
            Err(fault) => {
                self.dropped.fetch_add(1, Ordering::Relaxed);
                tracing::error!(%fault, "an audit note was dropped");
            }
        }
    }

    /// How many notes were dropped.
    pub(super) fn notes_dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Up to `limit` audit entries with a sequence number above `after`.
    pub(super) fn audit(&self, after: u64, limit: usize) -> Vec<AuditEntry> {
        locked(&self.trail)
            .entries
            .iter()
            .filter(|entry| entry.sequence > after)
            .take(limit)
            .cloned()
            .collect()
    }

    /// Forgets what was spent and need not be remembered from the second `now` on.
    pub(super) fn forget_spent(&self, now: u64) {
        self.spent.forget(now);
    }

    /// Refuses everything from now on.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    fn check_open(&self) -> Result<(), Fault> {
        if self.closed.load(Ordering::SeqCst) {
            Err(Fault::unavailable("the store is closed"))
        } else {
            Ok(())
        }
    }

    fn commit(&self, changes: Changes) {
        let mut pairs = self.pairs.write().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in changes.writes {
            match value {
                Some(value) => pairs.insert(key, value),
                None => pairs.remove(&key),
            };
        }
        drop(pairs);
        self.spent.extend(changes.spent);
        let mut trail = locked(&self.trail);
        changes.events.iter().for_each(|event| trail.push(event));
    }
}

impl Trail {
    fn push(&mut self, event: &[u8]) {
        let mut reader = self.chain;
        let line = self.chain.link(event);
        self.entries.extend(reader.follow(&line));
        if self.entries.len() > KEPT_ENTRIES {
            self.entries.pop_front();
        }
    }
}

impl Read for Memory {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.check_open()?;
        Ok(self.pairs.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned())
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Pairs, Fault> {
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        self.check_open()?;
        let pairs = self.pairs.read().unwrap_or_else(PoisonError::into_inner);
        let within =
            pairs.range::<[u8], _>((from, Bound::Unbounded)).take_while(|(key, _)| key.starts_with(prefix));
        Ok(within.take(limit).map(|(key, value)| (key.clone(), value.clone())).collect())
    }
}

impl State for Memory {
    fn is_spent(&self, tag: &Tag) -> Result<bool, Fault> {
        self.check_open()?;
        Ok(self.spent.contains(tag))
    }
}

/// The guard of `mutex`. What it guards is changed in steps that cannot panic, so poison means nothing here.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
