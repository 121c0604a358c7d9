//! What a group of units has read, so that nothing is looked up twice: most units write what they have just read, and the
//! index must know what a write replaces.

use super::Index;
use crate::storage::port::{Fault, Pairs, Read, State, Tag};
use std::cell::RefCell;
use std::collections::HashMap;

/// The index, as one group sees it: nothing in it changes meanwhile, since the group's thread is the one that writes.
pub(in crate::storage::disk) struct Memo<'a> {
    index: &'a Index,
    read: RefCell<HashMap<Vec<u8>, Option<Vec<u8>>>>,
}

impl<'a> Memo<'a> {
    /// Nothing read yet.
    pub(in crate::storage::disk) fn of(index: &'a Index) -> Self {
        Self { index, read: RefCell::default() }
    }
}

impl Read for Memo<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        if let Some(known) = self.read.borrow().get(key) {
            return Ok(known.clone());
        }
        let value = self.index.get(key)?;
        self.read.borrow_mut().insert(key.to_vec(), value.clone());
        Ok(value)
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Pairs, Fault> {
        self.index.scan(prefix, after, limit)
    }
}

impl State for Memo<'_> {
    fn is_spent(&self, tag: &Tag) -> Result<bool, Fault> {
        self.index.is_spent(tag)
    }
}
