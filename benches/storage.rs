//! Durable commits per second with 1 and 64 callers, beside what the disk alone allows, and the cost of a read.
//!
//! `cargo bench --bench storage`. The folder is made under the current one, so the figures are of the disk it is on.

#![allow(missing_docs, reason = "criterion's macros make items without")]
#![allow(clippy::expect_used, reason = "a bench that cannot run stops")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use latchkey::storage::{Options, Read, Store};
use std::fs::File;
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// About what a grant record is.
const VALUE_BYTES: usize = 400;
/// About what an audit event is.
const EVENT: &str = r#"{"id":"0192f0c1-2b7e-7c3a-9a51-1f2f3a4b5c6d","v":1,"time":"2026-11-21T22:45:29Z","tenant":"default","event":"token_refreshed","outcome":"success","client_id":"web","grant":"9a51","scope":"openid profile","address":"192.0.2.7","request_id":"7c3a9a51"}"#;
/// Commits a measured iteration.
const COMMITS: usize = 256;
/// Notes between two looks at the clock.
const NOTES: usize = 2048;

fn folder() -> TempDir {
    TempDir::new_in(".").expect("a folder for the store")
}

fn store(folder: &TempDir) -> Store {
    Store::open(folder.path(), &Options::default()).expect("a store").0
}

/// What one refresh does: read a record, change it, record the event.
async fn refresh(store: &Store, caller: usize) {
    let done = store.run::<(), (), _>(move |txn| {
        let key = format!("default/grant/{caller:08}").into_bytes();
        let mut value = txn.get(&key)?.unwrap_or_else(|| vec![0; VALUE_BYTES]);
        value.iter_mut().take(8).for_each(|byte| *byte = byte.wrapping_add(1));
        txn.put(key, value);
        txn.append(EVENT.as_bytes().to_vec());
        Ok(())
    });
    done.await.expect("a commit");
}

async fn callers(store: &Store, callers: usize) {
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..COMMITS / callers {
                    refresh(&store, caller).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a caller");
    }
}

fn commits(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut group = criterion.benchmark_group("durable_commits");
    group.throughput(Throughput::Elements(COMMITS as u64)).sample_size(20);
    group.bench_function("raw_append_and_fdatasync", |bencher| {
        let folder = folder();
        let mut file = File::create(folder.path().join("raw")).expect("a file");
        let bytes = vec![7; VALUE_BYTES + EVENT.len() + 120];
        bencher.iter(|| {
            for _ in 0..COMMITS {
                file.write_all(&bytes).and_then(|()| file.sync_data()).expect("a durable append");
            }
        });
    });
    for count in [1, 8, 64] {
        group.bench_with_input(BenchmarkId::new("callers", count), &count, |bencher, count| {
            let folder = folder();
            let store = store(&folder);
            bencher.iter(|| runtime.block_on(callers(&store, *count)));
        });
    }
    group.finish();
}

fn reads(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let folder = folder();
    let store = store(&folder);
    runtime.block_on(async {
        for caller in 0..1000 {
            refresh(&store, caller).await;
        }
    });
    let mut group = criterion.benchmark_group("reads");
    let key = b"default/grant/00000500";
    group.bench_function("get", |bencher| bencher.iter(|| store.get(black_box(key)).expect("a value")));
    group.bench_function("get_missing", |bencher| {
        bencher.iter(|| store.get(black_box(b"default/grant/x")).expect("no value"));
    });
    group.bench_function("scan_10", |bencher| {
        bencher.iter(|| store.scan(black_box(b"default/grant/000004"), None, 10).expect("pairs"));
    });
    group.bench_function("note", |bencher| {
        // The queue is emptied outside the measured time, or the cost of dropping would be measured.
        bencher.iter_custom(|times| {
            let mut spent = Duration::ZERO;
            for first in (0..times).step_by(NOTES) {
                let started = Instant::now();
                for _ in 0..(times - first).min(NOTES as u64) {
                    store.note(EVENT.as_bytes().to_vec());
                }
                spent += started.elapsed();
                runtime.block_on(store.append(b"{}".to_vec())).expect("an empty queue");
            }
            spent
        });
    });
    group.finish();
    assert_eq!(store.notes_dropped(), 0);
}

criterion_group!(benches, commits, reads);
criterion_main!(benches);
