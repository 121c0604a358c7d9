//! What a unit of work, or a whole group of them, leaves behind.

use super::port::Tag;
use std::collections::BTreeMap;

/// What a tag and its time take.
const SPENT_BYTES: usize = 24;

/// Writes, tags that were spent and audit entries: they stand or fall together.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Changes {
    /// The last word on each key: a value, or none where it is deleted.
    pub(super) writes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// What was spent, with the second until which it is remembered.
    pub(super) spent: BTreeMap<Tag, u64>,
    /// Audit events in order, each one JSON object on one line.
    pub(super) events: Vec<Vec<u8>>,
}

impl Changes {
    /// Nothing written, nothing to record: such a group needs no disk.
    pub(super) fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.spent.is_empty() && self.events.is_empty()
    }

    /// Roughly how many bytes there are.
    pub(super) fn bytes(&self) -> usize {
        let written =
            |(key, value): (&Vec<u8>, &Option<Vec<u8>>)| key.len() + value.as_ref().map_or(0, Vec::len);
        self.writes.iter().map(written).sum::<usize>()
            + self.spent.len() * SPENT_BYTES
            + self.events.iter().map(Vec::len).sum::<usize>()
    }

    /// Lays `later` on top: its word on a key replaces ours.
    pub(super) fn absorb(&mut self, later: Self) {
        self.writes.extend(later.writes);
        self.spent.extend(later.spent);
        self.events.extend(later.events);
    }
}
