//! The audit files: read while the store is open, walked without it, restored after a crash, refused when lost.

use super::damage::copy_folder;
use super::sample::{assert_filled, edit, empty, files, fill, open, options, put, try_open};
use latchkey::storage::audit::AuditLog;
use latchkey::storage::{Options, Store};
use std::fs;
use std::path::Path;

const COUNT: usize = 20;

type Damage = fn(&mut Vec<u8>);

/// Twenty entries in several files.
fn filled() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(folder.path(), &Options { audit_segment_bytes: 500, ..options() }).unwrap();
    (0..COUNT).for_each(|n| put(&store, &format!("k{n}"), &format!("value {n}")));
    drop(store);
    assert!(files(folder.path(), "audit").len() > 3);
    folder
}

/// The folder as a crash leaves it: nothing checkpointed since it was made.
fn crashed() -> tempfile::TempDir {
    let (store, folder) = empty();
    (0..COUNT).for_each(|n| put(&store, &format!("k{n}"), &format!("value {n}")));
    let copy = tempfile::tempdir().unwrap();
    copy_folder(folder.path(), copy.path());
    copy
}

fn verify(folder: &Path) -> Result<u64, String> {
    AuditLog::of(folder).unwrap().verify().map(|head| head.sequence).map_err(|broken| broken.to_string())
}

#[test]
fn the_log_is_read_and_walked_while_the_store_is_open() {
    let (store, folder) = empty();
    put(&store, "a", "1");
    put(&store, "b", "2");
    let log = AuditLog::of(folder.path()).unwrap();
    let entries: Vec<_> = log.entries().unwrap().map(Result::unwrap).collect();
    assert_eq!(
        entries.iter().map(|entry| entry.event.as_str()).collect::<Vec<_>>(),
        [r#"{"put":"a"}"#, r#"{"put":"b"}"#]
    );
    assert_eq!(verify(folder.path()), Ok(2));
}

#[test]
fn a_line_that_is_still_being_written_is_left_out() {
    let folder = filled();
    edit(files(folder.path(), "audit").last().unwrap(), |bytes| bytes.extend(b"{\"seq\":21,\"pr"));
    assert_eq!(verify(folder.path()), Ok(COUNT as u64));
}

#[test]
fn reading_after_a_number_begins_there() {
    let folder = filled();
    let (store, _) = open(folder.path());
    for after in 0..COUNT {
        let entries = store.audit(after as u64, 2).unwrap();
        assert_eq!(entries[0].sequence, after as u64 + 1);
        assert_eq!(entries[0].event, format!("{{\"put\":\"k{after}\"}}"));
    }
}

#[test]
fn every_kind_of_tampering_is_named_with_its_place() {
    let damages: [(&str, Damage); 4] = [
        ("line 2", |bytes| replace(bytes, b"\"put\"", b"\"pat\"")),
        ("line 1", |bytes| drop(bytes.drain(..=bytes.iter().position(|byte| *byte == b'\n').unwrap()))),
        ("line 1", |bytes| bytes[0] = b'x'),
        ("is broken", |bytes| bytes.truncate(bytes.len() - 1)),
    ];
    for (place, damage) in damages {
        let folder = filled();
        let file = &files(folder.path(), "audit")[1];
        edit(file, damage);
        let said = verify(folder.path()).unwrap_err();
        let named = said.contains(file.file_name().unwrap().to_str().unwrap()) && said.contains(place);
        assert!(named || place == "is broken", "{said}");
        assert!(!said.contains('\n'));
    }
}

#[test]
fn a_removed_file_or_a_missing_end_is_found() {
    for place in 0..4 {
        let folder = filled();
        let audit = files(folder.path(), "audit");
        fs::remove_file(&audit[if place == 3 { audit.len() - 1 } else { place }]).unwrap();
        assert!(verify(folder.path()).is_err(), "{place}");
    }
}

#[test]
fn entries_that_a_crash_kept_from_the_files_are_restored() {
    for percent in [0, 10, 50, 99, 100] {
        let folder = crashed();
        let file = &files(folder.path(), "audit")[0];
        let whole = fs::read(file).unwrap();
        edit(file, |bytes| bytes.truncate(bytes.len() * percent / 100));
        let (store, opening) = open(folder.path());
        assert_filled(&store, COUNT);
        assert_eq!(opening.audit_restored > 0, percent < 100, "{opening}");
        assert_eq!(fs::read(file).unwrap(), whole);
        assert_eq!(verify(folder.path()), Ok(COUNT as u64));
    }
}

#[test]
fn entries_changed_since_the_checkpoint_are_reported_and_restored() {
    let folder = crashed();
    edit(&files(folder.path(), "audit")[0], |bytes| replace(bytes, b"\"k7\"", b"\"k6\""));
    let (_store, opening) = open(folder.path());
    assert!(opening.to_string().contains("changed at entry 8"), "{opening}");
    assert_eq!(verify(folder.path()), Ok(COUNT as u64));
}

#[test]
fn a_log_that_lost_its_end_is_refused_at_start() {
    let damages: [fn(&Path); 3] = [
        |file| fs::remove_file(file).unwrap(),
        |file| edit(file, |bytes| bytes.truncate(bytes.len() / 2)),
        |file| edit(file, |bytes| replace(bytes, b"\"k19\"", b"\"k18\"")),
    ];
    for damage in damages {
        let folder = filled();
        damage(files(folder.path(), "audit").last().unwrap());
        let said = try_open(folder.path()).map(|(_, opening)| opening.to_string()).unwrap_err().to_string();
        assert!(said.contains("audit") && !said.contains('\n'), "{said}");
    }
}

#[test]
fn the_chain_goes_on_over_restarts() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..4 {
        fill(folder.path(), 3);
    }
    assert_eq!(verify(folder.path()), Ok(12));
}

fn replace(bytes: &mut Vec<u8>, old: &[u8], new: &[u8]) {
    let place = bytes.windows(old.len()).position(|window| window == old).unwrap();
    bytes.splice(place..place + old.len(), new.iter().copied());
}
