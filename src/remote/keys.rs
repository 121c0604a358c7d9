//! Key sets by URL: fetched once for all who wait, kept while fresh, used stale where their server fails, and fetched
//! again for a key that is not in them, at most once a minute. A server that fails rests, longer each time.

use super::freshness::lifetime;
use super::places::Places;
use super::rest::rest;
use crate::jose::{JoseError, JwkSet};
use crate::ports::Clock;
use crate::ports::outbound::{Fetch, FetchError, Outbound};
use std::fmt;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;

/// A set is not fetched again for a key that it lacks before so long after it was so fetched.
const PAUSE: Duration = Duration::MINUTE;
/// A stale set is used for so long, while its server fails.
const LONGEST_STALE: Duration = Duration::DAY;

const ACCEPT: &str = "application/jwk-set+json, application/json";

/// Why there is no key set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteError {
    /// It cannot be fetched.
    Fetch(FetchError),
    /// Its server answered with another status than 200.
    Status,
    /// It is no key set, or one that nobody should publish.
    Keys(JoseError),
}

impl RemoteError {
    /// The private cause, for the audit trail.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fetch(error) => error.as_str(),
            Self::Status => "outbound.status",
            Self::Keys(error) => error.as_str(),
        }
    }
}

impl fmt::Display for RemoteError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl std::error::Error for RemoteError {}

/// The key sets of others.
pub struct RemoteKeys {
    outbound: Arc<dyn Outbound>,
    clock: Arc<dyn Clock>,
    /// Held while a set is fetched, so that all who ask meanwhile wait for that.
    places: Places<Mutex<State>>,
}

#[derive(Default)]
struct State {
    set: Option<Held>,
    /// The latest try, and why it failed, if it did.
    tried: Option<(OffsetDateTime, Option<RemoteError>)>,
    /// How many tries failed in a row.
    failures: u32,
    /// When it was last fetched for a key that it lacked.
    sought: Option<OffsetDateTime>,
}

struct Held {
    keys: Arc<JwkSet>,
    fresh_until: OffsetDateTime,
}

impl RemoteKeys {
    /// No sets yet; they come this way.
    pub fn new(outbound: Arc<dyn Outbound>, clock: Arc<dyn Clock>) -> Self {
        Self { outbound, clock, places: Places::default() }
    }

    /// The key set at this URL.
    ///
    /// # Errors
    /// Where it cannot be had, and none is kept.
    pub async fn get(&self, url: &str) -> Result<Arc<JwkSet>, RemoteError> {
        let state = self.places.at(url, self.clock.now());
        let mut state = state.lock().await;
        let now = self.clock.now();
        let pause = rest(state.failures);
        match &state.set {
            Some(held) if now < held.fresh_until => Ok(Arc::clone(&held.keys)),
            Some(_) | None => self.renew(url, &mut state, pause).await,
        }
    }

    /// The key set at this URL, for a token that names a key which `known` lacks: one that came since, or else fetched
    /// again, if that was not done for such a token within the last minute. So whoever changes his keys right after his
    /// first request is understood at once.
    ///
    /// # Errors
    /// As [`RemoteKeys::get`].
    pub async fn get_newer(&self, url: &str, known: &Arc<JwkSet>) -> Result<Arc<JwkSet>, RemoteError> {
        let state = self.places.at(url, self.clock.now());
        let mut state = state.lock().await;
        let now = self.clock.now();
        if let Some(held) = &state.set
            && (!Arc::ptr_eq(&held.keys, known)
                || state.sought.is_some_and(|at| now < at.saturating_add(PAUSE)))
        {
            return Ok(Arc::clone(&held.keys));
        }
        state.sought = Some(now);
        let pause = rest(state.failures);
        self.renew(url, &mut state, pause).await
    }

    /// Fetches the set, unless the latest try is younger than `pause`; falls back to what is kept.
    async fn renew(&self, url: &str, state: &mut State, pause: Duration) -> Result<Arc<JwkSet>, RemoteError> {
        let now = self.clock.now();
        let recent = state.tried.filter(|(at, _)| now < at.saturating_add(pause));
        let error = if let Some((_, error)) = recent {
            error
        } else {
            let fetched = self.fetch(url).await;
            let error = fetched.as_ref().err().copied();
            state.failures = error.map_or(0, |_| state.failures.saturating_add(1));
            state.tried = Some((self.clock.now(), error));
            if let Ok((keys, life)) = fetched {
                state.set = Some(Held { keys: Arc::new(keys), fresh_until: now.saturating_add(life) });
            }
            error
        };
        let usable = state.set.as_ref().filter(|held| now < held.fresh_until.saturating_add(LONGEST_STALE));
        match (usable, error) {
            (Some(held), _) => Ok(Arc::clone(&held.keys)),
            (None, Some(error)) => Err(error),
            (None, None) => Err(RemoteError::Fetch(FetchError::Unreachable)),
        }
    }

    async fn fetch(&self, url: &str) -> Result<(JwkSet, Duration), RemoteError> {
        let answer = self.outbound.send(Fetch::get(url, ACCEPT)).await.map_err(RemoteError::Fetch)?;
        if answer.status != 200 {
            return Err(RemoteError::Status);
        }
        let keys = JwkSet::parse(&answer.body).map_err(RemoteError::Keys)?;
        Ok((keys, lifetime(answer.cache_control.as_deref())))
    }
}

impl fmt::Debug for RemoteKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RemoteKeys(..)")
    }
}
