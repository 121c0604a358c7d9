//! A bucket of tries for each address. In memory alone: it protects this process's cores, and a restart forgives.
//!
//! There are so many buckets and no more. Who comes when there are none left takes over another's, with what is missing in
//! it ([`Buckets`]): so no flood of addresses gives anybody a try more than the policy says, and none refuses a newcomer
//! unless it is as large as 65,536 addresses may be together, for as long as it lasts. The other ways fail worse: to let
//! everybody through switches the limit off for whoever has a /48 of IPv6 addresses; to forget the oldest gives an empty
//! bucket back full; to share one by network lets one machine refuse all of its neighbours.

use super::buckets::Buckets;
use crate::ports::Clock;
use governor::middleware::NoOpMiddleware;
use governor::{Quota, RateLimiter};
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
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

type Limiter = RateLimiter<IpAddr, Buckets, WallClock, NoOpMiddleware<Duration>>;

/// The buckets of all addresses.
pub struct AddressLimit {
    limiter: Option<Limiter>,
    clock: WallClock,
}

impl AddressLimit {
    /// Full buckets.
    pub fn new(policy: AddressPolicy, clock: Arc<dyn Clock>) -> Self {
        let clock = WallClock(clock);
        let limiter = NonZeroU32::new(policy.per_minute).map(|per_minute| {
            let quota = Quota::per_minute(per_minute).allow_burst(policy.burst);
            RateLimiter::new(quota, Buckets::default(), clock.clone())
        });
        Self { limiter, clock }
    }

    /// Takes a try from the address's bucket: that of its [`network_of`].
    ///
    /// # Errors
    /// Where the bucket is empty: how long until there is a try in it.
    pub fn check(&self, address: IpAddr) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        limiter
            .check_key(&network_of(address))
            .map_err(|not_until| not_until.wait_time_from(governor::clock::Clock::now(&self.clock)))
    }
}

impl fmt::Debug for AddressLimit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AddressLimit(..)")
    }
}

/// What counts as one address: an IPv6 address as its /64, which is what one customer has.
pub fn network_of(address: IpAddr) -> IpAddr {
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
