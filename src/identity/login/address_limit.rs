//! A bucket of tries for each address. In memory alone: it protects this process's cores, and a restart forgives.

use crate::ports::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How many tries an address has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressPolicy {
    /// How many tries come back in a minute: by default 60. Zero switches the limit off.
    pub per_minute: u32,
    /// How many tries may be made at once: by default 100, as an office may share one address.
    pub burst: NonZeroU32,
}

impl Default for AddressPolicy {
    fn default() -> Self {
        Self { per_minute: 60, burst: NonZeroU32::MIN.saturating_add(99) }
    }
}

/// After how many tries the full buckets are dropped: what is kept then is what was busy lately.
const TIDY_EVERY: u32 = 4096;

/// How many buckets there may be, of some 100 bytes each. Who commands more prefixes than this is not held up by
/// buckets; then the pool's bounded queue and the delay of each account stand alone.
const MAX_BUCKETS: usize = 65_536;

type Buckets = RateLimiter<IpAddr, DashMapStateStore<IpAddr>, WallClock, NoOpMiddleware<Duration>>;

/// The buckets of all addresses.
pub struct AddressLimit {
    buckets: Option<Buckets>,
    clock: WallClock,
    tries: AtomicU32,
}

impl AddressLimit {
    /// Full buckets.
    pub fn new(policy: AddressPolicy, clock: Arc<dyn Clock>) -> Self {
        let clock = WallClock(clock);
        let buckets = NonZeroU32::new(policy.per_minute).map(|per_minute| {
            let quota = Quota::per_minute(per_minute).allow_burst(policy.burst);
            RateLimiter::new(quota, DashMapStateStore::default(), clock.clone())
        });
        Self { buckets, clock, tries: AtomicU32::new(0) }
    }

    /// Takes a try from the address's bucket. An IPv6 address counts as its /64, which is what one customer has.
    ///
    /// # Errors
    /// Where the bucket is empty: how long until there is a try in it.
    pub fn check(&self, address: IpAddr) -> Result<(), Duration> {
        let Some(buckets) = &self.buckets else { return Ok(()) };
        if self.tries.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            buckets.retain_recent();
            buckets.shrink_to_fit();
        }
        if buckets.len() >= MAX_BUCKETS {
            return Ok(());
        }
        buckets
            .check_key(&prefix(address))
            .map_err(|not_until| not_until.wait_time_from(governor::clock::Clock::now(&self.clock)))
    }

    /// How many buckets there are now, for metrics.
    pub fn buckets(&self) -> usize {
        self.buckets.as_ref().map_or(0, RateLimiter::len)
    }
}

impl fmt::Debug for AddressLimit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AddressLimit(..)")
    }
}

fn prefix(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

/// Our clock, as governor reads one: the time since 1970.
#[derive(Clone)]
struct WallClock(Arc<dyn Clock>);

impl governor::clock::Clock for WallClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::try_from(self.0.now() - time::OffsetDateTime::UNIX_EPOCH).unwrap_or_default()
    }
}
