//! The write overlay: a unit of work sees the state beneath it and its own writes above, and nobody else sees them.
//!
//! Overlays nest: the one of a unit lies on the one of its group, which lies on the committed state.

use super::changes::Changes;
use super::limits;
use super::pages::Pages;
use super::port::{Fault, Pairs, Read, Txn};
use std::ops::Bound;

/// Uncommitted changes above some other state.
pub(super) struct Overlay<'a> {
    beneath: &'a dyn Read,
    changes: Changes,
    fault: Option<Fault>,
}

impl<'a> Overlay<'a> {
    /// No changes yet, above `beneath`.
    pub(super) fn above(beneath: &'a dyn Read) -> Self {
        Self { beneath, changes: Changes::default(), fault: None }
    }

    /// Takes in the changes of a unit that ended well.
    pub(super) fn absorb(&mut self, changes: Changes) {
        self.changes.absorb(changes);
    }

    /// The changes; a fault if any of them broke a limit of the store.
    pub(super) fn finish(self) -> Result<Changes, Fault> {
        self.fault.map_or(Ok(self.changes), Err)
    }

    /// Remembers the first broken limit. `put` cannot say so itself, hence the unit as a whole fails.
    fn check(&mut self, result: Result<(), Fault>) -> bool {
        match result {
            Ok(()) => true,
            Err(fault) => {
                self.fault.get_or_insert(fault);
                false
            }
        }
    }
}

impl Read for Overlay<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        match self.changes.writes.get(key) {
            Some(written) => Ok(written.clone()),
            None => self.beneath.get(key),
        }
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Pairs, Fault> {
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let mut above = self
            .changes
            .writes
            .range::<[u8], _>((from, Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(prefix))
            .peekable();
        if above.peek().is_none() {
            return self.beneath.scan(prefix, after, limit);
        }
        let mut beneath = Pages::new(self.beneath, prefix, after, limit);
        let mut found = Vec::new();
        while found.len() < limit {
            let next = beneath.peek()?.map(|(key, _)| key.as_slice());
            match (above.peek(), next) {
                (Some((written, _)), Some(stored)) if written.as_slice() > stored => {
                    found.extend(beneath.take());
                }
                (Some((written, _)), stored) => {
                    if stored == Some(written.as_slice()) {
                        beneath.take();
                    }
                    found.extend(above.next().and_then(|(key, value)| Some((key.clone(), value.clone()?))));
                }
                (None, Some(_)) => found.extend(beneath.take()),
                (None, None) => break,
            }
        }
        Ok(found)
    }
}

impl Txn for Overlay<'_> {
    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        if self.check(limits::check_pair(&key, &value)) {
            self.changes.writes.insert(key, Some(value));
        }
    }

    fn delete(&mut self, key: Vec<u8>) {
        if self.check(limits::check_key(&key)) {
            self.changes.writes.insert(key, None);
        }
    }

    fn append(&mut self, entry: Vec<u8>) {
        if self.check(limits::check_event(&entry)) {
            self.changes.events.push(entry);
        }
    }
}
