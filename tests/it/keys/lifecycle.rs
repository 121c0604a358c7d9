//! Keys over random schedules, policies, downtimes, full disks, emergencies and clocks that are set back.

use super::world::World;
use latchkey::keys::{Algorithm, KeyPolicy};
use proptest::prelude::*;
use time::Duration;

/// One thing that happens to a server.
#[derive(Debug, Clone)]
enum Happening {
    Runs { seconds: i64, every: i64 },
    RunsWithoutDisk { seconds: i64 },
    Restarts { seconds: i64, policy: KeyPolicy },
    IsSetBack { seconds: i64 },
    Revokes { index: usize },
    RotatesNow { algorithm: Algorithm },
}

/// Times of a policy, in seconds. A max-age never exceeds half the shortest lead time of any policy: shortening
/// both at once would leave copies behind that are older than the new lead time.
fn policies() -> impl Strategy<Value = KeyPolicy> {
    let algorithms = proptest::sample::subsequence(Algorithm::ALL.to_vec(), 1..=3);
    (algorithms, 1..=10_i64, 20..=40_i64, 0..=60_i64, 1..=50_i64, 0..=5_i64).prop_map(
        |(algorithms, max_age, ahead, longer, life, skew)| KeyPolicy {
            algorithms,
            rotate_every: Duration::seconds(ahead + longer),
            publish_ahead: Duration::seconds(ahead),
            jwks_max_age: Duration::seconds(max_age),
            longest_signed_life: Duration::seconds(life),
            skew: Duration::seconds(skew),
            rsa_bits: 2048,
        },
    )
}

fn happenings() -> impl Strategy<Value = Happening> {
    prop_oneof![
        6 => (1..=80_i64, 1..=7_i64).prop_map(|(seconds, every)| Happening::Runs { seconds, every }),
        1 => (1..=80_i64).prop_map(|seconds| Happening::RunsWithoutDisk { seconds }),
        2 => (0..=200_i64, policies()).prop_map(|(seconds, policy)| Happening::Restarts { seconds, policy }),
        1 => (1..=100_i64).prop_map(|seconds| Happening::IsSetBack { seconds }),
        1 => (0..=9_usize).prop_map(|index| Happening::Revokes { index }),
        1 => proptest::sample::select(Algorithm::ALL.to_vec())
            .prop_map(|algorithm| Happening::RotatesNow { algorithm }),
    ]
}

fn live(policy: KeyPolicy, happenings: Vec<Happening>) -> World {
    policy.check().unwrap();
    let mut world = World::start(policy);
    for happening in happenings {
        match happening {
            Happening::Runs { seconds, every } => world.run(seconds, every),
            Happening::RunsWithoutDisk { seconds } => world.run_without_disk(seconds),
            Happening::Restarts { seconds, policy } => world.restart(seconds, policy),
            Happening::IsSetBack { seconds } => world.set_back(seconds),
            Happening::Revokes { index } => world.revoke(index),
            Happening::RotatesNow { algorithm } => world.rotate_now(algorithm),
        }
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// At every instant: one active key an algorithm; the key of every unexpired token is published; a key stood in
    /// the JWKS for the whole lead time before it first signed; a key that stopped never signs; a verifier that
    /// caches for exactly max-age knows every key that it meets.
    #[test]
    fn whatever_happens_every_token_can_be_verified(
        policy in policies(),
        happenings in proptest::collection::vec(happenings(), 1..25),
    ) {
        live(policy, happenings);
    }
}

/// A lead time that begins after the clock was set back may end at the very instant at which its key was made. That
/// must not be taken for the founding of a new key set, in which a first key signs at once.
#[test]
fn a_clock_that_was_set_back_does_not_found_the_keys_anew() {
    let policy = |algorithms| KeyPolicy {
        algorithms,
        rotate_every: Duration::seconds(20),
        publish_ahead: Duration::seconds(20),
        jwks_max_age: Duration::seconds(10),
        longest_signed_life: Duration::SECOND,
        skew: Duration::ZERO,
        ..KeyPolicy::default()
    };
    let happenings = vec![
        Happening::Runs { seconds: 2, every: 1 },
        Happening::IsSetBack { seconds: 22 },
        Happening::Runs { seconds: 1, every: 1 },
        Happening::Restarts { seconds: 0, policy: policy(vec![Algorithm::Rs256]) },
        Happening::Runs { seconds: 3, every: 1 },
    ];
    live(policy(vec![Algorithm::EdDsa]), happenings);
}

/// The model turns keys at all, and about as often as the policy says.
#[test]
fn a_quiet_year_turns_on_schedule() {
    let policy = KeyPolicy {
        rotate_every: Duration::seconds(30),
        publish_ahead: Duration::seconds(20),
        jwks_max_age: Duration::seconds(10),
        longest_signed_life: Duration::seconds(40),
        skew: Duration::seconds(2),
        ..KeyPolicy::default()
    };
    let world = live(policy, vec![Happening::Runs { seconds: 1000, every: 1 }]);
    assert_eq!(world.turns, 3 * 33);
}
