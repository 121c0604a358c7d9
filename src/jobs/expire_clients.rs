//! Deleting clients that came by themselves and never got a token, in small units of work. Each stands in the audit
//! trail.

use crate::act::Act;
use crate::oauth::clients::dynamic;
use crate::ports::{Clock, Entropy};
use crate::records::Tenant;
use crate::storage::{Fault, Store};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// How long to sleep when nothing is left.
const EVERY: Duration = Duration::from_secs(60);

/// How many clients one unit of work deletes at most.
const UNIT: usize = 64;

/// Runs for ever. A failure is logged and tried again a minute later. Dropping the future stops it without harm.
pub async fn run(store: Store, tenant: Tenant, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) {
    loop {
        if let Err(fault) = expire(&store, &tenant, &*clock, &*entropy).await {
            tracing::warn!(%fault, "unused clients could not be deleted; trying again in a minute");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Deletes every client whose time has passed by now, and gives how many there were.
///
/// # Errors
/// A [`Fault`] where the store fails; what was deleted before stays deleted.
pub async fn expire(
    store: &Store,
    tenant: &Tenant,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<usize, Fault> {
    let mut total = 0;
    loop {
        let seed = entropy.seed();
        let request_id = seed.uuid("request id").to_string();
        let act = Act::internal(tenant.clone(), clock.now(), seed, request_id);
        let expired = store.run::<_, Infallible, _>(move |txn| Ok(dynamic::expire(txn, &act, UNIT)?)).await;
        let count = expired.map_err(Fault::from)?;
        total += count;
        if count < UNIT {
            return Ok(total);
        }
    }
}
