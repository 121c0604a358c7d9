//! The bucket of each address.

use latchkey::identity::{AddressLimit, AddressPolicy};
use latchkey::ports::ManualClock;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

fn limit(per_minute: u32, burst: u32) -> (AddressLimit, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()));
    let policy = AddressPolicy { per_minute, burst: NonZeroU32::new(burst).unwrap() };
    (AddressLimit::new(policy, Arc::<ManualClock>::clone(&clock)), clock)
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_bucket_empties_and_fills_again() {
    let (limit, clock) = limit(6, 3);
    let here = address("192.0.2.1");
    for _ in 0..3 {
        assert_eq!(limit.check(here), Ok(()));
    }
    let wait = limit.check(here).unwrap_err();
    assert_eq!(wait.as_secs(), 10);
    assert_eq!(limit.check(address("192.0.2.2")), Ok(()), "another address has its own");
    clock.advance(Duration::seconds(10));
    assert_eq!(limit.check(here), Ok(()));
    assert!(limit.check(here).is_err());
}

/// Decisions §4: whoever has an IPv6 /64 has as many addresses as they like.
#[test]
fn an_ipv6_network_of_64_bits_has_one_bucket() {
    let (limit, _clock) = limit(6, 1);
    assert!(limit.check(address("2001:db8:1:2::1")).is_ok());
    assert!(limit.check(address("2001:db8:1:2:ffff::9")).is_err());
    assert!(limit.check(address("2001:db8:1:3::1")).is_ok());
}

#[test]
fn an_ipv4_address_is_the_same_in_its_ipv6_clothes() {
    let (limit, _clock) = limit(6, 1);
    assert!(limit.check(address("192.0.2.1")).is_ok());
    assert!(limit.check(address("::ffff:192.0.2.1")).is_err());
    assert!(limit.check(address("::ffff:192.0.2.2")).is_ok());
}

#[test]
fn zero_switches_the_limit_off() {
    let (limit, _clock) = limit(0, 1);
    assert!((0..1000).all(|_| limit.check(address("192.0.2.1")).is_ok()));
}

/// A flood of addresses, such as one IPv6 /48 holds, neither gives a try back to whom it is refused nor refuses who is new.
#[test]
fn a_flood_of_addresses_neither_opens_the_limit_nor_closes_it() {
    let (limit, clock) = limit(6, 10);
    let here = address("192.0.2.1");
    for _ in 0..10 {
        assert_eq!(limit.check(here), Ok(()));
    }
    for n in 0..200_000_u32 {
        let [a, b, c, d] = n.to_be_bytes();
        let subnet = u16::from_be_bytes([c, d]);
        let one = Ipv6Addr::new(0x2001, 0xdb8, u16::from_be_bytes([a, b]), subnet, 0, 0, 0, 1);
        assert_eq!(limit.check(one.into()), Ok(()), "{one}");
        if n % 1000 == 0 {
            assert!(limit.check(here).is_err(), "after {n} others");
        }
    }
    assert_eq!(limit.check(address("192.0.2.2")), Ok(()), "somebody new is let through");
    clock.advance(Duration::seconds(10));
    assert_eq!(limit.check(here), Ok(()), "and tries come back as ever");
    assert!(limit.check(here).is_err());
}
