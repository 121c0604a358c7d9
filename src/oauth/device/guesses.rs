//! How often one browser, or one person, may type a user code that is not right. RFC 8628 §5.1.
//!
//! Counted in windows of fixed length, in the store, so that a restart forgives nothing.

use crate::act::Act;
use crate::oauth::{ErrorCode, OAuthError};
use crate::records::{LoginThrottle, find, hash_of, insert, update};
use crate::storage::{Fault, Stop, Txn};
use time::{Duration, OffsetDateTime};

/// So many wrong codes within one window are mistakes. RFC 8628 §5.1 counts with five.
const MOST: u32 = 5;

const WINDOW: Duration = Duration::minutes(10);

/// Refuses whoever has typed too many wrong codes.
///
/// # Errors
/// `slow_down`, for a page of ours.
pub(super) fn check(txn: &dyn Txn, act: &Act, who: &str) -> Result<(), Stop<OAuthError>> {
    let counted: Option<LoginThrottle> = find(txn, &act.tenant, &id(act, who))?;
    if counted.is_none_or(|counted| counted.failures < MOST) {
        return Ok(());
    }
    Err(Stop::Refused(OAuthError::new(
        ErrorCode::SlowDown,
        "Too many codes were typed that are not right.",
        super::TYPED_TOO_OFTEN,
    )))
}

/// Counts a wrong code.
pub(super) fn count(txn: &mut dyn Txn, act: &Act, who: &str) -> Result<(), Fault> {
    let id = id(act, who);
    if let Some(mut counted) = find::<LoginThrottle>(txn, &act.tenant, &id)? {
        counted.failures = counted.failures.saturating_add(1);
        return update(txn, &act.tenant, &counted);
    }
    let end = window_end(act.now);
    insert(txn, &act.tenant, &LoginThrottle { id, failures: 1, not_before: act.now, expires_at: end })
}

/// When nobody's wrong codes count any more.
pub fn forgiven_at(act: &Act) -> OffsetDateTime {
    window_end(act.now)
}

fn id(act: &Act, who: &str) -> String {
    format!("{}/{}", hash_of(format!("user_code/{who}").as_bytes()), window_end(act.now).unix_timestamp())
}

fn window_end(now: OffsetDateTime) -> OffsetDateTime {
    let length = WINDOW.whole_seconds();
    let end = (now.unix_timestamp().div_euclid(length) + 1) * length;
    OffsetDateTime::from_unix_timestamp(end).unwrap_or(now)
}
