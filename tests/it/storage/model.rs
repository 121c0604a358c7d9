//! Every backend against a plain map: random units, refusals that keep, faults that drop, scans, restarts.

use super::sample::{self, tag};
use latchkey::storage::{Fault, Read, Stop, Store, Txn};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

type Pairs = BTreeMap<Vec<u8>, Vec<u8>>;

/// What a store should hold.
#[derive(Clone, Default)]
struct Model {
    pairs: Pairs,
    spent: BTreeSet<u64>,
}

#[derive(Debug, Clone)]
enum Step {
    Put(Vec<u8>, Vec<u8>),
    Delete(Vec<u8>),
    Scan(Vec<u8>, Option<Vec<u8>>, usize),
    Append,
    Spend(u64),
}

#[derive(Debug, Clone, Copy)]
enum Ending {
    Well,
    Refused,
    Fault,
    Panic,
}

#[derive(Debug, Clone)]
enum Act {
    Unit(Vec<Step>, Ending),
    Reopen,
}

/// Few letters and short keys, so that keys meet and prefixes nest.
fn key() -> impl Strategy<Value = Vec<u8>> {
    vec(prop::sample::select(vec![0, b'a', b'b', 0xff]), 1..4)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (key(), vec(any::<u8>(), 0..20)).prop_map(|(key, value)| Step::Put(key, value)),
        2 => key().prop_map(Step::Delete),
        3 => (vec(prop::sample::select(vec![0, b'a', 0xff]), 0..3), prop::option::of(key()), 0..6_usize)
            .prop_map(|(prefix, after, limit)| Step::Scan(prefix, after, limit)),
        1 => Just(Step::Append),
        2 => (0..12_u64).prop_map(Step::Spend),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let ending = prop_oneof![
        5 => Just(Ending::Well), 2 => Just(Ending::Refused), 1 => Just(Ending::Fault), 1 => Just(Ending::Panic)
    ];
    prop_oneof![12 => (vec(step(), 0..8), ending).prop_map(|(steps, ending)| Act::Unit(steps, ending)), 1 => Just(Act::Reopen)]
}

fn scan(model: &Pairs, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    let pairs = model.range::<[u8], _>((from, Bound::Unbounded)).filter(|(key, _)| key.starts_with(prefix));
    pairs.take(limit).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// An answer among the scans: a pair for "yes".
fn told(yes: bool) -> Vec<(Vec<u8>, Vec<u8>)> {
    yes.then(Default::default).into_iter().collect()
}

type Scans = Vec<Vec<(Vec<u8>, Vec<u8>)>>;

/// Runs the steps on the store's side: all scans made, then the ending.
fn perform(txn: &mut dyn Txn, steps: &[Step], ending: Ending) -> Result<Scans, Stop<Scans>> {
    let mut scans = Vec::new();
    for step in steps {
        match step.clone() {
            Step::Put(key, value) => txn.put(key, value),
            Step::Delete(key) => txn.delete(key),
            Step::Scan(prefix, after, limit) => scans.push(txn.scan(&prefix, after.as_deref(), limit)?),
            Step::Append => txn.append(b"{}".to_vec()),
            Step::Spend(n) => {
                scans.push(told(txn.is_spent(&tag(n))?));
                txn.spend(tag(n), n);
            }
        }
    }
    match ending {
        Ending::Well => Ok(scans),
        Ending::Refused => Err(Stop::Refused(scans)),
        Ending::Fault => Err(Fault::broken("on purpose").into()),
        Ending::Panic => std::panic::resume_unwind(Box::new("on purpose")),
    }
}

/// The same on the model: the scans expected, the state and the number of audit entries afterwards.
fn expect(model: &mut Model, entries: &mut usize, steps: &[Step], ending: Ending) -> Scans {
    let (mut after, mut appended, mut scans) = (model.clone(), 0, Vec::new());
    for step in steps {
        match step.clone() {
            Step::Put(key, value) => drop(after.pairs.insert(key, value)),
            Step::Delete(key) => drop(after.pairs.remove(&key)),
            Step::Spend(n) => scans.push(told(!after.spent.insert(n))),
            Step::Scan(prefix, from, limit) => {
                scans.push(scan(&after.pairs, &prefix, from.as_deref(), limit));
            }
            Step::Append => appended += 1,
        }
    }
    if matches!(ending, Ending::Well | Ending::Refused) {
        *model = after;
        *entries += appended;
    }
    scans
}

fn agrees(mut store: Store, acts: Vec<Act>, reopen: &dyn Fn(Store) -> Store) {
    let (mut model, mut entries) = (Model::default(), 0);
    for act in acts {
        match act {
            Act::Reopen => store = reopen(store),
            Act::Unit(steps, ending) => {
                let expected = expect(&mut model, &mut entries, &steps, ending);
                let done = store.run_blocking(move |txn| perform(txn, &steps, ending));
                match ending {
                    Ending::Well => assert_eq!(done.unwrap(), expected),
                    Ending::Refused => {
                        assert!(matches!(done, Err(Stop::Refused(scans)) if scans == expected));
                    }
                    Ending::Fault | Ending::Panic => assert!(matches!(done, Err(Stop::Fault(_)))),
                }
            }
        }
        assert_eq!(store.scan(b"", None, usize::MAX).unwrap(), scan(&model.pairs, b"", None, usize::MAX));
        assert_eq!(store.audit(0, usize::MAX).unwrap().len(), entries);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]
    #[test]
    fn memory_agrees_with_a_map(acts in vec(act(), 0..40)) {
        agrees(Store::memory(), acts, &|store| store);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]
    #[test]
    fn disk_agrees_with_a_map(acts in vec(act(), 0..40)) {
        let (store, folder) = sample::empty();
        agrees(store, acts, &|store| {
            drop(store);
            let (store, opening) = sample::open(folder.path());
            assert_eq!(opening.rebuilt, None);
            store
        });
    }
}
