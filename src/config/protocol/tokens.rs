//! `[tokens]`: how long what we issue may be used.

use crate::config::reader::{Reader, Section};
use std::time::Duration;

/// `[tokens]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// The life of an access token, where the client has none of its own.
    pub access_ttl: Duration,
    /// The longest life that a client's own `access_token_ttl` may have. Retired keys stay published for it.
    pub access_ttl_limit: Duration,
    /// The life of an ID token.
    pub id_ttl: Duration,
    /// A refresh token that is not used for so long is dead.
    pub refresh_idle_ttl: Duration,
    /// A family of refresh tokens ends then, however it is used.
    pub refresh_absolute_ttl: Duration,
    /// How long a repeated refresh gets the same new refresh token again.
    pub refresh_retry_grace: Duration,
    /// The life of an authorization code. RFC 6749 §4.1.2.
    pub code_ttl: Duration,
    /// How long the codes of a device may be used. RFC 8628 §3.2.
    pub device_code_ttl: Duration,
    /// How long a device waits between two polls. RFC 8628 §3.2.
    pub device_poll_interval: Duration,
    /// How old a sign-in may be for the userinfo endpoint; any age, where nothing is set. RFC 9470 §3.
    pub userinfo_max_age: Option<Duration>,
    /// How far another's clock may be from ours.
    pub clock_skew: Duration,
}

pub(in crate::config) fn read(mut section: Section<'_>) -> Tokens {
    let seconds = Duration::from_secs;
    let minutes = |count: u64| seconds(count * 60);
    let days = |count: u64| seconds(count * 86_400);
    Tokens {
        access_ttl: section.take_within("access_ttl", minutes(5), seconds(1)..=days(1)),
        access_ttl_limit: section.take_within("access_ttl_limit", minutes(60), seconds(1)..=days(1)),
        id_ttl: section.take_within("id_ttl", minutes(5), seconds(1)..=days(1)),
        refresh_idle_ttl: section.take_within("refresh_idle_ttl", days(14), seconds(1)..=days(3650)),
        refresh_absolute_ttl: section.take_within("refresh_absolute_ttl", days(90), seconds(1)..=days(3650)),
        refresh_retry_grace: section.take_within("refresh_retry_grace", seconds(30), seconds(0)..=minutes(5)),
        code_ttl: section.take_within("code_ttl", seconds(60), seconds(1)..=minutes(10)),
        device_code_ttl: section.take_within("device_code_ttl", minutes(10), minutes(1)..=minutes(30)),
        device_poll_interval: section.take_within(
            "device_poll_interval",
            seconds(5),
            seconds(1)..=seconds(60),
        ),
        userinfo_max_age: section.take_optional("userinfo_max_age"),
        clock_skew: section.take_within("clock_skew", seconds(10), seconds(0)..=seconds(59)),
    }
}

pub(in crate::config) fn check(tokens: &Tokens, reader: &mut Reader) {
    if tokens.access_ttl_limit < tokens.access_ttl.max(tokens.id_ttl) {
        reader.refuse(
            &["tokens.access_ttl_limit", "tokens.access_ttl", "tokens.id_ttl"],
            "must not be shorter than tokens.access_ttl and tokens.id_ttl: raise it",
        );
    }
    if tokens.refresh_absolute_ttl < tokens.refresh_idle_ttl {
        reader.refuse(
            &["tokens.refresh_absolute_ttl", "tokens.refresh_idle_ttl"],
            "must not be shorter than tokens.refresh_idle_ttl: raise it or lower that",
        );
    }
}
