//! Where the buckets of addresses are kept: in so many places and no more.
//!
//! An address belongs to one set of places, by a hash whose key nobody else knows, so a try looks at few places under one
//! short lock. Where its set is full, a newcomer takes over the fullest bucket there, *as it is*: with what is missing
//! in it. That is the rule of "space-saving" counters (Metwally, Agrawal, El Abbadi 2005), and two things follow:
//!
//! - Nobody is ever let through more often than the policy says, whatever others do. The fullest bucket of a set only
//!   ever gets emptier by tries, so whoever comes back after his own was taken over finds one that is no fuller.
//! - What is missing in all buckets together is what was let through, less what came back with time: nothing is counted
//!   twice. So a newcomer is refused only once *every* place of his set is empty, which takes as many tries as the places
//!   of the whole table give back, sustained; from few addresses or from many. Below that, many addresses only make
//!   newcomers' first buckets less than full.

use governor::nanos::Nanos;
use governor::state::StateStore;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// With [`PLACES`], 65,536 buckets of 32 bytes at most: 2 MiB.
const SETS: usize = 1024;
/// So many that sets fill evenly: with half of all places taken by empty buckets, one set in a hundred million is full.
const PLACES: usize = 64;

#[derive(Debug)]
struct Bucket {
    address: IpAddr,
    /// When it will be full again; of two, the later one is the emptier.
    full_at: Nanos,
}

/// The places. Made for [`governor`], which does the arithmetic.
#[derive(Debug)]
pub(super) struct Buckets {
    sets: Vec<Mutex<Vec<Bucket>>>,
    places: usize,
    hasher: RandomState,
}

impl Buckets {
    /// So many sets of so many places.
    fn of(sets: usize, places: usize) -> Self {
        let sets = std::iter::repeat_with(Mutex::default).take(sets).collect();
        Self { sets, places, hasher: RandomState::new() }
    }

    /// How many places are taken.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.sets.iter().map(|set| set.lock().unwrap_or_else(PoisonError::into_inner).len()).sum()
    }

    fn set_of(&self, address: &IpAddr) -> Option<&Mutex<Vec<Bucket>>> {
        let count = u64::try_from(self.sets.len()).ok()?;
        let index = self.hasher.hash_one(address).checked_rem(count)?;
        self.sets.get(usize::try_from(index).ok()?)
    }
}

impl Default for Buckets {
    fn default() -> Self {
        Self::of(SETS, PLACES)
    }
}

impl StateStore for Buckets {
    type Key = IpAddr;

    fn measure_and_replace<T, F, E>(&self, address: &IpAddr, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let Some(set) = self.set_of(address) else {
            // There is no table without sets; none would be an empty bucket for all.
            return measure(Some(Nanos::new(u64::MAX))).map(|(outcome, _)| outcome);
        };
        let mut set = set.lock().unwrap_or_else(PoisonError::into_inner);
        let own = set.iter().position(|bucket| bucket.address == *address);
        let fullest = || {
            let of_all = set.iter().enumerate().min_by_key(|(_, bucket)| bucket.full_at);
            of_all.filter(|_| set.len() >= self.places).map(|(index, _)| index)
        };
        let Some(bucket) = own.or_else(fullest).and_then(|index| set.get_mut(index)) else {
            let (outcome, full_at) = measure(None)?;
            set.push(Bucket { address: *address, full_at });
            return Ok(outcome);
        };
        let (outcome, full_at) = measure(Some(bucket.full_at))?;
        *bucket = Bucket { address: *address, full_at };
        Ok(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;
    use governor::middleware::NoOpMiddleware;
    use governor::state::keyed::HashMapStateStore;
    use governor::{Quota, RateLimiter};
    use proptest::prelude::*;
    use std::num::NonZeroU32;
    use std::time::Duration;

    fn nth(n: u32) -> IpAddr {
        IpAddr::from(n.to_be_bytes())
    }

    type Limiter<S> = RateLimiter<IpAddr, S, FakeRelativeClock, NoOpMiddleware<Nanos>>;

    /// One try a second comes back.
    fn limiter<S: StateStore<Key = IpAddr>>(burst: u32, state: S, clock: &FakeRelativeClock) -> Limiter<S> {
        let quota = Quota::per_second(NonZeroU32::MIN).allow_burst(NonZeroU32::new(burst).unwrap());
        RateLimiter::new(quota, state, clock.clone())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// A table with a bucket for everybody, which counts what was let through, would have let it through too; and
        /// there are never more buckets than places.
        #[test]
        fn nobody_is_let_through_more_often_than_with_a_bucket_for_everybody(
            (sets, places, burst) in (1_usize..4, 1_usize..5, 1_u32..5),
            tries in prop::collection::vec((0_u32..12, 0_u64..3), 1..400),
        ) {
            let clock = FakeRelativeClock::default();
            let bounded = limiter(burst, Buckets::of(sets, places), &clock);
            let exact = limiter(burst, HashMapStateStore::<IpAddr>::default(), &clock);
            for (who, seconds) in tries {
                // Mostly at a time, or nobody would ever be refused.
                clock.advance(Duration::from_secs(seconds / 2));
                if bounded.check_key(&nth(who)).is_ok() {
                    prop_assert!(exact.check_key(&nth(who)).is_ok(), "{who}");
                }
            }
            prop_assert!(bounded.into_state_store().len() <= sets * places);
        }

        /// Many addresses refuse nobody new before they have emptied every place.
        #[test]
        fn a_newcomer_is_let_through_until_every_place_is_empty(
            (places, burst) in (1_usize..6, 1_u32..6),
            tries in prop::collection::vec(0_u32..12, 0..60),
        ) {
            let limit = limiter(burst, Buckets::of(1, places), &FakeRelativeClock::default());
            let let_through = tries.into_iter().filter(|who| limit.check_key(&nth(*who)).is_ok()).count();
            let capacity = places * usize::try_from(burst).unwrap();
            prop_assert!(let_through <= capacity);
            prop_assert_eq!(limit.check_key(&nth(99)).is_ok(), let_through < capacity);
        }
    }
}
