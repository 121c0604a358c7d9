//! Replaying the journal: its frames go into the index as groups of units do, and are settled at the end.

use super::super::port::Fault;
use super::super::spent::Spent;
use super::index::{Index, Mark, Settler};
use super::journal::frame::Frame;
use super::rebuild::Base;

/// An index that is brought up to the journal.
pub(super) struct Replay {
    index: Index,
    settler: Settler,
    mark: Mark,
    /// What the last frame says of the index after it.
    said: Mark,
    memtable_bytes: usize,
}

impl Replay {
    /// Begins at `base`, with what was `spent` until then at least; about `memtable_bytes` are kept in memory at most, and settled `settle_pairs` at a time.
    pub(super) fn above(base: Base, spent: Spent, memtable_bytes: usize, settle_pairs: usize) -> Self {
        let Base { tree, standing } = base;
        let settler = Settler::at(standing, settle_pairs);
        Self {
            index: Index::above(tree, spent),
            settler,
            mark: standing.mark,
            said: standing.mark,
            memtable_bytes,
        }
    }

    /// Where the index stands.
    pub(super) fn mark(&self) -> Mark {
        self.mark
    }

    /// Lets `frame` in, unless the tree is whole up to it already: then what it spent alone. Gives whether it did.
    pub(super) fn apply(&mut self, frame: Frame) -> Result<bool, Fault> {
        let sequence = frame.mark.sequence;
        if sequence <= self.mark.sequence {
            self.index.spent().extend(frame.changes.spent);
            return Ok(false);
        }
        let prepared = Index::prepare(&self.index, &frame.changes.writes, sequence, self.mark)?;
        (self.mark, self.said) = (prepared.mark, frame.mark);
        self.index.apply(prepared, frame.changes.writes, frame.changes.spent);
        if self.index.unsettled_bytes() > self.memtable_bytes {
            self.settler.finish(&self.index, sequence)?;
        }
        Ok(true)
    }

    /// Settles all, so that the tree stands where the index does. A fault if the journal says that it should be another.
    pub(super) fn finish(mut self) -> Result<(Index, Settler), Fault> {
        self.settler.finish(&self.index, self.mark.sequence)?;
        if self.mark == self.said && self.settler.mark() == self.mark {
            Ok((self.index, self.settler))
        } else {
            Err(Fault::broken("it is not what the journal says"))
        }
    }
}
