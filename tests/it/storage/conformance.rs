//! What every backend does alike. Each rule is a function over an empty store; `suite!` runs them all on a backend.

use super::sample::{tag, unknown};
use latchkey::storage::{Fault, FaultKind, Read, Stop, Store, Tag, Txn};

type Unit<T> = Result<T, Stop<&'static str>>;

fn put(store: &Store, key: &[u8], value: &[u8]) {
    let (key, value) = (key.to_vec(), value.to_vec());
    run(store, move |txn| {
        txn.put(key.clone(), value.clone());
        Ok(())
    })
    .unwrap();
}

fn run<T: Send + 'static>(
    store: &Store,
    unit: impl FnMut(&mut dyn Txn) -> Unit<T> + Send + 'static,
) -> Unit<T> {
    store.run_blocking(unit)
}

pub(super) fn a_unit_sees_its_own_writes(store: &Store) {
    put(store, b"a", b"1");
    let seen = run(store, |txn| {
        txn.put(b"b".to_vec(), b"2".to_vec());
        txn.delete(b"a".to_vec());
        Ok((txn.get(b"a")?, txn.get(b"b")?, txn.scan(b"", None, 9)?))
    });
    assert_eq!(seen.unwrap(), (None, Some(b"2".to_vec()), vec![(b"b".to_vec(), b"2".to_vec())]));
}

pub(super) fn committed_pairs_are_read_outside_units(store: &Store) {
    put(store, b"a", b"1");
    assert_eq!(store.get(b"a").unwrap(), Some(b"1".to_vec()));
    assert_eq!(store.get(b"b").unwrap(), None);
}

pub(super) fn a_refusal_keeps_what_was_written(store: &Store) {
    let refused = run(store, |txn| -> Unit<()> {
        txn.put(b"revoked".to_vec(), b"yes".to_vec());
        txn.append(br#"{"event":"refused"}"#.to_vec());
        Err(Stop::Refused("replay"))
    });
    assert!(matches!(refused, Err(Stop::Refused("replay"))));
    assert_eq!(store.get(b"revoked").unwrap(), Some(b"yes".to_vec()));
    assert_eq!(store.audit(0, 9).unwrap().len(), 1);
}

pub(super) fn a_fault_keeps_nothing(store: &Store) {
    let failed = run(store, |txn| -> Unit<()> {
        txn.put(b"a".to_vec(), b"1".to_vec());
        txn.append(br#"{"event":"lost"}"#.to_vec());
        Err(Fault::broken("on purpose").into())
    });
    assert!(matches!(failed, Err(Stop::Fault(fault)) if fault.what == "on purpose"));
    assert_eq!(store.get(b"a").unwrap(), None);
    assert_eq!(store.audit(0, 9).unwrap().len(), 0);
}

pub(super) fn a_panic_is_a_fault_and_the_store_goes_on(store: &Store) {
    let failed = run(store, |txn| -> Unit<()> {
        txn.put(b"a".to_vec(), b"1".to_vec());
        panic!("on purpose")
    });
    assert!(matches!(failed, Err(Stop::Fault(fault)) if fault.kind == FaultKind::Broken));
    assert_eq!(store.get(b"a").unwrap(), None);
    put(store, b"b", b"2");
}

pub(super) fn a_scan_is_ordered_bounded_and_goes_on_after_a_key(store: &Store) {
    for key in [&b"p/\xff"[..], b"p/b", b"p/a", b"p", b"q/a", b"p/c"] {
        put(store, key, b"v");
    }
    let keys = |after: Option<&[u8]>, limit| -> Vec<Vec<u8>> {
        store.scan(b"p/", after, limit).unwrap().into_iter().map(|(key, _)| key).collect()
    };
    assert_eq!(keys(None, 9), [&b"p/a"[..], b"p/b", b"p/c", b"p/\xff"]);
    assert_eq!(keys(None, 2), [b"p/a", b"p/b"]);
    assert_eq!(keys(Some(b"p/b"), 9), [&b"p/c"[..], b"p/\xff"]);
    assert_eq!(keys(Some(b"p/bb"), 1), [b"p/c"]);
    assert_eq!(keys(None, 0), Vec::<Vec<u8>>::new());
    assert_eq!(store.scan(b"", None, 99).unwrap().len(), 6, "the store's own pairs are never shown");
}

pub(super) fn a_pair_over_the_limits_is_refused(store: &Store) {
    let cases = [(vec![], vec![]), (vec![1; 1025], vec![]), (vec![1], vec![0; 64 * 1024 + 1])];
    for (key, value) in cases {
        let failed = run(store, move |txn| {
            txn.put(b"beside".to_vec(), vec![]);
            txn.put(key.clone(), value.clone());
            Ok(())
        });
        assert!(matches!(failed, Err(Stop::Fault(fault)) if fault.kind == FaultKind::Broken));
    }
    assert_eq!(store.get(b"beside").unwrap(), None);
    put(store, &[1; 1024], &vec![0; 64 * 1024]);
    assert_eq!(store.get(&[1; 1024]).unwrap(), Some(vec![0; 64 * 1024]));
}

pub(super) fn an_audit_event_is_one_json_object_on_one_line(store: &Store) {
    for event in ["", "[]", "{", "{}\n{}", "{\"a\":\"\n\"}", "{}{}", "{\"a\":}"] {
        let failed = run(store, move |txn| {
            txn.append(event.as_bytes().to_vec());
            Ok(())
        });
        assert!(matches!(failed, Err(Stop::Fault(_))), "{event:?}");
    }
    store.note(b"no JSON".to_vec());
    run(store, |txn| {
        txn.append(br#"{"event":"good"}"#.to_vec());
        Ok(())
    })
    .unwrap();
    assert_eq!(store.audit(0, 9).unwrap().len(), 1);
    assert_eq!(store.notes_dropped(), 1);
}

pub(super) fn audit_entries_are_numbered_and_chained(store: &Store) {
    for n in 0..5 {
        run(store, move |txn| {
            txn.append(format!("{{\"n\":{n}}}").into_bytes());
            Ok(())
        })
        .unwrap();
    }
    let entries = store.audit(0, 99).unwrap();
    assert_eq!(entries.iter().map(|entry| entry.sequence).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(entries[0].prev_hash, "0".repeat(64));
    for pair in entries.windows(2) {
        let line = format!(
            r#"{{"seq":{},"prev_hash":"{}","event":{}}}"#,
            pair[0].sequence, pair[0].prev_hash, pair[0].event
        );
        let hash = openssl::sha::sha256(line.as_bytes());
        assert_eq!(
            pair[1].prev_hash,
            openssl::bn::BigNum::from_slice(&hash).unwrap().to_hex_str().unwrap().to_lowercase()
        );
    }
    assert_eq!(store.audit(3, 1).unwrap()[0].event, r#"{"n":3}"#);
}

pub(super) fn concurrent_increments_lose_nothing(store: &Store) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let tasks: Vec<_> = (0..64).map(|_| tokio::spawn(increment(store.clone()))).collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert_eq!(store.get(b"counter").unwrap(), Some((64_u64 * 16).to_be_bytes().to_vec()));
}

async fn increment(store: Store) {
    for _ in 0..16 {
        let added: Unit<()> = store
            .run(|txn| {
                let now =
                    txn.get(b"counter")?.map_or(0, |bytes| u64::from_be_bytes(bytes.try_into().unwrap()));
                txn.put(b"counter".to_vec(), (now + 1).to_be_bytes().to_vec());
                Ok(())
            })
            .await;
        added.unwrap();
        tokio::task::yield_now().await;
    }
}

pub(super) fn what_is_spent_is_known_from_then_on(store: &Store) {
    let spent = run(store, |txn| {
        let before = txn.is_spent(&tag(1))?;
        txn.spend(tag(1), 100);
        Ok((before, txn.is_spent(&tag(1))?, txn.is_spent(&tag(2))?))
    });
    assert_eq!(spent.unwrap(), (false, true, false));
    let failed = run(store, |txn| -> Unit<()> {
        txn.spend(tag(2), 200);
        Err(Fault::broken("on purpose").into())
    });
    assert!(matches!(failed, Err(Stop::Fault(_))));
    let refused = run(store, |txn| -> Unit<()> {
        txn.spend(tag(3), 300);
        Err(Stop::Refused("replay"))
    });
    assert!(matches!(refused, Err(Stop::Refused("replay"))));
    assert_eq!(unknown(store, 0..5), [0, 2, 4], "a fault keeps nothing, a refusal all");
    store.forget_spent(99);
    assert_eq!(unknown(store, 0..5), [0, 2, 4]);
    store.forget_spent(100);
    assert_eq!(unknown(store, 0..5), [0, 1, 2, 4]);
}

/// Serialisable: of many who want to be the first with a tag, one is.
pub(super) fn of_those_who_race_for_a_tag_one_wins(store: &Store) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let winners: usize = runtime.block_on(async {
        let tasks: Vec<_> =
            (0..64_u64).map(|n| tokio::spawn(first_with(store.clone(), tag(n % 4)))).collect();
        let mut winners = 0;
        for task in tasks {
            winners += usize::from(task.await.unwrap());
        }
        winners
    });
    assert_eq!(winners, 4);
}

async fn first_with(store: Store, tag: Tag) -> bool {
    let first: Unit<bool> = store
        .run(move |txn| {
            let known = txn.is_spent(&tag)?;
            txn.spend(tag, 100);
            Ok(!known)
        })
        .await;
    first.unwrap()
}

pub(super) fn after_close_every_call_is_unavailable(store: &Store) {
    put(store, b"a", b"1");
    store.close().unwrap();
    store.close().unwrap();
    let failed = run(store, |_| Ok(()));
    assert!(matches!(failed, Err(Stop::Fault(fault)) if fault.kind == FaultKind::Unavailable));
    assert_eq!(store.get(b"a").unwrap_err().kind, FaultKind::Unavailable);
    assert_eq!(store.scan(b"", None, 1).unwrap_err().kind, FaultKind::Unavailable);
}

/// Runs every rule on a backend. `$empty` gives a new, empty store and whatever must outlive it.
macro_rules! suite {
    ($empty:expr; $($rule:ident),* $(,)?) => {
        $(#[test]
        fn $rule() {
            let (store, _kept) = $empty;
            $crate::storage::conformance::$rule(&store);
        })*
    };
    ($empty:expr) => {
        $crate::storage::conformance::suite!($empty;
            a_unit_sees_its_own_writes,
            committed_pairs_are_read_outside_units,
            a_refusal_keeps_what_was_written,
            a_fault_keeps_nothing,
            a_panic_is_a_fault_and_the_store_goes_on,
            a_scan_is_ordered_bounded_and_goes_on_after_a_key,
            a_pair_over_the_limits_is_refused,
            an_audit_event_is_one_json_object_on_one_line,
            audit_entries_are_numbered_and_chained,
            concurrent_increments_lose_nothing,
            what_is_spent_is_known_from_then_on,
            of_those_who_race_for_a_tag_one_wins,
            after_close_every_call_is_unavailable,
        );
    };
}
pub(super) use suite;
