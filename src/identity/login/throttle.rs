//! The soft delay after failed sign-ins: a few are free, then each doubles the wait. Never a hard lock.
//!
//! Failures are counted in windows of fixed length, so that a counter has a fixed end and nothing grows without
//! bound. A delay that began in one window holds on into the next; the count begins anew. Each counter has its
//! windows at its own times, so there is no hour at which all begin anew.

use crate::act::Act;
use crate::records::{self, LoginThrottle, hash_of};
use crate::storage::{Fault, Read, Txn};
use time::{Duration, OffsetDateTime};

/// How failed sign-ins are slowed down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottlePolicy {
    /// How many failures of one account cost nothing: 1 to 100, by default 5 (the fifth begins the first delay).
    pub free_failures: u32,
    /// The first delay: by default 1 second. Doubles with each failure that follows.
    pub first_delay: Duration,
    /// The longest delay: by default 15 minutes.
    pub longest_delay: Duration,
    /// How long failures are remembered, at most: by default 6 hours.
    pub window: Duration,
}

impl Default for ThrottlePolicy {
    fn default() -> Self {
        Self {
            free_failures: 5,
            first_delay: Duration::seconds(1),
            longest_delay: Duration::minutes(15),
            window: Duration::hours(6),
        }
    }
}

impl ThrottlePolicy {
    /// The delay that the failure of this number begins.
    pub fn delay_after(&self, failures: u32) -> Duration {
        let Some(doublings) = failures.checked_sub(self.free_failures) else { return Duration::ZERO };
        let factor = 1_i32.checked_shl(doublings.min(30)).unwrap_or(i32::MAX);
        self.first_delay.checked_mul(factor).map_or(self.longest_delay, |delay| delay.min(self.longest_delay))
    }
}

/// What failures are counted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Counter(String);

impl Counter {
    /// The counter of an account: one for all spellings of its name, and one just like it for a name that nobody
    /// has.
    pub(super) fn of_account(name: &str) -> Self {
        Self(hash_of(format!("account/{name}").as_bytes()))
    }

    /// The counter of a browser in which the person has signed in before.
    pub(super) fn of_device(nonce: &str) -> Self {
        Self(hash_of(format!("device/{nonce}").as_bytes()))
    }

    /// How long to wait before the next try; none where it may be made now.
    pub(super) fn wait(
        &self,
        read: &(impl Read + ?Sized),
        act: &Act,
        policy: &ThrottlePolicy,
    ) -> Result<Option<Duration>, Fault> {
        let present = self.window(act.now, policy);
        let mut until = act.now;
        for window in [present - 1, present] {
            if let Some(found) = records::find::<LoginThrottle>(read, &act.tenant, &self.id(window))? {
                until = until.max(found.not_before);
            }
        }
        Ok(Some(until - act.now).filter(|wait| wait.is_positive()))
    }

    /// Counts a failure, and gives the delay that it begins; none while failures are free.
    pub(super) fn fail(
        &self,
        txn: &mut dyn Txn,
        act: &Act,
        policy: &ThrottlePolicy,
    ) -> Result<Option<Duration>, Fault> {
        let window = self.window(act.now, policy);
        let found = records::find::<LoginThrottle>(txn, &act.tenant, &self.id(window))?;
        let is_new = found.is_none();
        let mut counted = found.unwrap_or_else(|| LoginThrottle {
            id: self.id(window),
            failures: 0,
            not_before: act.now,
            expires_at: self.end(window, policy) + policy.longest_delay,
        });
        counted.failures = counted.failures.saturating_add(1);
        let delay = policy.delay_after(counted.failures);
        counted.not_before = act.now + delay;
        if is_new {
            records::insert(txn, &act.tenant, &counted)?;
        } else {
            records::update(txn, &act.tenant, &counted)?;
        }
        Ok(Some(delay).filter(|delay| delay.is_positive()))
    }

    /// Forgets the failures.
    pub(super) fn clear(&self, txn: &mut dyn Txn, act: &Act, policy: &ThrottlePolicy) {
        let present = self.window(act.now, policy);
        for window in [present - 1, present] {
            records::remove::<LoginThrottle>(txn, &act.tenant, &self.id(window));
        }
    }

    fn id(&self, window: i64) -> String {
        format!("{}.{window}", self.0)
    }

    fn window(&self, now: OffsetDateTime, policy: &ThrottlePolicy) -> i64 {
        let length = policy.window.whole_seconds().max(1);
        (now.unix_timestamp() + self.shift(length)).div_euclid(length)
    }

    fn end(&self, window: i64, policy: &ThrottlePolicy) -> OffsetDateTime {
        let length = policy.window.whole_seconds().max(1);
        let end = (window + 1).saturating_mul(length).saturating_sub(self.shift(length));
        OffsetDateTime::from_unix_timestamp(end).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// By how much this counter's windows are moved in time, from 0 to `length` seconds.
    fn shift(&self, length: i64) -> i64 {
        self.0.bytes().take(8).fold(0_i64, |sum, byte| (sum * 64 + i64::from(byte)) % length)
    }
}
