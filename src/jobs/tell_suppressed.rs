//! Telling the audit trail every minute of what was counted instead of written.

use crate::storage::Fault;
use std::time::Duration;

/// How long is counted.
const EVERY: Duration = Duration::from_secs(60);

/// Runs for ever. A failure is logged. Dropping the future stops it without harm.
pub async fn run<F>(tell: impl Fn() -> F)
where
    F: Future<Output = Result<(), Fault>>,
{
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(fault) = tell().await {
            tracing::warn!(%fault, "how many refusals were left out of the audit trail could not be written there");
        }
    }
}
