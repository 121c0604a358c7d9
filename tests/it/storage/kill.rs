//! A process that is killed at any moment has lost nothing that it acknowledged.
//!
//! The test starts its own binary again as the child, which writes and says on its output what was acknowledged.
//! The child is killed with SIGKILL after a random time, and what it said is compared with what the folder holds.

use super::sample::{open, options, tag, unknown};
use latchkey::storage::audit::AuditLog;
use latchkey::storage::{Options, Read, Store, Tag};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Names the folder to the child; without it the child's part does nothing.
const FOLDER: &str = "LATCHKEY_TEST_KILL_FOLDER";
const ROUNDS: u64 = 24;
const WRITERS: usize = 4;

#[allow(clippy::disallowed_methods, reason = "the child learns from its environment that it is one")]
/// The child's part: four threads write, each to its own pairs, and print every write that was acknowledged.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    // Small segments and constant checkpoints, so that every kind of work is cut short by some kill.
    let busy = Options {
        journal_limit_bytes: 64 * 1024,
        snapshot_after_bytes: 100 * 1024,
        audit_segment_bytes: 32 * 1024,
        checkpoint_every: Duration::from_millis(20),
        memtable_bytes: 8 * 1024,
        settle_pairs: 16,
        ..options()
    };
    let (store, _) = Store::open(Path::new(&folder), &busy).unwrap();
    let threads: Vec<_> = (0..WRITERS)
        .map(|writer| {
            std::thread::spawn({
                let store = store.clone();
                move || write(&store, writer)
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

fn write(store: &Store, writer: usize) {
    for n in 0_u64.. {
        let number = store.run_blocking::<_, (), _>(move |txn| {
            let next = next(txn.get(&counter(writer))?);
            txn.put(counter(writer), next.to_string().into_bytes());
            txn.put(format!("pair/{writer}/{}", next % 50).into_bytes(), format!("{next}").into_bytes());
            txn.spend(shown(writer, next), u64::MAX);
            txn.append(format!("{{\"writer\":{writer},\"number\":{next}}}").into_bytes());
            Ok(next)
        });
        store.note(format!("{{\"note\":{n}}}").into_bytes());
        let mut out = std::io::stdout().lock();
        writeln!(out, "ack {writer} {}", number.unwrap()).unwrap();
        out.flush().unwrap();
    }
}

fn shown(writer: usize, number: u64) -> Tag {
    tag(number * WRITERS as u64 + writer as u64)
}

fn counter(writer: usize) -> Vec<u8> {
    format!("counter/{writer}").into_bytes()
}

fn next(stored: Option<Vec<u8>>) -> u64 {
    stored.map_or(0, |bytes| String::from_utf8(bytes).unwrap().parse().unwrap()) + 1
}

#[test]
fn what_was_acknowledged_survives_a_kill_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeMap::new();
    for round in 0..ROUNDS {
        let before: u64 = acknowledged.values().sum();
        // From before the store is open up to some checkpoints; an odd step spreads the moments.
        run_and_kill(folder.path(), Duration::from_millis(30 + round * 89 % 320), &mut acknowledged);
        check(folder.path(), &acknowledged);
        eprintln!("round {round}: {} writes acknowledged", acknowledged.values().sum::<u64>() - before);
    }
    let total: u64 = acknowledged.values().sum();
    assert!(total > 500, "only {total} writes were made: the kills came too early to prove anything");
}

/// Runs the child, kills it `after` so long, and notes the last number of each writer that was acknowledged.
fn run_and_kill(folder: &Path, after: Duration, acknowledged: &mut BTreeMap<usize, u64>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "storage::kill::child", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        let mut said = Vec::new();
        for line in output.lines() {
            // The pipe may end within a line: that one was not said.
            let Ok(line) = line else { break };
            said.push(line);
        }
        said
    });
    std::thread::park_timeout(after);
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success(), "the child ended before it was killed");
    for line in reader.join().unwrap() {
        if let Some((writer, number)) = line.strip_prefix("ack ").and_then(|rest| rest.split_once(' ')) {
            // A line that the kill cut short names a smaller number, which holds as well.
            let (writer, number) = (writer.parse().unwrap(), number.parse().unwrap_or(0));
            let known = acknowledged.entry(writer).or_insert(0);
            *known = number.max(*known);
        }
    }
}

/// The folder holds all that was acknowledged, pairs and audit agree, and the chain is whole.
fn check(folder: &Path, acknowledged: &BTreeMap<usize, u64>) {
    let (store, opening) = open(folder);
    // A kill between making the index and its first flush, or within a rebuild, leaves none, or an empty one.
    let accidents = ["it was missing", "it was empty"];
    assert_eq!(opening.rebuilt.as_deref().filter(|reason| !accidents.contains(reason)), None, "{opening}");
    let audit: Vec<_> = AuditLog::of(folder).unwrap().entries().unwrap().map(Result::unwrap).collect();
    AuditLog::of(folder).unwrap().verify().unwrap();
    for (writer, number) in acknowledged {
        let held = next(store.get(&counter(*writer)).unwrap()) - 1;
        assert!(held >= *number, "writer {writer}: {number} was acknowledged, {held} is there");
        for n in held.saturating_sub(49).max(1)..=held {
            let pair = store.get(format!("pair/{writer}/{}", n % 50).as_bytes()).unwrap();
            assert_eq!(pair, Some(n.to_string().into_bytes()));
        }
        let all = WRITERS as u64;
        let of_writer =
            |n: &u64| n % all == *writer as u64 && (all..=held * all + *writer as u64).contains(n);
        let forgotten: Vec<_> = unknown(&store, 0..(held + 1) * all).into_iter().filter(of_writer).collect();
        assert_eq!(forgotten, [0; 0], "writer {writer}: what was spent is forgotten");
        let start = format!("{{\"writer\":{writer},");
        let entries = audit.iter().filter(|entry| entry.event.starts_with(&start)).count();
        assert_eq!(entries as u64, held, "one audit entry a write");
    }
}
