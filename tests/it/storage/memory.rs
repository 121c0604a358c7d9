//! The store in memory: the common rules, and the rehearsal.

use latchkey::storage::{FaultKind, Read, Stop, Store};
use std::sync::atomic::{AtomicU64, Ordering};

super::conformance::suite!((Store::memory(), ()));

#[test]
fn a_unit_that_writes_other_things_at_its_second_run_is_refused() {
    static DRAWN: AtomicU64 = AtomicU64::new(0);
    let store = Store::memory();
    let refused = store.run_blocking::<(), (), _>(|txn| {
        let fresh = DRAWN.fetch_add(1, Ordering::SeqCst);
        txn.put(b"token".to_vec(), fresh.to_be_bytes().to_vec());
        Ok(())
    });
    assert!(matches!(refused, Err(Stop::Fault(fault)) if fault.kind == FaultKind::Broken));
    assert_eq!(store.get(b"token").unwrap(), None);
}

#[test]
fn a_unit_runs_twice_and_takes_effect_once() {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let store = Store::memory();
    let done = store.run_blocking::<(), (), _>(|txn| {
        RUNS.fetch_add(1, Ordering::SeqCst);
        txn.append(b"{}".to_vec());
        Ok(())
    });
    done.unwrap();
    assert_eq!(RUNS.load(Ordering::SeqCst), 2);
    assert_eq!(store.audit(0, 9).unwrap().len(), 1);
}
