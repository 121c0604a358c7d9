//! The password pool: right, wrong and unknown at one cost; bounded; nothing freed early.

use super::setting::cheap_pool;
use latchkey::identity::{HashParams, PasswordPool, PoolError, PoolPolicy, Verdict};
use secrecy::SecretString;
use std::future::Future;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

fn password(text: &str) -> SecretString {
    SecretString::from(text)
}

/// Vectors of the reference implementation of argon2 (its test suite, version 19).
#[tokio::test]
async fn known_hashes_are_right() {
    let pool = cheap_pool();
    for stored in [
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    ] {
        let verdict = pool.verify(password("password"), Some(stored.to_owned())).await;
        assert_eq!(verdict, Ok(Verdict::Right { rehash: false }), "{stored}");
        assert_eq!(pool.verify(password("passwore"), Some(stored.to_owned())).await, Ok(Verdict::Wrong));
    }
}

#[tokio::test]
async fn every_byte_counts() {
    let pool = cheap_pool();
    let long = "x".repeat(1024);
    let stored = pool.hash(password(&long), [1; 16]).await.unwrap();
    let verify = |text: String| pool.verify(SecretString::from(text), Some(stored.as_str().to_owned()));
    assert_eq!(verify(long.clone()).await, Ok(Verdict::Right { rehash: false }));
    for at in [0, 71, 72, 1023] {
        let mut other = long.clone();
        other.replace_range(at..=at, "y");
        assert_eq!(verify(other).await, Ok(Verdict::Wrong), "byte {at}");
    }
    assert_eq!(verify("x".repeat(1023)).await, Ok(Verdict::Wrong));
}

#[tokio::test]
async fn the_salt_makes_equal_passwords_differ() {
    let pool = cheap_pool();
    let one = pool.hash(password("same"), [1; 16]).await.unwrap();
    let two = pool.hash(password("same"), [2; 16]).await.unwrap();
    assert_ne!(one.as_str(), two.as_str());
    assert_eq!(one, pool.hash_blocking(&password("same"), [1; 16]).unwrap());
    assert_eq!(format!("{one:?}"), "PasswordHash(..)");
}

/// B07: nobody, no password and a damaged hash cost one hash, as a wrong password does.
#[tokio::test]
async fn an_unknown_user_costs_the_same_hash() {
    let pool = cheap_pool();
    let stored = pool.hash(password("right"), [1; 16]).await.unwrap().into_string();
    for stored in [Some(stored), None, Some("$2b$12$nonsense".to_owned())] {
        let before = pool.hashed();
        assert_eq!(pool.verify(password("wrong"), stored).await, Ok(Verdict::Wrong));
        assert_eq!(pool.hashed() - before, 1);
    }
}

#[tokio::test]
async fn a_hash_of_lower_parameters_asks_to_be_made_anew() {
    let (weak, pool) = (cheap_pool(), pool_of(HashParams::new(128, 1, 1).unwrap(), 1, 8));
    let old = weak.hash(password("right"), [1; 16]).await.unwrap().into_string();
    assert_eq!(pool.verify(password("right"), Some(old.clone())).await, Ok(Verdict::Right { rehash: true }));
    assert_eq!(pool.verify(password("wrong"), Some(old)).await, Ok(Verdict::Wrong));
    let new = pool.hash(password("right"), [1; 16]).await.unwrap().into_string();
    assert_eq!(weak.verify(password("right"), Some(new)).await, Ok(Verdict::Right { rehash: false }));
}

/// Class 8 of the attack list: the work before authentication is bounded, and hanging up frees nothing.
#[test]
fn beyond_the_queue_it_is_busy_even_for_those_who_hang_up() {
    let pool = pool_of(HashParams::new(65_536, 4, 1).unwrap(), 1, 2);
    let mut context = Context::from_waker(Waker::noop());
    let mut outcomes = Vec::new();
    for _ in 0..20 {
        let mut asked = pin!(pool.verify(password("any"), None));
        outcomes.push(asked.as_mut().poll(&mut context));
        // The future is dropped here: the caller has hung up.
    }
    let busy = |outcome: &Poll<_>| matches!(outcome, Poll::Ready(Err(PoolError::Busy { .. })));
    let accepted = outcomes.iter().filter(|outcome| outcome.is_pending()).count();
    assert!((2..=4).contains(&accepted), "one is worked on, two wait, one may have ended: {accepted}");
    assert!(outcomes.iter().skip(4).all(busy), "{outcomes:?}");
}

#[test]
fn parameters_out_of_bounds_are_refused() {
    for (memory, passes, lanes) in [(7, 1, 1), (8, 0, 1), (8, 1, 0), (15, 1, 2), (262_145, 1, 1), (64, 17, 1)]
    {
        assert!(HashParams::new(memory, passes, lanes).is_err(), "{memory} {passes} {lanes}");
    }
    assert!(HashParams::RECOMMENDED.check().is_ok());
    assert_eq!(HashParams::LOWERED.check().is_ok(), cfg!(debug_assertions));
}

fn pool_of(params: HashParams, workers: usize, queue: usize) -> PasswordPool {
    let (workers, queue) = (NonZeroUsize::new(workers).unwrap(), NonZeroUsize::new(queue).unwrap());
    PasswordPool::start(PoolPolicy { params, workers, queue }).unwrap()
}
