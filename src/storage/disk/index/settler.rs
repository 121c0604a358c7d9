//! The settler: carries what the memtable holds into the tree, in the order of the keys, some hundred pairs at a time.
//!
//! A *sweep* goes over all keys once. When it ends, the tree holds every group up to the one at which the sweep began.
//! Until then it also holds some pairs of later ones: the journal, replayed from where the tree is whole, sets them again.
//! So a crash at any moment leaves a tree that the journal completes, and its mark counts what is in it, always.

use super::Index;
use super::mark::Mark;
use super::memtable::KeyRange;
use super::tree::{Standing, TreeBatch};
use crate::storage::port::Fault;
use std::ops::Bound;

/// Where the tree stands, and how far a sweep has come.
pub(in crate::storage::disk) struct Settler {
    standing: Standing,
    sweep: Option<Sweep>,
    pairs: usize,
}

struct Sweep {
    /// The group that was the last when the sweep began.
    sequence: u64,
    /// The key that was moved last.
    after: Option<Vec<u8>>,
    /// The greatest key that waited when the sweep began; none where none did. What comes in behind it is for the next.
    end: Option<Vec<u8>>,
}

impl Sweep {
    /// The keys that are left to move.
    fn range(&self) -> KeyRange<'_> {
        let from = self.after.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        (from, Bound::Included(self.end.as_deref().unwrap_or_default()))
    }
}

impl Settler {
    /// For an index whose tree stands at `standing`, with nothing above it yet. `pairs` of them move in one step.
    pub(in crate::storage::disk) fn at(standing: Standing, pairs: usize) -> Self {
        Self { standing, sweep: None, pairs: pairs.max(1) }
    }

    /// What the tree holds.
    pub(in crate::storage::disk) fn mark(&self) -> Mark {
        self.standing.mark
    }

    /// Whether a sweep is going on.
    pub(in crate::storage::disk) fn is_sweeping(&self) -> bool {
        self.sweep.is_some()
    }

    /// Begins a sweep up to the group `sequence`, the last that was applied. One that is going on is given up: what it
    /// moved stays moved.
    pub(in crate::storage::disk) fn begin(&mut self, index: &Index, sequence: u64) {
        self.sweep = Some(Sweep { sequence, after: None, end: index.last_unsettled() });
    }

    /// Moves the next pairs into the tree, of which some may belong to the group `last`. Gives whether nothing is left to
    /// do: the tree is whole up to the group at which the sweep began, or none was going on.
    pub(in crate::storage::disk) fn step(&mut self, index: &Index, last: u64) -> Result<bool, Fault> {
        let Some(sweep) = &mut self.sweep else { return Ok(true) };
        let mut standing = Standing { reaches: self.standing.reaches.max(last), ..self.standing };
        let mut writes = TreeBatch::default();
        let moved = index.visit_unsettled(sweep.range(), self.pairs, &mut |key, entry| {
            standing.mark.replace(entry.replaces, entry.checksum(key));
            writes.add(key, entry.value.as_deref());
        });
        let ended = moved.len() < self.pairs;
        if ended {
            standing.mark.sequence = sweep.sequence;
        }
        index.tree().apply(writes, Some(standing))?;
        index.forget(&moved);
        self.standing = standing;
        sweep.after = moved.into_iter().last();
        if ended {
            self.sweep = None;
        }
        Ok(ended)
    }

    /// Moves everything, up to the group `last`.
    pub(in crate::storage::disk) fn finish(&mut self, index: &Index, last: u64) -> Result<(), Fault> {
        self.begin(index, last);
        while !self.step(index, last)? {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::journal::frame::Frame;
    use super::super::super::rebuild::Base;
    use super::super::super::replay::Replay;
    use super::super::tree::Tree;
    use super::*;
    use crate::storage::audit::Head;
    use crate::storage::changes::Changes;
    use crate::storage::port::Read as _;
    use crate::storage::spent::Spent;
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::path::Path;

    type Group = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

    #[derive(Debug, Clone)]
    enum Act {
        Group(Group),
        Begin,
        Step,
        Crash,
    }

    fn act() -> impl Strategy<Value = Act> {
        let key = prop::sample::select(b"abcdefgh".as_slice()).prop_map(|letter| vec![letter]);
        let writes = btree_map(key, prop::option::weighted(0.6, vec(any::<u8>(), 0..3)), 0..5);
        prop_oneof![6 => writes.prop_map(Act::Group), 2 => Just(Act::Begin), 6 => Just(Act::Step), 1 => Just(Act::Crash)]
    }

    /// A store without its threads: what the journal holds, and an index above a tree.
    struct Small {
        frames: Vec<Frame>,
        mark: Mark,
        index: Index,
        settler: Settler,
        pairs: usize,
    }

    impl Small {
        fn new(path: &Path, pairs: usize) -> Self {
            let index = Index::above(Tree::open(path, 1 << 20).unwrap(), Spent::default());
            let settler = Settler::at(Standing::whole(Mark::default()), pairs);
            Self { frames: Vec::new(), mark: Mark::default(), index, settler, pairs }
        }

        fn commit(&mut self, writes: Group) {
            let prepared = Index::prepare(&self.index, &writes, self.mark.sequence + 1, self.mark).unwrap();
            self.mark = prepared.mark;
            let changes = Changes { writes: writes.clone(), ..Changes::default() };
            self.frames.push(Frame { mark: self.mark, audit_before: Head::default(), changes });
            self.index.apply(prepared, writes, BTreeMap::new());
        }

        /// Loses what is in memory, and recovers from the tree as it is and the journal.
        fn crash(self, path: &Path) -> Self {
            let Self { frames, mark, index, pairs, .. } = self;
            index.tree().flush().unwrap();
            drop(index);
            let tree = Tree::open(path, 1 << 20).unwrap();
            let standing = tree.verify().unwrap().unwrap_or(Standing::whole(Mark::default()));
            assert!(standing.mark.sequence <= standing.reaches && standing.reaches <= mark.sequence);
            let mut replay = Replay::above(Base { tree, standing }, Spent::default(), 100, pairs);
            for frame in &frames {
                replay.apply(frame.clone()).unwrap();
            }
            let (index, settler) = replay.finish().unwrap();
            assert_eq!(settler.mark(), mark);
            Self { frames, mark, index, settler, pairs }
        }
    }

    fn read_all(index: &Index) -> BTreeMap<Vec<u8>, Vec<u8>> {
        index.scan(b"", None, usize::MAX).unwrap().into_iter().collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn whatever_was_settled_before_a_crash_the_journal_completes_it(
            acts in vec(act(), 0..60),
            pairs in 1..5_usize,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut model = BTreeMap::new();
            let mut small = Small::new(folder.path(), pairs);
            for act in acts.into_iter().chain([Act::Crash]) {
                match act {
                    Act::Group(writes) => {
                        for (key, value) in writes.clone() {
                            match value {
                                Some(value) => drop(model.insert(key, value)),
                                None => drop(model.remove(&key)),
                            }
                        }
                        small.commit(writes);
                    }
                    Act::Begin => small.settler.begin(&small.index, small.mark.sequence),
                    Act::Step => drop(small.settler.step(&small.index, small.mark.sequence).unwrap()),
                    Act::Crash => small = small.crash(folder.path()),
                }
                prop_assert_eq!(&read_all(&small.index), &model);
                for letter in b"abcdefgh" {
                    let found = small.index.get(&[*letter]).unwrap();
                    prop_assert_eq!(found.as_ref(), model.get([*letter].as_slice()));
                }
            }
        }
    }
}
