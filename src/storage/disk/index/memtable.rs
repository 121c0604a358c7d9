//! What is committed and not yet in the tree: the journal makes it durable, this map makes it readable, and a [`Settler`]
//! carries it into the tree in batches much larger than a group of units is.
//!
//! [`Settler`]: super::Settler

use super::mark::checksum;
use crate::storage::merge;
use std::collections::BTreeMap;
use std::ops::Bound;

/// What an entry takes in memory beside its key and value, about.
const ENTRY_BYTES: usize = 128;

/// From where to where keys go.
pub(super) type KeyRange<'a> = (Bound<&'a [u8]>, Bound<&'a [u8]>);

/// The newest word on each key that the tree does not hold yet.
#[derive(Default)]
pub(super) struct Memtable {
    entries: BTreeMap<Vec<u8>, Entry>,
    bytes: usize,
}

/// One key's newest word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The value, or none where the key is deleted.
    pub(super) value: Option<Vec<u8>>,
    /// The checksum of the pair that the tree holds under this key, if it holds one.
    pub(super) replaces: Option<u32>,
}

impl Entry {
    /// The checksum of the pair that this is, if it is one.
    pub(super) fn checksum(&self, key: &[u8]) -> Option<u32> {
        self.value.as_deref().map(|value| checksum(key, value))
    }
}

impl Memtable {
    /// The word on `key`, where there is one.
    pub(super) fn find(&self, key: &[u8]) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// Writes `value` under `key`, or deletes it. `stored` is the checksum of the pair that was read under it before,
    /// from here or from the tree.
    pub(super) fn write(&mut self, key: Vec<u8>, value: Option<Vec<u8>>, stored: Option<u32>) {
        let replaces = self.remove(&key).map_or(stored, |earlier| earlier.replaces);
        // What came and went again need not be told to the tree.
        if value.is_some() || replaces.is_some() {
            let entry = Entry { value, replaces };
            self.bytes += weight(&key, &entry);
            self.entries.insert(key, entry);
        }
    }

    /// Forgets `key`: the tree holds the newest word on it.
    pub(super) fn remove(&mut self, key: &[u8]) -> Option<Entry> {
        let entry = self.entries.remove(key)?;
        self.bytes -= weight(key, &entry);
        Some(entry)
    }

    /// The entries in `range`, in order.
    pub(super) fn range(&self, range: KeyRange<'_>) -> impl Iterator<Item = (&Vec<u8>, &Entry)> {
        self.entries.range::<[u8], _>(range)
    }

    /// The greatest key.
    pub(super) fn last(&self) -> Option<&Vec<u8>> {
        self.entries.last_key_value().map(|(key, _)| key)
    }

    /// The words on keys under `prefix` above the key `after`, in order.
    pub(super) fn scan<'a>(
        &'a self,
        prefix: &'a [u8],
        after: Option<&'a [u8]>,
    ) -> impl Iterator<Item = (&'a Vec<u8>, Option<&'a [u8]>)> {
        let entries = self.entries.range::<[u8], _>(merge::from(prefix, after));
        let entries = entries.take_while(move |(key, _)| key.starts_with(prefix));
        entries.map(|(key, entry)| (key, entry.value.as_deref()))
    }

    /// Roughly how much memory the entries take.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

fn weight(key: &[u8], entry: &Entry) -> usize {
    // The key is kept once; a deleted value takes nothing.
    ENTRY_BYTES + key.len() + entry.value.as_ref().map_or(0, Vec::len)
}
