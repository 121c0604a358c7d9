//! The caller's address.
//!
//! The peer's own, unless the peer is a proxy that the operator trusts: then what that proxy says, read from right to
//! left until an address is reached that is no trusted proxy. What cannot be read means the peer's address, never
//! a rule that is passed over. RFC 7239 §5.2.
//!
//! Not done: RFC 7239 §5.1, §5.3, §5.4: `by`, `host` and `proto`: our addresses stand in the configuration.
//!
//! RFC 9700 §4.13: what is not a configured proxy's counts for nothing.

use actix_web::http::header::{HeaderMap, HeaderName};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

const FORWARDED: HeaderName = HeaderName::from_static("forwarded");
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Which peers are believed when they name the caller.
#[derive(Clone)]
pub struct TrustedProxies(Arc<dyn Fn(IpAddr) -> bool + Send + Sync>);

impl TrustedProxies {
    /// Those for which `trusted` holds.
    pub fn new(trusted: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(trusted))
    }

    /// Nobody.
    pub fn none() -> Self {
        Self::new(|_| false)
    }

    /// Whether this peer is one of them.
    pub fn trusts(&self, address: IpAddr) -> bool {
        (self.0)(address)
    }
}

impl fmt::Debug for TrustedProxies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TrustedProxies(..)")
    }
}

/// The address of the caller behind `peer`, as far as the proxies between are trusted. An IPv4 address that is mapped
/// into IPv6 is given as itself.
pub fn of(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> IpAddr {
    // RFC 7239 §8.1: anybody can write it; it counts from trusted proxies alone.
    let peer = peer.to_canonical();
    if !proxies.trusts(peer) {
        return peer;
    }
    let standard = named(headers, &FORWARDED, forwarded_for, proxies);
    let common = named(headers, &X_FORWARDED_FOR, address, proxies);
    match (standard, common) {
        (Named::Nobody, Named::Somebody(caller)) | (Named::Somebody(caller), Named::Nobody) => caller,
        // A proxy writes one of the two and passes on the other as the caller sent it: they must agree.
        (Named::Somebody(caller), Named::Somebody(other)) if caller == other => caller,
        _ => peer,
    }
}

enum Named {
    Nobody,
    Somebody(IpAddr),
    Nonsense,
}

/// What one header says of the caller.
fn named(
    headers: &HeaderMap,
    name: &HeaderName,
    read: fn(&str) -> Option<IpAddr>,
    proxies: &TrustedProxies,
) -> Named {
    let mut found = Named::Nobody;
    let lines: Vec<_> = headers.get_all(name).collect();
    for line in lines.into_iter().rev() {
        let Ok(line) = line.to_str() else { return Named::Nonsense };
        for hop in line.rsplit(',') {
            match read(hop.trim()) {
                Some(address) if proxies.trusts(address) => found = Named::Somebody(address),
                Some(address) => return Named::Somebody(address),
                None => return Named::Nonsense,
            }
        }
    }
    found
}

/// The `for` parameter of one element of `Forwarded`. RFC 7239 §4.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let mut values = element
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| name.eq_ignore_ascii_case("for"));
    let (_, value) = values.next()?;
    if values.next().is_some() {
        return None;
    }
    address(value.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(value))
}

/// An address, with or without a port. Names, `unknown` and obfuscated identifiers (RFC 7239 §6.3) are none.
fn address(text: &str) -> Option<IpAddr> {
    let bracketed = text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']'));
    let parsed: Option<IpAddr> = bracketed.unwrap_or(text).parse().ok();
    parsed.or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip())).map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn caller(peer: &str, lines: &[(&'static str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        let proxies =
            TrustedProxies::new(|ip| ip.to_string().starts_with("10.") || ip.to_string() == "fd00::1");
        of(peer.parse().unwrap(), &headers, &proxies).to_string()
    }

    /// attacks: M11.
    #[test]
    fn a_peer_that_is_no_trusted_proxy_says_nothing() {
        assert_eq!(caller("192.0.2.7", &[("x-forwarded-for", "203.0.113.9")]), "192.0.2.7");
        assert_eq!(caller("::ffff:192.0.2.7", &[("forwarded", "for=203.0.113.9")]), "192.0.2.7");
    }

    #[test]
    fn a_trusted_proxy_is_believed_and_what_stands_further_left_is_not() {
        for lines in [
            &[("x-forwarded-for", "203.0.113.9")][..],
            &[("x-forwarded-for", "evil, 1.1.1.1, 203.0.113.9, 10.0.0.2")],
            &[("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "203.0.113.9:4711")],
            &[("forwarded", "for=1.1.1.1, for=\"203.0.113.9:80\";proto=https;by=10.0.0.2")],
            &[("forwarded", "For=203.0.113.9"), ("x-forwarded-for", "203.0.113.9")],
        ] {
            assert_eq!(caller("10.0.0.1", lines), "203.0.113.9", "{lines:?}");
        }
        assert_eq!(caller("fd00::1", &[("forwarded", "for=\"[2001:db8::1]:80\"")]), "2001:db8::1");
    }

    #[test]
    fn nonsense_means_the_peer() {
        for lines in [
            &[][..],
            &[("x-forwarded-for", "unknown")],
            &[("x-forwarded-for", "203.0.113.9, _hidden")],
            &[("x-forwarded-for", "203.0.113.9,")],
            &[("x-forwarded-for", "203.0.113.999")],
            &[("forwarded", "by=203.0.113.9")],
            &[("forwarded", "for=203.0.113.9;for=1.1.1.1")],
            &[("forwarded", "for=203.0.113.9"), ("x-forwarded-for", "1.1.1.1")],
        ] {
            assert_eq!(caller("10.0.0.1", lines), "10.0.0.1", "{lines:?}");
        }
    }

    #[test]
    fn where_all_hops_are_proxies_the_first_is_the_caller() {
        assert_eq!(caller("10.0.0.1", &[("x-forwarded-for", "10.0.0.9, 10.0.0.2")]), "10.0.0.9");
    }

    proptest::proptest! {
        /// attacks: M11. A proxy adds whom it saw at the right; whatever the caller wrote before changes nothing, and
        /// what the caller wrote into the other header makes it the proxy's own address at the worst.
        #[test]
        fn nothing_that_a_caller_writes_makes_it_somebody_else(
            own in "[ -~]{0,40}|(for=)?[0-9.:, ]{0,40}",
            other in "[ -~]{1,40}|(for=)?[0-9.:, ]{1,40}",
            seen: std::net::Ipv4Addr,
            standard: bool,
        ) {
            let seen = seen.to_string();
            proptest::prop_assume!(!seen.starts_with("10."));
            let (name, told, ignored) = if standard {
                ("forwarded", format!("{own}, for={seen}"), "x-forwarded-for")
            } else {
                ("x-forwarded-for", format!("{own}, {seen}"), "forwarded")
            };
            proptest::prop_assert_eq!(&caller("10.0.0.1", &[(name, &told)]), &seen);
            let both = caller("10.0.0.1", &[(ignored, &other), (name, &told)]);
            proptest::prop_assert!(both == seen || both == "10.0.0.1", "{}", both);
        }
    }
}
