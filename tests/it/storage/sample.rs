//! Stores on disk for the tests, and short ways to write to them.

use latchkey::storage::{OpenError, Opening, Options, Read, Store, Tag, Txn};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Settings under which everything happens early: what is committed goes on into the tree soon, and in small steps.
pub(super) fn options() -> Options {
    Options {
        min_free_bytes: 0,
        cache_bytes: 4 << 20,
        memtable_bytes: 1024,
        settle_pairs: 3,
        ..Options::default()
    }
}

/// A new store in a folder that goes with the `TempDir`.
pub(super) fn empty() -> (Store, TempDir) {
    let folder = TempDir::new().unwrap();
    (open(folder.path()).0, folder)
}

pub(super) fn open(folder: &Path) -> (Store, Opening) {
    try_open(folder).unwrap()
}

pub(super) fn try_open(folder: &Path) -> Result<(Store, Opening), OpenError> {
    Store::open(folder, &options())
}

/// Writes a pair and an audit event in one unit.
pub(super) fn put(store: &Store, key: &str, value: &str) {
    let (key, value) = (key.to_owned(), value.to_owned());
    let done = store.run_blocking::<(), (), _>(move |txn: &mut dyn Txn| {
        txn.put(key.clone().into_bytes(), value.clone().into_bytes());
        txn.append(format!("{{\"put\":\"{key}\"}}").into_bytes());
        Ok(())
    });
    done.unwrap();
}

/// A tag, as a hash would give it: those of near numbers lie far apart.
pub(super) fn tag(n: u64) -> Tag {
    let [half @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = openssl::sha::sha256(&n.to_be_bytes());
    Tag(half)
}

/// Spends [`tag`] `n`, to be remembered until the second `n`.
pub(super) fn spend(store: &Store, n: u64) {
    let unit = move |txn: &mut dyn Txn| {
        txn.spend(tag(n), n);
        Ok(())
    };
    store.run_blocking::<(), (), _>(unit).unwrap();
}

/// Which of the tags of these numbers are not remembered.
pub(super) fn unknown(store: &Store, numbers: std::ops::Range<u64>) -> Vec<u64> {
    let unit = move |txn: &mut dyn Txn| {
        let mut missing = Vec::new();
        for n in numbers.clone() {
            if !txn.is_spent(&tag(n))? {
                missing.push(n);
            }
        }
        Ok(missing)
    };
    store.run_blocking::<_, (), _>(unit).unwrap()
}

/// `count` pairs, `k0` to `k<count - 1>`, and an audit entry for each.
pub(super) fn fill(folder: &Path, count: usize) {
    let (store, _) = open(folder);
    (0..count).for_each(|n| put(&store, &format!("k{n}"), &format!("value {n}")));
}

/// All that [`fill`] wrote is there, in the pairs and in the audit log.
pub(super) fn assert_filled(store: &Store, count: usize) {
    assert_eq!(store.scan(b"", None, usize::MAX).unwrap().len(), count);
    for n in 0..count {
        assert_eq!(store.get(format!("k{n}").as_bytes()).unwrap(), Some(format!("value {n}").into_bytes()));
    }
    let entries = store.audit(0, usize::MAX).unwrap();
    assert_eq!(entries.len(), count);
}

/// The files in `folder/inner`, in order of names.
pub(super) fn files(folder: &Path, inner: &str) -> Vec<PathBuf> {
    let mut found: Vec<_> =
        std::fs::read_dir(folder.join(inner)).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

/// Changes a file in place.
pub(super) fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).unwrap();
    change(&mut bytes);
    std::fs::write(path, bytes).unwrap();
}
