//! The store on disk: the common rules, and what a restart keeps.

use super::sample::{empty, files, fill, open, options, put, try_open};
use latchkey::storage::{Fault, FaultKind, Options, Read, Stop, Store};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

super::conformance::suite!(empty());

#[test]
fn a_restart_keeps_pairs_and_audit_and_goes_on_with_both() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), 5);
    let (store, opening) = open(folder.path());
    assert_eq!((opening.sequence, opening.pairs, opening.replayed), (5, 5, 0), "{opening}");
    assert_eq!((opening.rebuilt, opening.audit_restored), (None, 0));
    super::sample::assert_filled(&store, 5);
    put(&store, "k5", "value 5");
    drop(store);
    super::sample::assert_filled(&open(folder.path()).0, 6);
}

#[test]
fn a_second_process_on_the_folder_is_told_so_in_one_line() {
    let (_store, folder) = empty();
    let said = try_open(folder.path()).unwrap_err().to_string();
    assert!(said.contains("in use by another process") && !said.contains('\n'), "{said}");
}

#[test]
fn a_folder_that_cannot_be_made_is_told_in_one_line() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let said = try_open(&file.path().join("data")).unwrap_err().to_string();
    assert!(said.contains("data folder") && !said.contains('\n'), "{said}");
}

#[test]
fn nobody_else_may_read_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), 3);
    assert_private(folder.path());
}

#[test]
fn with_the_disk_nearly_full_reads_go_on_and_writes_are_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), 1);
    let (store, _) = Store::open(folder.path(), &Options { min_free_bytes: u64::MAX, ..options() }).unwrap();
    let refused = store.run_blocking::<(), (), _>(|txn| {
        txn.put(b"a".to_vec(), vec![]);
        Ok(())
    });
    assert!(matches!(refused, Err(Stop::Fault(Fault { kind: FaultKind::Unavailable, .. }))));
    let read = store.run_blocking::<_, (), _>(|txn| Ok(txn.get(b"k0")?));
    assert_eq!(read.unwrap(), Some(b"value 0".to_vec()));
    assert_eq!(store.get(b"a").unwrap(), None);
}

#[test]
fn a_write_that_the_disk_refuses_is_never_acknowledged_and_ends_all_writing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("journal")).unwrap();
    std::os::unix::fs::symlink("/dev/full", folder.path().join("journal/00000000000000000001.journal"))
        .unwrap();
    let (store, _) = open(folder.path());
    for _ in 0..2 {
        let failed = store.run_blocking::<(), (), _>(|txn| {
            txn.put(b"a".to_vec(), vec![]);
            Ok(())
        });
        assert!(matches!(failed, Err(Stop::Fault(Fault { kind: FaultKind::Unavailable, .. }))));
    }
    assert_eq!(store.get(b"a").unwrap(), None);
    store.note(b"{}".to_vec());
    assert_eq!(store.close().unwrap_err().kind, FaultKind::Unavailable);
    assert_eq!(store.notes_dropped(), 1);
}

#[test]
fn a_unit_that_writes_nothing_leaves_the_journal_alone() {
    let (store, folder) = empty();
    put(&store, "a", "1");
    let size =
        || files(folder.path(), "journal").iter().map(|file| file.metadata().unwrap().len()).sum::<u64>();
    let before = size();
    store.run_blocking::<_, (), _>(|txn| Ok(txn.get(b"a")?)).unwrap();
    store.run_blocking::<(), _, _>(|_| Err(Stop::Refused(()))).unwrap_err();
    assert_eq!(size(), before);
}

#[test]
fn a_note_is_durable_within_a_hundred_milliseconds() {
    let (store, folder) = empty();
    let noted = Instant::now();
    store.note(br#"{"event":"noted"}"#.to_vec());
    let journal = &files(folder.path(), "journal")[0];
    while !std::fs::read(journal).unwrap().windows(5).any(|bytes| bytes == b"noted") {
        assert!(noted.elapsed() < Duration::from_secs(5), "never written");
        std::thread::yield_now();
    }
    // The file has it a little before it is synced; the bound leaves room for that, and for a busy machine.
    assert!(noted.elapsed() < Duration::from_secs(1), "{:?}", noted.elapsed());
    drop(store);
    assert_eq!(open(folder.path()).0.audit(0, 9).unwrap()[0].event, r#"{"event":"noted"}"#);
}

#[test]
fn notes_beyond_the_limit_are_dropped_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let patient = Options { note_limit: 10, note_delay: Duration::from_secs(60), ..options() };
    let (store, _) = Store::open(folder.path(), &patient).unwrap();
    (0..25).for_each(|_| store.note(b"{}".to_vec()));
    assert_eq!(store.notes_dropped(), 15);
    store.close().unwrap();
    drop(store);
    assert_eq!(open(folder.path()).0.audit(0, 99).unwrap().len(), 10, "closing writes what waits");
}

#[test]
fn small_segments_snapshots_and_pruning_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let small = Options {
        journal_limit_bytes: 2048,
        snapshot_after_bytes: 6000,
        audit_segment_bytes: 1024,
        checkpoint_every: Duration::from_millis(1),
        ..options()
    };
    let (store, _) = Store::open(folder.path(), &small).unwrap();
    let rounds = 600;
    for n in 0..rounds {
        put(&store, &format!("k{}", n % 10), &format!("value {n}"));
    }
    drop(store);
    assert!(files(folder.path(), "snapshots").len() == 2, "{:?}", files(folder.path(), "snapshots"));
    let journal: u64 =
        files(folder.path(), "journal").iter().map(|file| file.metadata().unwrap().len()).sum();
    assert!(journal < 60_000, "old segments are dropped; {journal} bytes are left");
    // A snapshot that a crash cut short is in nobody's way.
    std::fs::write(folder.path().join("snapshots/00000000000000000999.new"), b"half").unwrap();
    // The index goes: snapshot and journal give it back.
    std::fs::remove_dir_all(folder.path().join("index")).unwrap();
    let (store, opening) = Store::open(folder.path(), &small).unwrap();
    assert_eq!(opening.rebuilt.as_deref(), Some("it was missing"));
    assert_eq!(opening.pairs, 10);
    assert_eq!(files(folder.path(), "snapshots").len(), 2);
    for n in rounds - 10..rounds {
        assert_eq!(
            store.get(format!("k{}", n % 10).as_bytes()).unwrap(),
            Some(format!("value {n}").into_bytes())
        );
    }
    assert_eq!(store.audit(0, usize::MAX).unwrap().len(), rounds);
    drop(store);
    // And without the newest snapshot as well.
    std::fs::remove_dir_all(folder.path().join("index")).unwrap();
    let newest = files(folder.path(), "snapshots").pop().unwrap();
    super::sample::edit(&newest, |bytes| bytes[40] ^= 1);
    let (_, opening) = Store::open(folder.path(), &small).unwrap();
    assert_eq!((opening.pairs, opening.remarks.len()), (10, 1), "{opening}");
}

fn assert_private(path: &Path) {
    let mode = std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            assert_private(&entry.unwrap().path());
        }
    }
}
