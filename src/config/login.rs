//! `[login]`: passwords, browser sessions, and what slows guessing down.

use super::reader::{Reader, Section};
use std::time::Duration;

/// A password that travels by TLS, as the OASIS standard for SAML authentication contexts names it.
const ACR_PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";

/// `[login]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The fewest characters of a new password.
    pub password_min_length: u32,
    /// Memory of one argon2id hash in KiB. RFC 9106 §3.1, `m`.
    pub argon2_memory: u32,
    /// Passes over that memory. RFC 9106 §3.1, `t`.
    pub argon2_passes: u32,
    /// Lanes. RFC 9106 §3.1, `p`.
    pub argon2_lanes: u32,
    /// How many passwords are hashed at once; 0 takes one a core.
    pub hash_workers: u32,
    /// How many sign-ins may wait for a hash; the next is answered 503.
    pub hash_queue: u32,
    /// How many failures of one account cost nothing.
    pub free_failures: u32,
    /// The first delay after that; it doubles with each failure.
    pub first_delay: Duration,
    /// The longest delay.
    pub longest_delay: Duration,
    /// How long failures are remembered at most.
    pub failure_window: Duration,
    /// How many tries an address gets back each minute; 0 switches the limit off.
    pub address_per_minute: u32,
    /// How many tries an address has at once.
    pub address_burst: u32,
    /// A browser session ends when its browser is not seen for so long.
    pub session_idle: Duration,
    /// A browser session ends then, however it is used.
    pub session_absolute: Duration,
    /// How long an authorization request waits for its person.
    pub interaction_ttl: Duration,
    /// What a sign-in by password is called in `acr`: a URI, or a registered name. OIDC Core §2.
    pub acr_password: String,
}

pub(super) fn read(mut section: Section<'_>) -> Login {
    let seconds = Duration::from_secs;
    let minutes = |count: u64| seconds(count * 60);
    let hours = |count: u64| seconds(count * 3600);
    Login {
        password_min_length: section.take_within("password_min_length", 8, 8..=64),
        argon2_memory: section.take_within("argon2_memory", 19_456, 8..=262_144),
        argon2_passes: section.take_within("argon2_passes", 2, 1..=16),
        argon2_lanes: section.take_within("argon2_lanes", 1, 1..=16),
        hash_workers: section.take_within("hash_workers", 0, 0..=1024),
        hash_queue: section.take_within("hash_queue", 64, 1..=65_536),
        free_failures: section.take_within("free_failures", 5, 1..=100),
        first_delay: section.take_within("first_delay", seconds(1), seconds(1)..=minutes(15)),
        longest_delay: section.take_within("longest_delay", minutes(15), seconds(1)..=hours(24)),
        failure_window: section.take_within("failure_window", hours(6), minutes(1)..=hours(24 * 7)),
        address_per_minute: section.take_within("address_per_minute", 60, 0..=100_000),
        address_burst: section.take_within("address_burst", 100, 1..=100_000),
        session_idle: section.take_within("session_idle", hours(2), seconds(1)..=hours(24 * 90)),
        session_absolute: section.take_within("session_absolute", hours(12), seconds(1)..=hours(24 * 90)),
        interaction_ttl: section.take_within("interaction_ttl", minutes(15), seconds(10)..=hours(24)),
        acr_password: section.take_if(
            "acr_password",
            ACR_PASSWORD.to_owned(),
            "a URI, or a registered name: 1 to 255 printable characters without spaces, quotes and backslashes",
            |name: &String| {
                let plain = name.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e));
                plain && (1..=255).contains(&name.len())
            },
        ),
    }
}

pub(super) fn check(login: &Login, reader: &mut Reader) {
    // RFC 9106 §3.1: m is at least 8 p.
    if login.argon2_memory < 8 * login.argon2_lanes {
        reader.refuse(
            &["login.argon2_memory", "login.argon2_lanes"],
            "must be at least 8 times login.argon2_lanes",
        );
    }
    // Cheap hashes are for tests: a release build refuses what is weaker than OWASP's sets for argon2id.
    let strong = login.argon2_memory >= 7168 && login.argon2_memory * login.argon2_passes >= 35_840;
    if !strong && !cfg!(debug_assertions) {
        reader.refuse(
            &["login.argon2_memory", "login.argon2_passes"],
            "too cheap: give at least 7168, and at least 35840 when multiplied by login.argon2_passes",
        );
    }
    if login.longest_delay < login.first_delay {
        reader.refuse(
            &["login.longest_delay", "login.first_delay"],
            "must not be shorter than login.first_delay",
        );
    }
    if login.session_absolute < login.session_idle {
        reader.refuse(
            &["login.session_absolute", "login.session_idle"],
            "must not be shorter than login.session_idle",
        );
    }
}
