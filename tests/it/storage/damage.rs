//! Damage to the data folder: it is mended without loss, or the start is refused with one line that helps.

use super::sample::{assert_filled, edit, files, fill, open, options, put, spend, try_open, unknown};
use latchkey::storage::{Options, Read, Store};
use std::fs;
use std::path::Path;

const COUNT: usize = 40;

fn filled() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), COUNT);
    folder
}

/// The store starts, holds all, and says that it built the index anew.
fn assert_rebuilt(folder: &Path) {
    let (store, opening) = open(folder);
    assert_filled(&store, COUNT);
    assert!(opening.rebuilt.is_some(), "{opening}");
    drop(store);
    let (store, opening) = open(folder);
    assert_filled(&store, COUNT);
    assert_eq!(opening.rebuilt, None, "mended once and for all");
}

fn assert_refused(folder: &Path, phrase: &str) {
    let said = try_open(folder).map(|(_, opening)| opening.to_string()).unwrap_err().to_string();
    assert!(said.contains(phrase) && !said.contains('\n'), "{said}");
    assert!(try_open(folder).is_err(), "and it stays refused");
}

fn index(folder: &Path) -> std::path::PathBuf {
    folder.join("index/db")
}

fn journal(folder: &Path) -> std::path::PathBuf {
    files(folder, "journal").remove(0)
}

#[test]
fn a_missing_index_is_rebuilt() {
    let folder = filled();
    fs::remove_dir_all(folder.path().join("index")).unwrap();
    assert_rebuilt(folder.path());
}

#[test]
fn an_index_whose_file_is_deleted_is_rebuilt() {
    let folder = filled();
    fs::remove_file(index(folder.path())).unwrap();
    assert_rebuilt(folder.path());
}

#[test]
fn an_emptied_index_is_rebuilt() {
    let folder = filled();
    edit(&index(folder.path()), Vec::clear);
    assert_rebuilt(folder.path());
}

#[test]
fn an_index_cut_short_loses_nothing() {
    for part in [2, 4, 8, 64, 1000] {
        let folder = filled();
        edit(&index(folder.path()), |bytes| bytes.truncate(bytes.len() / part));
        assert_filled(&open(folder.path()).0, COUNT);
        assert_filled(&open(folder.path()).0, COUNT);
    }
}

#[test]
fn a_flipped_bit_anywhere_in_the_index_loses_nothing() {
    let folder = filled();
    let clean = fs::read(index(folder.path())).unwrap();
    // Most of the file is padding and old versions of pages, so aim at pairs as well as anywhere.
    let values: Vec<_> = (0..clean.len()).filter(|place| clean[*place..].starts_with(b"value")).collect();
    let written: Vec<_> = (0..clean.len()).filter(|place| clean[*place] != 0).collect();
    let mut rebuilt = 0;
    for n in 0..40 {
        let copy = tempfile::tempdir().unwrap();
        copy_folder(folder.path(), copy.path());
        let aim = if n % 2 == 0 { &values } else { &written };
        let place = aim[n * aim.len() / 40];
        edit(&index(copy.path()), |bytes| bytes[place] ^= 1 << (n % 8));
        let (store, opening) = open(copy.path());
        assert_filled(&store, COUNT);
        rebuilt += usize::from(opening.rebuilt.is_some());
    }
    assert!(rebuilt > 0, "only {rebuilt} of 40 were seen, so the flips prove nothing");
}

#[test]
fn an_older_index_catches_up() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), 10);
    let old = tempfile::tempdir().unwrap();
    copy_folder(&folder.path().join("index"), old.path());
    let (store, _) = open(folder.path());
    (10..COUNT).for_each(|n| put(&store, &format!("k{n}"), &format!("value {n}")));
    drop(store);
    fs::remove_dir_all(folder.path().join("index")).unwrap();
    copy_folder(old.path(), &folder.path().join("index"));
    let (store, opening) = open(folder.path());
    assert_filled(&store, COUNT);
    assert_eq!((opening.replayed, opening.rebuilt), (COUNT as u64 - 10, None));
}

#[test]
fn an_unfinished_frame_at_the_end_is_cut_off() {
    let folder = filled();
    let whole = fs::read(journal(folder.path())).unwrap();
    // Room behind it is none of it.
    let room = |torn: &[u8]| [torn, &[0; 700]].concat();
    for torn in [&whole[..40], &whole[..7], &[&[0; 300], &b"x"[..]].concat()] {
        edit(&journal(folder.path()), |bytes| bytes.extend(room(torn)));
        let (store, opening) = open(folder.path());
        let bytes = torn.iter().rposition(|byte| *byte != 0).unwrap() as u64 + 1;
        assert_eq!(opening.cut_bytes, bytes);
        assert_filled(&store, COUNT);
        drop(store);
        assert_eq!(fs::read(journal(folder.path())).unwrap(), whole);
    }
}

#[test]
fn room_behind_the_last_frame_is_no_damage_and_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let small = Options { journal_limit_bytes: 4096, ..options() };
    let (store, _) = Store::open(folder.path(), &small).unwrap();
    (0..COUNT).for_each(|n| put(&store, &format!("k{n}"), &format!("value {n}")));
    let segments = files(folder.path(), "journal");
    let room = |path: &Path| fs::read(path).unwrap().iter().rev().take_while(|byte| **byte == 0).count();
    assert!(room(segments.last().unwrap()) > 100, "there is none, so nothing is shown");
    assert!(segments.len() > 1 && room(&segments[0]) < 9, "a segment that is closed keeps none");
    drop(store);
    assert!(segments.iter().all(|segment| room(segment) < 9), "neither does a store that is closed");
    // As a crash leaves it, in any segment.
    for segment in &segments {
        edit(segment, |bytes| bytes.resize(bytes.len() + 5000, 0));
    }
    let (store, opening) = open(folder.path());
    assert_eq!((opening.cut_bytes, opening.remarks.len()), (0, 0));
    assert_filled(&store, COUNT);
    put(&store, &format!("k{COUNT}"), &format!("value {COUNT}"));
    drop(store);
    let (store, _) = open(folder.path());
    assert_filled(&store, COUNT + 1);
}

/// The current may fail while a frame is on its way: any of its sectors may be on the disk by then, and the others are as
/// they were. The frames before it were acknowledged, it was not.
#[test]
fn a_frame_that_a_power_cut_tore_is_there_whole_or_not_at_all() {
    let live = tempfile::tempdir().unwrap();
    let (store, _) = open(live.path());
    (0..COUNT).for_each(|n| put(&store, &format!("k{n}"), &format!("value {n}")));
    let cut = tempfile::tempdir().unwrap();
    copy_folder(live.path(), cut.path());
    // Larger than some sectors. Nothing but the journal has it when the current fails.
    let large = "0123456789abcdef".repeat(125);
    put(&store, "large", &large);
    fs::copy(journal(live.path()), journal(cut.path())).unwrap();
    let whole = fs::read(journal(cut.path())).unwrap();
    let last = frames(&whole).pop().unwrap();
    assert!(last.len() > 3 * SECTOR && whole.len() > last.end + SECTOR, "{last:?} of {}", whole.len());
    let sectors: Vec<_> = (last.start / SECTOR..=last.end / SECTOR).collect();
    let mut torn = 0;
    for pattern in 0..1_usize << sectors.len() {
        let folder = tempfile::tempdir().unwrap();
        copy_folder(cut.path(), folder.path());
        edit(&journal(folder.path()), |bytes| {
            for (place, sector) in sectors.iter().enumerate() {
                let kept = pattern >> place & 1 == 1;
                let range = (sector * SECTOR).max(last.start)..((sector + 1) * SECTOR).min(last.end);
                if !kept {
                    bytes[range].fill(0);
                }
            }
        });
        let (store, opening) = open(folder.path());
        let held = store.get(b"large").unwrap();
        assert!(held.is_none() || held.as_deref() == Some(large.as_bytes()), "half a frame");
        torn += usize::from(held.is_none());
        assert_eq!(store.scan(b"k", None, usize::MAX).unwrap().len(), COUNT, "{opening}");
        put(&store, "after", "the cut");
    }
    assert_eq!(torn, (1 << sectors.len()) - 1, "one pattern alone leaves it whole");
}

/// What a disk writes as a whole.
const SECTOR: usize = 512;

/// Where the frames of a segment lie: each begins with its length without the header of 16 bytes.
fn frames(segment: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    loop {
        let start = found.last().map_or(0, |frame| frame.end);
        let length = u32::from_le_bytes(segment[start..start + 4].try_into().unwrap()) as usize;
        if length == 0 {
            return found;
        }
        found.push(start..start + 16 + length);
    }
}

#[test]
fn zeros_that_frames_follow_are_damage() {
    let folder = filled();
    edit(&journal(folder.path()), |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle - 500..middle].fill(0);
    });
    fs::remove_file(folder.path().join("checkpoint")).unwrap();
    assert_refused(folder.path(), "is broken although frames follow it");
}

#[test]
fn a_journal_that_ends_before_what_was_acknowledged_is_refused() {
    let folder = filled();
    edit(&journal(folder.path()), |bytes| bytes.truncate(bytes.len() - 1));
    assert_refused(folder.path(), "were acknowledged");
    // Neither is it enough that the index and the checkpoint forget: the audit log knows.
    fs::remove_dir_all(folder.path().join("index")).unwrap();
    fs::remove_file(folder.path().join("checkpoint")).unwrap();
    let left = fs::read(journal(folder.path())).unwrap();
    assert_refused(folder.path(), "the journal has lost its end");
    assert_eq!(fs::read(journal(folder.path())).unwrap(), left, "nothing was changed");
}

#[test]
fn a_note_whose_tags_are_damaged_still_promises() {
    let folder = filled();
    let (store, _) = open(folder.path());
    spend(&store, 7);
    drop(store);
    edit(&folder.path().join("checkpoint"), |bytes| bytes[70] ^= 1);
    fs::remove_dir_all(folder.path().join("index")).unwrap();
    // The last frame holds no event, so the audit log knows nothing of it.
    edit(&journal(folder.path()), |bytes| bytes.truncate(bytes.len() - 1));
    assert_refused(folder.path(), "were acknowledged");
}

#[test]
fn a_journal_broken_in_the_middle_is_refused() {
    for part in [3, 5, 10] {
        let folder = filled();
        let _ = fs::remove_dir_all(folder.path().join("index"));
        edit(&journal(folder.path()), |bytes| {
            let place = bytes.len() * part / 11;
            bytes[place] ^= 4;
        });
        assert_refused(folder.path(), "is broken although frames follow it");
    }
}

#[test]
fn a_missing_journal_segment_is_refused() {
    for missing in [0, 1, 2] {
        let folder = tempfile::tempdir().unwrap();
        let small = latchkey::storage::Options { journal_limit_bytes: 1024, ..super::sample::options() };
        let (store, _) = latchkey::storage::Store::open(folder.path(), &small).unwrap();
        (0..COUNT).for_each(|n| put(&store, &format!("k{n}"), &format!("value {n}")));
        drop(store);
        let segments = files(folder.path(), "journal");
        assert!(segments.len() > 3);
        let last = segments.len() - 1;
        fs::remove_file(&segments[[0, last / 2, last][missing]]).unwrap();
        let _ = fs::remove_dir_all(folder.path().join("index"));
        assert!(try_open(folder.path()).is_err());
    }
}

#[test]
fn a_missing_journal_is_refused() {
    let folder = filled();
    fs::remove_file(journal(folder.path())).unwrap();
    assert_refused(folder.path(), "were acknowledged");
}

#[test]
fn a_journal_that_ends_before_a_snapshot_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let small = latchkey::storage::Options {
        journal_limit_bytes: 1024,
        snapshot_after_bytes: 1024,
        ..super::sample::options()
    };
    let (store, _) = latchkey::storage::Store::open(folder.path(), &small).unwrap();
    (0..COUNT).for_each(|n| put(&store, &format!("k{n}"), &format!("value {n}")));
    drop(store);
    assert!(!files(folder.path(), "snapshots").is_empty());
    // Nothing but the snapshots remembers what the journal held.
    for inner in ["journal", "index", "audit"] {
        fs::remove_dir_all(folder.path().join(inner)).unwrap();
    }
    fs::remove_file(folder.path().join("checkpoint")).unwrap();
    assert_refused(folder.path(), "were acknowledged");
}

#[test]
fn a_missing_checkpoint_note_costs_nothing_but_time() {
    let folder = filled();
    fs::remove_file(folder.path().join("checkpoint")).unwrap();
    let (store, opening) = open(folder.path());
    assert_filled(&store, COUNT);
    assert_eq!(opening.remarks.len(), 1);
}

/// Settings under which a journal is soon shortened.
fn small() -> Options {
    Options {
        journal_limit_bytes: 1024,
        snapshot_after_bytes: 2048,
        checkpoint_every: std::time::Duration::from_millis(1),
        ..options()
    }
}

/// A store with `COUNT` tags spent besides, most of them in no segment of the journal any more.
fn spent() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    spend_and_put(&Store::open(folder.path(), &small()).unwrap().0, 0..COUNT);
    assert_shortened(folder.path());
    folder
}

fn spend_and_put(store: &Store, numbers: std::ops::Range<usize>) {
    for n in numbers {
        spend(store, n as u64);
        put(store, &format!("k{n}"), &format!("value {n}"));
    }
}

fn assert_shortened(folder: &Path) {
    assert_ne!(journal(folder).file_name().unwrap(), "00000000000000000001.journal");
}

/// What [`spent`] spent is remembered, each until its own second.
fn assert_spent(store: &Store) {
    let all = COUNT as u64;
    assert_eq!(unknown(store, 0..all), [0; 0]);
    // Few, so that of those behind them some stand in no segment of the journal any more.
    store.forget_spent(2);
    assert_eq!(unknown(store, 0..all), [0, 1, 2]);
}

#[test]
fn a_damaged_checkpoint_note_forgets_nothing_that_was_spent() {
    let folder = spent();
    let whole = fs::read(folder.path().join("checkpoint")).unwrap();
    let cuts = (0..whole.len()).step_by(101).map(|length| whole[..length].to_vec());
    let flips = (0..whole.len()).step_by(67).map(|place| {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        bytes
    });
    for damaged in cuts.chain(flips) {
        let copy = tempfile::tempdir().unwrap();
        copy_folder(folder.path(), copy.path());
        fs::write(copy.path().join("checkpoint"), damaged).unwrap();
        let (store, opening) = open(copy.path());
        assert_filled(&store, COUNT);
        assert_spent(&store);
        assert_eq!((opening.rebuilt.as_deref(), opening.remarks.len()), (None, 1), "{opening}");
    }
}

#[test]
fn a_checkpoint_note_from_before_the_journal_begins_is_none() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), 1);
    let old = fs::read(folder.path().join("checkpoint")).unwrap();
    let (store, _) = Store::open(folder.path(), &small()).unwrap();
    spend_and_put(&store, 1..COUNT);
    drop(store);
    assert_shortened(folder.path());
    fs::write(folder.path().join("checkpoint"), old).unwrap();
    let (store, opening) = open(folder.path());
    assert_filled(&store, COUNT);
    assert_eq!(unknown(&store, 1..COUNT as u64), [0; 0]);
    assert_eq!((opening.audit_restored, opening.remarks.len()), (0, 1), "{opening}");
}

#[test]
fn without_note_and_snapshots_what_was_spent_is_unknown_and_the_start_refused() {
    let folder = spent();
    let note = folder.path().join("checkpoint");
    let whole = fs::read(&note).unwrap();
    fs::remove_file(&note).unwrap();
    for snapshot in files(folder.path(), "snapshots") {
        edit(&snapshot, |bytes| bytes.truncate(bytes.len() - 1));
    }
    assert_refused(folder.path(), "no snapshot that is whole says what was spent before frame");
    // Nothing was changed: with the note put back all is well.
    fs::write(note, whole).unwrap();
    let (store, opening) = open(folder.path());
    assert_filled(&store, COUNT);
    assert_spent(&store);
    assert_eq!(opening.rebuilt, None);
}

#[test]
fn an_index_that_no_snapshot_can_replace_is_left_where_it_is() {
    let folder = spent();
    let kept = tempfile::tempdir().unwrap();
    copy_folder(&folder.path().join("index"), kept.path());
    edit(&index(folder.path()), |bytes| bytes.truncate(bytes.len() / 64));
    for snapshot in files(folder.path(), "snapshots") {
        edit(&snapshot, |bytes| bytes.truncate(bytes.len() - 1));
    }
    assert_refused(folder.path(), "no snapshot with the journal after it covers all");
    assert!(!folder.path().join("index.damaged").exists() && !folder.path().join("index.new").exists());
    fs::remove_dir_all(folder.path().join("index")).unwrap();
    copy_folder(kept.path(), &folder.path().join("index"));
    assert_filled(&open(folder.path()).0, COUNT);
}

#[test]
fn an_index_that_is_gone_takes_nothing_along_that_was_spent() {
    let folder = spent();
    fs::remove_dir_all(folder.path().join("index")).unwrap();
    let newest = files(folder.path(), "snapshots").pop().unwrap();
    edit(&newest, |bytes| bytes[40] ^= 1);
    let (store, opening) = open(folder.path());
    assert_filled(&store, COUNT);
    assert!(opening.rebuilt.is_some(), "{opening}");
    assert_spent(&store);
}

pub(super) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
