//! Other servers that answer what a test published. For tests; never in production.

use super::{Fetch, FetchError, Fetched, Outbound, Pending};
use secrecy::ExposeSecret as _;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One request that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Where to.
    pub url: String,
    /// The value of the `Authorization` header.
    pub authorization: Option<String>,
    /// The content of a POST; none for a GET.
    pub body: Option<String>,
}

#[derive(Default)]
struct World {
    answers: HashMap<String, Result<Fetched, FetchError>>,
    sent: Vec<Sent>,
}

/// Answers what was published and remembers what it was asked. What was not published is unreachable.
#[derive(Default)]
pub struct FakeOutbound(Mutex<World>);

impl FakeOutbound {
    /// Answers 200 with this JSON document at `url` from now on.
    pub fn publish(&self, url: &str, document: &serde_json::Value) {
        let answer = Fetched {
            status: 200,
            content_type: Some("application/json".to_owned()),
            cache_control: None,
            body: document.to_string().into_bytes(),
        };
        self.answer(url, Ok(answer));
    }

    /// Answers this at `url` from now on.
    pub fn answer(&self, url: &str, answer: Result<Fetched, FetchError>) {
        self.world().answers.insert(url.to_owned(), answer);
    }

    /// What was sent so far, oldest first.
    pub fn sent(&self) -> Vec<Sent> {
        self.world().sent.clone()
    }

    /// How often `url` was called so far.
    pub fn count(&self, url: &str) -> usize {
        self.world().sent.iter().filter(|sent| sent.url == url).count()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outbound for FakeOutbound {
    fn send(&self, fetch: Fetch) -> Pending<'_> {
        Box::pin(async move {
            let text = |secret: &secrecy::SecretString| secret.expose_secret().to_owned();
            let sent = Sent {
                url: fetch.url.clone(),
                authorization: fetch.authorization.as_ref().map(text),
                body: fetch.body.as_ref().map(|(_, body)| text(body)),
            };
            // Others get their turn while this one waits, as on a real network.
            tokio::task::yield_now().await;
            let mut world = self.world();
            world.sent.push(sent);
            world.answers.get(&fetch.url).cloned().unwrap_or(Err(FetchError::Unreachable))
        })
    }
}

impl fmt::Debug for FakeOutbound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("FakeOutbound(..)")
    }
}
