//! The job that turns the keys, on a clock that the test moves.

use super::{Keys, kek_ring, quick_policy};
use latchkey::jobs::rotate_keys::Work;
use latchkey::keys::lifecycle::load_all;
use latchkey::keys::sealing::{Kek, KekRing};
use latchkey::keys::{Algorithm, KeyPolicy};
use latchkey::records::{KeyState, SigningKey, Tenant};
use std::sync::Arc;
use time::Duration;

fn stored(keys: &Keys, algorithm: Algorithm, state: KeyState) -> Vec<SigningKey> {
    let all = load_all(&keys.store, &Tenant::default_tenant()).unwrap();
    all.into_iter().filter(|key| key.algorithm == algorithm && key.state == state).collect()
}

#[tokio::test]
async fn a_new_server_has_an_active_key_and_a_published_spare_at_once() {
    let keys = Keys::start(quick_policy()).await;
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
        assert_eq!(stored(&keys, algorithm, KeyState::Active).len(), 1);
        let spare = stored(&keys, algorithm, KeyState::Published).pop().unwrap();
        assert!(keys.served().contains(&spare.kid));
        assert_eq!(spare.ready_at, Some(keys.now() + Duration::days(1)));
        assert_eq!(spare.activate_at, keys.now() + Duration::days(30));
        assert_eq!(spare.retire_at, keys.now() + Duration::days(60));
        assert_eq!(spare.remove_at, spare.retire_at + Duration::hours(1) + Duration::minutes(1));
    }
}

#[tokio::test]
async fn the_spare_takes_over_and_the_old_key_stays_published_for_what_it_signed() {
    let keys = Keys::start(quick_policy()).await;
    let (old, spare) =
        (keys.kid(Algorithm::Es256), stored(&keys, Algorithm::Es256, KeyState::Published)[0].kid.clone());
    keys.pass(Duration::days(30) - Duration::SECOND).await;
    assert_eq!(keys.kid(Algorithm::Es256), old);
    keys.pass(Duration::SECOND).await;
    assert_eq!(keys.kid(Algorithm::Es256), spare);
    assert!(
        stored(&keys, Algorithm::Es256, KeyState::Retired)[0].sealed.is_none(),
        "the private half is destroyed"
    );
    assert_eq!(stored(&keys, Algorithm::Es256, KeyState::Published).len(), 1, "a new spare is published");
    keys.pass(Duration::minutes(61) - Duration::SECOND).await;
    assert!(keys.served().contains(&old));
    keys.pass(Duration::SECOND).await;
    assert!(!keys.served().contains(&old));
    assert!(stored(&keys, Algorithm::Es256, KeyState::Retired).is_empty());
}

#[tokio::test]
async fn a_turn_that_was_due_while_the_server_was_off_waits_for_verifiers() {
    let keys = Keys::start(quick_policy()).await;
    let old = keys.kid(Algorithm::Es256);
    keys.clock.advance(Duration::days(40));
    let keys = Keys::start_on(keys.store, keys.clock, quick_policy(), kek_ring(1)).await.unwrap();
    assert_eq!(keys.kid(Algorithm::Es256), old, "nothing turns right after a start");
    keys.pass(Duration::minutes(10)).await;
    assert_ne!(keys.kid(Algorithm::Es256), old);
    let (active, retired) = (
        &stored(&keys, Algorithm::Es256, KeyState::Active)[0],
        &stored(&keys, Algorithm::Es256, KeyState::Retired)[0],
    );
    assert_eq!(active.retire_at, keys.now() + Duration::days(30), "its time shifts by the delay");
    assert_eq!(retired.remove_at, keys.now() + Duration::minutes(61));
}

/// The first spare dies with the disk's last gasp, so to say: published, but the lead time has not passed.
#[tokio::test]
async fn a_spare_is_never_used_before_its_lead_time() {
    let policy = KeyPolicy { rotate_every: Duration::days(1), ..quick_policy() };
    let keys = Keys::start(policy).await;
    keys.pass(Duration::days(1)).await;
    let second = keys.kid(Algorithm::Es256);
    // The third key was published when the second began to sign, and is ready one day later: not before.
    keys.pass(Duration::days(1) - Duration::SECOND).await;
    assert_eq!(keys.kid(Algorithm::Es256), second);
    keys.pass(Duration::SECOND).await;
    assert_ne!(keys.kid(Algorithm::Es256), second);
}

#[tokio::test]
async fn a_changed_configuration_moves_nothing_that_was_stored() {
    let keys = Keys::start(quick_policy()).await;
    let before = load_all(&keys.store, &Tenant::default_tenant()).unwrap();
    let policy = KeyPolicy {
        rotate_every: Duration::days(3),
        publish_ahead: Duration::hours(1),
        longest_signed_life: Duration::minutes(1),
        ..quick_policy()
    };
    let keys = Keys::start_on(keys.store, keys.clock, policy, kek_ring(1)).await.unwrap();
    let after = load_all(&keys.store, &Tenant::default_tenant()).unwrap();
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
}

#[tokio::test]
async fn a_longer_token_life_binds_the_keys_before_it_is_used() {
    let keys = Keys::start(quick_policy()).await;
    let policy = KeyPolicy { longest_signed_life: Duration::hours(8), ..quick_policy() };
    let keys = Keys::start_on(keys.store, keys.clock, policy, kek_ring(1)).await.unwrap();
    let snapshot = keys.ring.load_full();
    let token = snapshot.sign_jwt(Algorithm::Es256, "JWT", &"", keys.now(), keys.now() + Duration::hours(8));
    assert!(token.is_ok());
    let old = keys.kid(Algorithm::Es256);
    keys.pass(Duration::days(30)).await;
    keys.pass(Duration::hours(8)).await;
    assert!(keys.served().contains(&old));
    keys.pass(Duration::minutes(1)).await;
    assert!(!keys.served().contains(&old));
}

#[tokio::test]
async fn an_algorithm_that_is_added_later_is_published_first() {
    let only = |algorithms| KeyPolicy { algorithms, ..quick_policy() };
    let keys = Keys::start(only(vec![Algorithm::Es256])).await;
    keys.pass(Duration::days(2)).await;
    let both = only(vec![Algorithm::Es256, Algorithm::EdDsa]);
    let keys = Keys::start_on(keys.store, keys.clock, both, kek_ring(1)).await.unwrap();
    assert!(keys.ring.load().signer(Algorithm::EdDsa).is_none());
    assert_eq!(keys.served().len(), 3);
    assert_eq!(keys.ring.load().jwks().unwrap().max_age, Duration::minutes(5));
    keys.pass(Duration::days(1)).await;
    assert!(keys.ring.load().signer(Algorithm::EdDsa).is_some());
    // Taken away again, it signs no more, and its keys live to their end.
    let keys =
        Keys::start_on(keys.store, keys.clock, only(vec![Algorithm::Es256]), kek_ring(1)).await.unwrap();
    assert!(keys.ring.load().signer(Algorithm::EdDsa).is_none());
    assert_eq!(stored(&keys, Algorithm::EdDsa, KeyState::Active).len(), 1);
    keys.pass(Duration::days(31)).await;
    assert_eq!(stored(&keys, Algorithm::EdDsa, KeyState::Active).len(), 0);
    keys.pass(Duration::days(31)).await;
    assert!(stored(&keys, Algorithm::EdDsa, KeyState::Published).is_empty());
}

#[tokio::test]
async fn keys_survive_a_restart_and_an_unknown_kek_stops_the_start() {
    let keys = Keys::start(quick_policy()).await;
    let kid = keys.kid(Algorithm::EdDsa);
    let (store, clock) = (keys.store.clone(), Arc::clone(&keys.clock));
    let again = Keys::start_on(store.clone(), Arc::clone(&clock), quick_policy(), kek_ring(1)).await.unwrap();
    assert_eq!(again.kid(Algorithm::EdDsa), kid);
    let fault =
        Keys::start_on(store.clone(), Arc::clone(&clock), quick_policy(), kek_ring(2)).await.err().unwrap();
    assert!(fault.what.contains(Kek::new([1; 32]).id()) && !fault.what.contains('\n'), "{fault}");
    let both = KekRing::new(Kek::new([2; 32]), vec![Kek::new([1; 32])]);
    let again = Keys::start_on(store, clock, quick_policy(), both).await.unwrap();
    assert_eq!(again.kid(Algorithm::EdDsa), kid);
}

/// Another key's private half under a kid, each seal intact in itself: refused, the seal names its row.
#[tokio::test]
async fn swapped_rows_stop_the_start() {
    let keys = Keys::start(quick_policy()).await;
    let mut active = stored(&keys, Algorithm::Es256, KeyState::Active).remove(0);
    let spare = stored(&keys, Algorithm::Es256, KeyState::Published).remove(0);
    active.sealed = spare.sealed;
    let write = keys.store.run_blocking::<(), (), _>(move |txn| {
        Ok(latchkey::records::update(txn, &Tenant::default_tenant(), &active)?)
    });
    write.unwrap();
    let fault = Keys::start_on(keys.store, keys.clock, quick_policy(), kek_ring(1)).await.err().unwrap();
    assert!(fault.what.contains("seal"), "{fault}");
}

#[tokio::test]
async fn every_transition_is_in_the_audit_trail() {
    let keys = Keys::start(quick_policy()).await;
    keys.pass(Duration::days(30)).await;
    keys.pass(Duration::days(1)).await;
    let entries = keys.store.audit(0, 1000).unwrap();
    let states = ["pending", "published", "active", "retired", "removed"].map(|state| {
        let cause = format!("\"cause\":\"{state}\"");
        entries.iter().filter(|entry| entry.event.contains(&cause)).count()
    });
    // Two algorithms: the first keys, their spares, the turn, the spares of the turn, the removal.
    assert_eq!(states, [4, 4, 4, 2, 2]);
}

#[tokio::test]
async fn it_sleeps_until_the_next_thing_is_due() {
    let keys = Keys::start(quick_policy()).await;
    let due = keys.job.settle(Work::All).await.unwrap();
    assert_eq!(due, Some(keys.now() + Duration::days(30)));
}
