//! One at a time tries a URL, and all who waited meanwhile learn how that ended. A server that does not answer rests, longer
//! each time ([`rest`]): until then its failure is told again. What a server did answer is never kept here, good or bad.

use super::places::Places;
use super::rest::rest;
use crate::ports::Clock;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use time::OffsetDateTime;
use tokio::sync::Mutex;

/// Why there is nothing at a URL, with the private cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unavailable {
    /// Its server does not answer as it should, and rests.
    Now(&'static str),
    /// Its server answered; what it said cannot be used.
    Ever(&'static str),
}

/// Whose turn it is to try a URL.
pub struct Turns {
    clock: Arc<dyn Clock>,
    places: Places<Place>,
}

#[derive(Default)]
struct Place {
    /// How many tries have ended: who finds another number after waiting has waited for one.
    ended: AtomicU64,
    /// Held during a try.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    failures: u32,
    latest: Option<(OffsetDateTime, Result<(), Unavailable>)>,
}

impl Turns {
    /// Nothing was tried yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, places: Places::default() }
    }

    /// Makes this try, unless one ended while we waited for our turn, or the server rests: then that one's end is told.
    ///
    /// # Errors
    /// That of the try, where it came to no end: nothing is remembered, and whoever waits tries for himself.
    pub async fn share<E>(
        &self,
        url: &str,
        attempt: impl Future<Output = Result<Result<(), Unavailable>, E>>,
    ) -> Result<Result<(), Unavailable>, E> {
        let place = self.places.at(url, self.clock.now());
        let ended_before = place.ended.load(Ordering::Acquire);
        let mut state = place.state.lock().await;
        let has_waited = place.ended.load(Ordering::Acquire) != ended_before;
        let now = self.clock.now();
        if let Some((at, outcome)) = state.latest
            && (has_waited || now < at.saturating_add(rest(state.failures)))
        {
            return Ok(outcome);
        }
        let outcome = attempt.await?;
        state.failures = match outcome {
            Err(Unavailable::Now(_)) => state.failures.saturating_add(1),
            Ok(()) | Err(Unavailable::Ever(_)) => 0,
        };
        state.latest = Some((self.clock.now(), outcome));
        place.ended.fetch_add(1, Ordering::Release);
        Ok(outcome)
    }
}

impl fmt::Debug for Turns {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Turns(..)")
    }
}
