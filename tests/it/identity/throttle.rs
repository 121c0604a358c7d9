//! The soft delay of an account.

use super::setting::{PASSWORD, Setting, stranger};
use latchkey::identity::{LoginAttempt, LoginRefusal, ThrottlePolicy, users};
use latchkey::records::{self, LoginThrottle, Tenant};
use latchkey::storage::Stop;
use proptest::prelude::*;
use std::convert::Infallible;
use time::Duration;

fn delayed(seconds: u64) -> LoginRefusal {
    LoginRefusal::Delayed { retry_after: std::time::Duration::from_secs(seconds) }
}

async fn fail(setting: &Setting, name: &str, times: usize) {
    for _ in 0..times {
        assert_eq!(setting.sign_in(name, "wrong-password").await.unwrap_err(), LoginRefusal::Wrong);
    }
}

/// Decisions §4: five failures are free, then each doubles the wait up to a quarter of an hour.
#[test]
fn the_delay_doubles_up_to_its_cap() {
    let policy = ThrottlePolicy::default();
    let delays: Vec<_> = (0..=16).map(|n| policy.delay_after(n).whole_seconds()).collect();
    assert_eq!(delays, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    assert_eq!(policy.delay_after(u32::MAX), Duration::minutes(15));
}

proptest! {
    #[test]
    fn the_delay_never_shrinks(a in 0_u32.., b in 0_u32.., free in 1_u32..100, first in 1_i64..100_000) {
        let policy = ThrottlePolicy {
            free_failures: free,
            first_delay: Duration::milliseconds(first),
            ..ThrottlePolicy::default()
        };
        prop_assert!(policy.delay_after(a.min(b)) <= policy.delay_after(a.max(b)));
        prop_assert!(policy.delay_after(a) <= policy.longest_delay);
    }
}

#[tokio::test]
async fn after_five_failures_the_right_password_waits_too_and_nothing_is_hashed() {
    let (setting, _) = Setting::with_ada();
    fail(&setting, "ada", 5).await;
    let before = setting.pool.hashed();
    assert_eq!(setting.sign_in("ada", PASSWORD).await.unwrap_err(), delayed(1));
    assert_eq!(setting.pool.hashed(), before);
    setting.clock.advance(Duration::seconds(1));
    setting.sign_in("ada", PASSWORD).await.unwrap();
    assert_eq!(setting.audit("authn_login_lock").len(), 1);
}

/// M10: user name in upper case, full width, with blanks: one counter.
#[tokio::test]
async fn all_spellings_of_a_name_share_one_counter() {
    let (setting, _) = Setting::with_ada();
    for spelling in ["ada", "ADA", "Ada ", " ada", "\u{ff21}DA"] {
        fail(&setting, spelling, 1).await;
    }
    assert_eq!(setting.sign_in("aDa", PASSWORD).await.unwrap_err(), delayed(1));
}

/// Nothing tells a name that nobody has from one that somebody has.
#[tokio::test]
async fn unknown_names_are_delayed_in_the_same_way() {
    let (setting, _) = Setting::with_ada();
    for name in ["nobody", "no body\0", "", &"x".repeat(5000)] {
        fail(&setting, name, 5).await;
        assert_eq!(setting.sign_in(name, PASSWORD).await.unwrap_err(), delayed(1), "{name:?}");
    }
    setting.sign_in("ada", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn tries_during_the_delay_make_it_no_longer() {
    let (setting, _) = Setting::with_ada();
    fail(&setting, "ada", 5).await;
    for _ in 0..20 {
        assert_eq!(setting.sign_in("ada", "wrong-password").await.unwrap_err(), delayed(1));
    }
    setting.clock.advance(Duration::seconds(1));
    fail(&setting, "ada", 1).await;
    assert_eq!(setting.sign_in("ada", PASSWORD).await.unwrap_err(), delayed(2));
}

#[tokio::test]
async fn success_forgets_the_failures() {
    let (setting, _) = Setting::with_ada();
    fail(&setting, "ada", 4).await;
    setting.sign_in("ada", PASSWORD).await.unwrap();
    fail(&setting, "ada", 4).await;
    setting.sign_in("ada", PASSWORD).await.unwrap();
}

/// Never a hard lock: the owner's own browser does not wait for a stranger's failures, but for its own.
#[tokio::test]
async fn a_known_device_has_a_counter_of_its_own() {
    let (setting, _) = Setting::with_ada();
    let known = setting.sign_in("ada", PASSWORD).await.unwrap().known_device;
    fail(&setting, "ada", 5).await;
    let at_home = LoginAttempt { known_device: Some(known), ..stranger("ada") };
    setting.attempt(&at_home, PASSWORD).await.unwrap();
    assert_eq!(setting.sign_in("ada", PASSWORD).await.unwrap_err(), delayed(1), "strangers still wait");
    for _ in 0..5 {
        assert_eq!(setting.attempt(&at_home, "wrong-password").await.unwrap_err(), LoginRefusal::Wrong);
    }
    assert_eq!(setting.attempt(&at_home, PASSWORD).await.unwrap_err(), delayed(1));
}

#[tokio::test]
async fn a_known_device_serves_one_person_for_half_a_year() {
    let (setting, _) = Setting::with_ada();
    setting.add("bob");
    let of_bob = setting.sign_in("bob", PASSWORD).await.unwrap().known_device;
    let of_ada = setting.sign_in("ada", PASSWORD).await.unwrap().known_device;
    fail(&setting, "ada", 5).await;
    let forged: secrecy::SecretString = "lkb_1800000000.AAAA.AAAA".into();
    for cookie in [of_bob, forged, "lkb_".into(), "".into()] {
        let attempt = LoginAttempt { known_device: Some(cookie), ..stranger("ada") };
        assert_eq!(setting.attempt(&attempt, PASSWORD).await.unwrap_err(), delayed(1));
    }
    setting.clock.advance(Duration::days(180));
    fail(&setting, "ada", 5).await;
    let late = LoginAttempt { known_device: Some(of_ada), ..stranger("ada") };
    assert_eq!(setting.attempt(&late, PASSWORD).await.unwrap_err(), delayed(1));
}

/// Whoever had the password once gathers no devices for the time after it is changed.
#[tokio::test]
async fn a_new_password_makes_every_device_a_stranger() {
    let (setting, ada) = Setting::with_ada();
    let known = setting.sign_in("ada", PASSWORD).await.unwrap().known_device;
    let (id, same) = (ada.id, setting.pool.hash_blocking(&PASSWORD.into(), [8; 16]).unwrap());
    setting.run(move |txn, act| users::set_password(txn, act, "ada", id, same.clone())).unwrap();
    fail(&setting, "ada", 5).await;
    let before = LoginAttempt { known_device: Some(known), ..stranger("ada") };
    assert_eq!(setting.attempt(&before, PASSWORD).await.unwrap_err(), delayed(1));
}

/// A delay that began at the end of one window is not cut short by the next; the window's end clears the count.
#[tokio::test]
async fn a_counter_ends_but_no_delay_is_cut_short() {
    let (setting, _) = Setting::with_ada();
    let mut cut = 0;
    for _ in 0..60 {
        match setting.sign_in("ada", "wrong-password").await.unwrap_err() {
            LoginRefusal::Delayed { retry_after } => {
                setting.clock.advance(Duration::try_from(retry_after).unwrap() - Duration::seconds(1));
                let still = setting.sign_in("ada", PASSWORD).await.unwrap_err();
                assert_eq!(still, delayed(1));
                setting.clock.advance(Duration::seconds(1));
            }
            LoginRefusal::Wrong => cut += 1,
            LoginRefusal::Busy { .. } => panic!("busy"),
        }
    }
    assert!(cut > 20);
}

#[tokio::test]
async fn counters_are_swept() {
    let (setting, _) = Setting::with_ada();
    fail(&setting, "nobody", 3).await;
    let list =
        || records::list::<LoginThrottle>(&setting.store, &Tenant::default_tenant(), "", None, 9).unwrap();
    assert_eq!(list().len(), 1);
    assert!(!serde_json::to_string(&list()).unwrap().contains("nobody"));
    setting.clock.advance(Duration::hours(7));
    setting
        .run::<_, Infallible>(|txn, act| {
            records::sweep(txn, &act.tenant, act.now, None, 99).map_err(Stop::Fault)
        })
        .unwrap();
    assert!(list().is_empty());
}
