//! The settings that keys can live by.

use latchkey::keys::Algorithm;
use latchkey::keys::lifecycle::{KeyPolicy, PolicyError};
use time::Duration;

#[test]
fn the_default_is_sound() {
    assert_eq!(KeyPolicy::default().check(), Ok(()));
}

#[test]
fn what_would_break_a_verifier_is_refused() {
    let with = |change: fn(&mut KeyPolicy)| {
        let mut policy = KeyPolicy::default();
        change(&mut policy);
        policy.check()
    };
    assert_eq!(with(|p| p.algorithms.clear()), Err(PolicyError::Algorithms));
    assert_eq!(with(|p| p.algorithms.push(Algorithm::Es256)), Err(PolicyError::Algorithms));
    assert_eq!(
        with(|p| p.publish_ahead = p.jwks_max_age * 2 - Duration::NANOSECOND),
        Err(PolicyError::PublishAhead)
    );
    assert_eq!(with(|p| p.publish_ahead = p.jwks_max_age * 2), Ok(()));
    assert_eq!(
        with(|p| p.rotate_every = p.publish_ahead - Duration::NANOSECOND),
        Err(PolicyError::RotateEvery)
    );
    assert_eq!(with(|p| p.jwks_max_age = Duration::ZERO), Err(PolicyError::Times));
    assert_eq!(with(|p| p.longest_signed_life = Duration::ZERO), Err(PolicyError::Times));
    assert_eq!(with(|p| p.skew = -Duration::SECOND), Err(PolicyError::Times));
    assert_eq!(with(|p| p.skew = Duration::ZERO), Ok(()));
    assert_eq!(with(|p| p.rotate_every = Duration::MAX), Err(PolicyError::Times));
    assert_eq!(with(|p| p.rsa_bits = 1024), Err(PolicyError::RsaBits));
}
