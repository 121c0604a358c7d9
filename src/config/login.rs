//! `[login]`: passwords, browser sessions, and what slows guessing down.

use super::reader::{Reader, Section};
use std::time::Duration;

/// `[login]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
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
    /// A browser session ends when its browser is not seen for so long.
    pub session_idle: Duration,
    /// A browser session ends then, however it is used.
    pub session_absolute: Duration,
    /// How long an authorization request waits for its person.
    pub interaction_ttl: Duration,
}

pub(super) fn read(mut section: Section<'_>) -> Login {
    let seconds = Duration::from_secs;
    let hours = |count: u64| seconds(count * 3600);
    Login {
        argon2_memory: section.take_within("argon2_memory", 19_456, ARGON2_LEAST_MEMORY..=1_048_576),
        argon2_passes: section.take_within("argon2_passes", 2, 1..=64),
        argon2_lanes: section.take_within("argon2_lanes", 1, 1..=16),
        hash_workers: section.take_within("hash_workers", 0, 0..=1024),
        hash_queue: section.take_within("hash_queue", 64, 1..=65_536),
        session_idle: section.take_within("session_idle", hours(8), seconds(1)..=hours(24 * 365)),
        session_absolute: section.take_within(
            "session_absolute",
            hours(24 * 7),
            seconds(1)..=hours(24 * 365),
        ),
        interaction_ttl: section.take_within("interaction_ttl", seconds(1800), seconds(10)..=hours(24)),
    }
}

/// Cheap hashes are for tests: a release build refuses them.
const ARGON2_LEAST_MEMORY: u32 = if cfg!(debug_assertions) { 8 } else { 7168 };

pub(super) fn check(login: &Login, reader: &mut Reader) {
    // RFC 9106 §3.1: m is at least 8 p.
    if login.argon2_memory < 8 * login.argon2_lanes {
        reader.refuse(
            &["login.argon2_memory", "login.argon2_lanes"],
            "must be at least 8 times login.argon2_lanes",
        );
    }
    if login.session_absolute < login.session_idle {
        reader.refuse(
            &["login.session_absolute", "login.session_idle"],
            "must not be shorter than login.session_idle",
        );
    }
}
