//! Deleting what has expired: every minute, in small units of work, so that nobody waits behind a large one.

use crate::ports::Clock;
use crate::records::{self, Tenant};
use crate::storage::{Fault, Store, Txn};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;

/// How long to sleep when nothing is left.
const EVERY: Duration = Duration::from_secs(60);

/// How long what was shown once is remembered beyond its end: a request is judged by the time at which its headers came,
/// and its body, and keys that must be fetched, may come later.
const LATECOMERS: time::Duration = time::Duration::minutes(2);

/// How many records one unit of work deletes at most.
const UNIT: usize = 256;

/// Runs for ever. A failure is logged and tried again a minute later. Dropping the future stops it without harm.
pub async fn run(store: Store, tenant: Tenant, clock: Arc<dyn Clock>) {
    let mut before = clock.now();
    loop {
        let now = clock.now();
        // A clock that leapt ahead for a moment forgets nothing.
        forget(&store, now.min(before));
        before = now;
        if let Err(fault) = sweep(&store, &tenant, &*clock).await {
            tracing::warn!(%fault, "expired records could not be deleted; trying again in a minute");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Deletes everything that has expired by now, and gives how many records that were.
///
/// # Errors
/// A [`Fault`] where the store fails; what was deleted before stays deleted.
pub async fn sweep(store: &Store, tenant: &Tenant, clock: &dyn Clock) -> Result<usize, Fault> {
    let (mut total, mut after) = (0, None);
    loop {
        let (tenant, now) = (tenant.clone(), clock.now());
        let unit = move |txn: &mut dyn Txn| Ok(records::sweep(txn, &tenant, now, after.as_deref(), UNIT)?);
        let swept = store.run::<_, Infallible, _>(unit).await.map_err(Fault::from)?;
        let count = swept.len();
        total += count;
        after = swept.into_iter().last();
        if count < UNIT {
            tracing::debug!(total, "expired records deleted");
            return Ok(total);
        }
    }
}

/// Has the store forget what was shown once and would not be accepted any more anyway.
fn forget(store: &Store, now: OffsetDateTime) {
    let over = now.saturating_sub(LATECOMERS).unix_timestamp();
    store.forget_spent(u64::try_from(over).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::ManualClock;
    use crate::records::{RevokedToken, find, insert};
    use crate::storage::Tag;

    #[actix_web::test]
    async fn what_has_expired_goes_and_the_rest_stays() {
        let (store, tenant) = (Store::memory(), Tenant::default_tenant());
        let start = OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap();
        let clock = ManualClock::at(start);
        for n in 0..600_i64 {
            let token = RevokedToken { jti: n.to_string(), expires_at: start + time::Duration::seconds(n) };
            let tenant = tenant.clone();
            store.run::<_, Infallible, _>(move |txn| Ok(insert(txn, &tenant, &token)?)).await.unwrap();
        }
        clock.advance(time::Duration::seconds(550));
        assert_eq!(sweep(&store, &tenant, &clock).await.unwrap(), 550);
        let stays = |n: i64| find::<RevokedToken>(&store, &tenant, &n.to_string()).unwrap().is_some();
        assert!(!stays(0) && !stays(549) && stays(550) && stays(599));
        assert_eq!(sweep(&store, &tenant, &clock).await.unwrap(), 0);
    }

    #[actix_web::test]
    async fn what_was_shown_once_is_forgotten_when_nobody_may_be_late_with_it() {
        let store = Store::memory();
        let start = OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap();
        let clock = ManualClock::at(start);
        let tag = |n: u64| Tag([n.to_be_bytes(), n.to_be_bytes()].concat().try_into().unwrap());
        let spend = move |txn: &mut dyn Txn| {
            (0..600).for_each(|n| txn.spend(tag(n), 1_800_000_000 + n));
            Ok(())
        };
        store.run::<_, Infallible, _>(spend).await.unwrap();
        let is_spent =
            |n: u64| store.run_blocking::<_, Infallible, _>(move |txn| Ok(txn.is_spent(&tag(n))?)).unwrap();
        forget(&store, clock.now());
        assert!(is_spent(0) && is_spent(599));
        clock.advance(LATECOMERS + time::Duration::seconds(550));
        forget(&store, clock.now());
        assert!(!is_spent(0) && !is_spent(550) && is_spent(551) && is_spent(599));
    }
}
