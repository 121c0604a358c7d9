//! The write overlay: a unit of work sees the state beneath it and its own writes above, and nobody else sees them.
//!
//! Overlays nest: the one of a unit lies on the one of its group, which lies on the committed state.

use super::changes::Changes;
use super::limits;
use super::merge;
use super::port::{Fault, Pairs, Read, State, Tag, Txn};

/// Uncommitted changes above some other state.
pub(super) struct Overlay<'a> {
    beneath: &'a dyn State,
    changes: Changes,
    fault: Option<Fault>,
}

impl<'a> Overlay<'a> {
    /// No changes yet, above `beneath`.
    pub(super) fn above(beneath: &'a dyn State) -> Self {
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
        let above = self.changes.writes.range::<[u8], _>(merge::from(prefix, after));
        let above = above.take_while(|(key, _)| key.starts_with(prefix));
        let above = above.map(|(key, value)| (key, value.as_deref()));
        merge::scan(above, self.beneath, prefix, after, limit)
    }
}

impl State for Overlay<'_> {
    fn is_spent(&self, tag: &Tag) -> Result<bool, Fault> {
        if self.changes.spent.contains_key(tag) {
            return Ok(true);
        }
        self.beneath.is_spent(tag)
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

    fn is_spent(&self, tag: &Tag) -> Result<bool, Fault> {
        State::is_spent(self, tag)
    }

    fn spend(&mut self, tag: Tag, until: u64) {
        self.changes.spent.insert(tag, until);
    }

    fn append(&mut self, entry: Vec<u8>) {
        if self.check(limits::check_event(&entry)) {
            self.changes.events.push(entry);
        }
    }
}
