//! The ordered index: a [`memtable`] above a [`tree`] (sled). Groups of units go into the memtable, whose lock is held for as
//! long as a map takes to insert them; the [`settler`] moves them on. A [`mark`] counts what is in. What a group reads on its
//! way it reads once ([`memo`]).
//!
//! Readers look into the memtable first, then into the tree. An entry leaves the memtable only when the tree holds it, so
//! no reader ever misses a pair between the two.

mod mark;
mod memo;
mod memtable;
mod settler;
mod tree;

pub(super) use mark::{Mark, checksum};
pub(super) use memo::Memo;
pub(super) use settler::Settler;
pub(super) use tree::{Standing, Tree, TreeBatch};

use crate::storage::merge;
use crate::storage::port::{Fault, Pairs, Read, State, Tag};
use crate::storage::spent::Spent;
use memtable::{Entry, KeyRange, Memtable};
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The last word on each key of a group: a value, or none where it is deleted.
type Writes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// The index: what is committed, for everybody to read. One thread alone writes to it.
pub(super) struct Index {
    tree: Tree,
    memtable: RwLock<Memtable>,
    spent: Spent,
}

/// What a group's writes do to the index.
pub(super) struct Prepared {
    /// The checksums of the pairs that are replaced, in the order of the keys.
    stored: Vec<Option<u32>>,
    /// Where the index stands once the writes are in.
    pub(super) mark: Mark,
}

impl Index {
    /// The index that `tree` holds already, with what was `spent`.
    pub(super) fn above(tree: Tree, spent: Spent) -> Self {
        Self { tree, memtable: RwLock::default(), spent }
    }

    /// Prepares `writes` as number `sequence`, above the state that `mark` describes and `before` reads.
    pub(super) fn prepare(
        before: &dyn Read,
        writes: &Writes,
        sequence: u64,
        mut mark: Mark,
    ) -> Result<Prepared, Fault> {
        mark.sequence = sequence;
        let mut all = Vec::with_capacity(writes.len());
        for (key, value) in writes {
            let stored = before.get(key)?.map(|stored| checksum(key, &stored));
            let written = value.as_ref().map(|value| checksum(key, value));
            mark.replace(stored, written);
            all.push(stored);
        }
        Ok(Prepared { stored: all, mark })
    }

    /// Lets the `writes` in that were prepared; who reads one key sees all of them or nothing. What was `spent` goes in
    /// beside them, for the units to come.
    pub(super) fn apply(&self, prepared: Prepared, writes: Writes, spent: BTreeMap<Tag, u64>) {
        self.spent.extend(spent);
        let mut memtable = self.write();
        for ((key, value), stored) in writes.into_iter().zip(prepared.stored) {
            memtable.write(key, value, stored);
        }
    }

    /// Hands up to `limit` entries in `range`, which the tree does not hold yet, to `visit`, in order. Gives the keys.
    fn visit_unsettled(
        &self,
        range: KeyRange<'_>,
        limit: usize,
        visit: &mut dyn FnMut(&[u8], &Entry),
    ) -> Vec<Vec<u8>> {
        let memtable = self.read();
        let entries = memtable.range(range).take(limit);
        entries.inspect(|(key, entry)| visit(key, entry)).map(|(key, _)| key.clone()).collect()
    }

    /// The greatest key of which the tree does not hold the newest word.
    fn last_unsettled(&self) -> Option<Vec<u8>> {
        self.read().last().cloned()
    }

    /// Forgets `settled` here, since the tree holds them; nothing was written since they were visited.
    fn forget(&self, settled: &[Vec<u8>]) {
        let mut memtable = self.write();
        for key in settled {
            memtable.remove(key);
        }
    }

    /// Roughly how much memory waits to be settled.
    pub(super) fn unsettled_bytes(&self) -> usize {
        self.read().bytes()
    }

    /// What was spent, and is remembered.
    pub(super) fn spent(&self) -> &Spent {
        &self.spent
    }

    /// What lies below.
    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Nothing that runs under the lock panics, so poison means nothing here.
    fn read(&self) -> RwLockReadGuard<'_, Memtable> {
        self.memtable.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Memtable> {
        self.memtable.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for Index {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        if let Some(entry) = self.read().find(key) {
            return Ok(entry.value.clone());
        }
        self.tree.get(key)
    }

    /// Holds the memtable's lock meanwhile, so that a group is in the result whole or not at all.
    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Pairs, Fault> {
        let memtable = self.read();
        merge::scan(memtable.scan(prefix, after), &self.tree, prefix, after, limit)
    }
}

impl State for Index {
    fn is_spent(&self, tag: &Tag) -> Result<bool, Fault> {
        Ok(self.spent.contains(tag))
    }
}
