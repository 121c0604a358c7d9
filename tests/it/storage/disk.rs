//! The store on disk: the common rules, and what a restart keeps.

use super::sample::{empty, files, fill, open, options, put, spend, try_open, unknown};
use latchkey::storage::{Fault, FaultKind, Options, Read, Stop, Store};
use std::fs::{self, Permissions};
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
fn what_else_lies_in_the_folder_keeps_its_rights() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), 1);
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("file"), "").unwrap();
    fs::set_permissions(&other, Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(other.join("file"), Permissions::from_mode(0o644)).unwrap();
    drop(open(folder.path()));
    assert_eq!((mode(&other), mode(&other.join("file"))), (0o755, 0o644));
}

#[test]
fn a_folder_of_other_things_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("kek"), "").unwrap();
    fs::write(folder.path().join("main.rs"), "").unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let said = try_open(folder.path()).map(|(_, opening)| opening.to_string()).unwrap_err().to_string();
    assert!(said.contains("main.rs") && said.contains("empty folder") && !said.contains('\n'), "{said}");
    assert_eq!((mode(folder.path()), fs::read_dir(folder.path()).unwrap().count()), (0o755, 2));
    fs::remove_file(folder.path().join("main.rs")).unwrap();
    drop(open(folder.path()));
}

#[test]
fn a_note_of_a_checkpoint_that_cannot_be_put_in_place_leaves_no_debris() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), 1);
    fs::remove_file(folder.path().join("checkpoint")).unwrap();
    fs::create_dir(folder.path().join("checkpoint")).unwrap();
    assert!(try_open(folder.path()).is_err());
    assert!(!folder.path().join("checkpoint.new").exists());
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
    // It takes every write, and cannot make one durable.
    std::os::unix::fs::symlink("/dev/null", segment(folder.path(), 1)).unwrap();
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
fn without_room_in_the_journal_nothing_is_written_and_nothing_is_broken() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("journal")).unwrap();
    std::os::unix::fs::symlink("/dev/full", segment(folder.path(), 1)).unwrap();
    let (store, _) = open(folder.path());
    for _ in 0..2 {
        assert!(matches!(try_put(&store), Err(Stop::Fault(Fault { kind: FaultKind::Unavailable, .. }))));
    }
    assert_eq!(store.get(b"k3").unwrap(), None);
    store.close().unwrap();
}

#[test]
fn what_is_spent_has_a_bound_and_other_writes_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(folder.path(), &Options { spent_limit: 3, ..options() }).unwrap();
    (1..4).for_each(|n| spend(&store, n));
    let spend_one_more = || {
        store.run_blocking::<(), (), _>(|txn| {
            txn.spend(super::sample::tag(4), 4);
            txn.put(b"beside".to_vec(), vec![]);
            Ok(())
        })
    };
    let refused = spend_one_more();
    assert!(matches!(refused, Err(Stop::Fault(Fault { kind: FaultKind::Unavailable, .. }))));
    assert_eq!(store.get(b"beside").unwrap(), None);
    put(&store, "k0", "value 0");
    store.forget_spent(1);
    spend_one_more().unwrap();
    assert_eq!(unknown(&store, 1..5), [1]);
}

/// Two pairs in one journal segment, the next one is the last that fits.
fn nearly_full_segment(folder: &Path) -> (Store, Options) {
    fill(folder, 2);
    let size = fs::metadata(&files(folder, "journal")[0]).unwrap().len();
    let options = Options { journal_limit_bytes: size + 1, ..options() };
    let (store, _) = Store::open(folder, &options).unwrap();
    put(&store, "k2", "value 2");
    (store, options)
}

fn segment(folder: &Path, first: u64) -> std::path::PathBuf {
    folder.join(format!("journal/{first:020}.journal"))
}

fn try_put(store: &Store) -> Result<(), Stop<()>> {
    store.run_blocking::<(), (), _>(|txn| {
        txn.put(b"k3".to_vec(), b"value 3".to_vec());
        txn.append(b"{}".to_vec());
        Ok(())
    })
}

#[test]
fn a_journal_segment_that_cannot_be_begun_fails_its_group_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (store, options) = nearly_full_segment(folder.path());
    fs::create_dir(segment(folder.path(), 4)).unwrap();
    assert!(matches!(try_put(&store), Err(Stop::Fault(Fault { kind: FaultKind::Unavailable, .. }))));
    fs::remove_dir(segment(folder.path(), 4)).unwrap();
    try_put(&store).unwrap();
    store.close().unwrap();
    drop(store);
    super::sample::assert_filled(&Store::open(folder.path(), &options).unwrap().0, 4);
}

#[test]
fn an_audit_segment_that_cannot_be_begun_waits_and_the_last_one_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let small = Options { audit_segment_bytes: 1, ..options() };
    let (store, _) = Store::open(folder.path(), &small).unwrap();
    put(&store, "k0", "value 0");
    let blocked = folder.path().join(format!("audit/{:020}.jsonl", 2));
    fs::create_dir(&blocked).unwrap();
    put(&store, "k1", "value 1");
    fs::remove_dir(&blocked).unwrap();
    put(&store, "k2", "value 2");
    assert_eq!(files(folder.path(), "audit").len(), 2);
    super::sample::assert_filled(&store, 3);
    store.close().unwrap();
    drop(store);
    super::sample::assert_filled(&open(folder.path()).0, 3);
}

/// Names the folder to the process that looks at its own work; without it that part does nothing.
const IDLE_FOLDER: &str = "LATCHKEY_TEST_IDLE_FOLDER";

#[allow(clippy::disallowed_methods, reason = "the child learns from its environment that it is one")]
/// The child's part: a write fails after one that is in no checkpoint yet, and the store rests.
#[test]
fn child_that_stopped_writing() {
    let Some(folder) = std::env::var_os(IDLE_FOLDER) else { return };
    let folder = Path::new(&folder);
    fill(folder, 2);
    let size = fs::metadata(&files(folder, "journal")[0]).unwrap().len();
    let impatient = Options {
        journal_limit_bytes: size + 1,
        checkpoint_every: Duration::from_millis(300),
        memtable_bytes: 200_000,
        settle_pairs: 1,
        ..options()
    };
    let (store, _) = Store::open(folder, &impatient).unwrap();
    std::os::unix::fs::symlink("/dev/null", segment(folder, 4)).unwrap();
    // More than the memtable may hold, one by one: the store stops in the midst of settling it.
    let much = store.run_blocking::<(), (), _>(|txn| {
        (0..2000).for_each(|n| txn.put(format!("much/{n}").into_bytes(), b"value".to_vec()));
        Ok(())
    });
    much.unwrap();
    try_put(&store).unwrap_err();
    let rested = Instant::now();
    let before = ticks();
    while rested.elapsed() < Duration::from_millis(1300) {
        std::thread::park_timeout(Duration::from_millis(100));
    }
    // A hundred ticks are a second of one processor.
    assert!(ticks() - before < 20, "{} ticks of work in 1.3 s", ticks() - before);
}

/// The processor time of this process, in ticks of 10 ms.
fn ticks() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    stat.rsplit(')')
        .next()
        .unwrap()
        .split(' ')
        .skip(12)
        .take(2)
        .map(|field| field.parse::<u64>().unwrap())
        .sum()
}

#[test]
fn a_store_that_stopped_writing_rests() {
    let folder = tempfile::tempdir().unwrap();
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "storage::disk::child_that_stopped_writing", "--nocapture", "--test-threads=1"])
        .env(IDLE_FOLDER, folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_unit_that_writes_nothing_leaves_the_journal_alone() {
    let (store, folder) = empty();
    put(&store, "a", "1");
    let written = || fs::read(&files(folder.path(), "journal")[0]).unwrap();
    let before = written();
    store.run_blocking::<_, (), _>(|txn| Ok(txn.get(b"a")?)).unwrap();
    store.run_blocking::<(), _, _>(|_| Err(Stop::Refused(()))).unwrap_err();
    assert_eq!(written(), before);
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

#[test]
fn a_snapshot_for_which_there_is_no_room_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let small = Options { journal_limit_bytes: 1024, snapshot_after_bytes: 1 << 20, ..options() };
    let (store, _) = Store::open(folder.path(), &small).unwrap();
    (0..30).for_each(|n| put(&store, &format!("k{n}"), &format!("value {n}")));
    // A hole of eight tebibytes makes the journal look larger than the disk.
    let first = files(folder.path(), "journal").remove(0);
    fs::OpenOptions::new().write(true).open(&first).unwrap().set_len(1 << 43).unwrap();
    put(&store, "k30", "value 30");
    store.close().unwrap();
    assert_eq!(files(folder.path(), "snapshots").len(), 0);
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
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
