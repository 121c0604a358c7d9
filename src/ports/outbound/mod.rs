//! Requests of ours to other servers: `jwks_uri`, `request_uri`, logout notices, another provider's endpoints.
//!
//! Where to is often said by somebody else, so whatever goes out goes through one guarded client
//! ([`GuardedOutbound`]): OWASP SSRF prevention, RFC 9101 §10.4.1. [`FakeOutbound`] stands in for it
//! in tests.

mod address;
mod fake;
mod guarded;
mod resolver;

pub use address::is_public;
pub use fake::{FakeOutbound, Sent};
pub use guarded::{AllowList, GuardedOutbound, OutboundPolicy};
pub use resolver::{NameResolver, Resolved, SystemResolver};

use secrecy::SecretString;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

/// The largest answer that is read, in bytes.
// Not done: CIMD §8.7: 5 kilobytes: documents with keys in them are larger, so the bound is that of every answer.
pub const MAX_ANSWER: usize = 64 * 1024;

/// What comes back, in time.
pub type Pending<'a> = Pin<Box<dyn Future<Output = Result<Fetched, FetchError>> + Send + 'a>>;

/// A way to other servers.
pub trait Outbound: Send + Sync + 'static {
    /// Sends one request. Follows no redirects.
    fn send(&self, fetch: Fetch) -> Pending<'_>;
}

/// One request to another server. Debug shows where to alone: the rest may be secret.
pub struct Fetch {
    /// Where to.
    pub url: String,
    /// The media type that is asked for.
    pub accept: &'static str,
    /// The value of the `Authorization` header.
    pub authorization: Option<SecretString>,
    /// Media type and content of a POST; none for a GET.
    pub body: Option<(&'static str, SecretString)>,
}

impl Fetch {
    /// A GET that asks for this media type.
    pub fn get(url: &str, accept: &'static str) -> Self {
        Self { url: url.to_owned(), accept, authorization: None, body: None }
    }

    /// A POST of a form.
    pub fn form(url: &str, fields: &[(&str, &str)]) -> Self {
        let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let body = Some(("application/x-www-form-urlencoded", encoded.into()));
        Self { body, ..Self::get(url, "application/json") }
    }

    /// A POST of JSON that is already written.
    pub fn json(url: &str, body: String) -> Self {
        Self { body: Some(("application/json", body.into())), ..Self::get(url, "application/json") }
    }

    /// The same with this `Authorization` header.
    #[must_use]
    pub fn authorized(self, value: SecretString) -> Self {
        Self { authorization: Some(value), ..self }
    }
}

impl fmt::Debug for Fetch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Fetch").field("url", &self.url).finish_non_exhaustive()
    }
}

/// What another server answered. Debug shows the status alone: the body may hold tokens.
#[derive(Clone, Default)]
pub struct Fetched {
    /// The status code; never a redirect.
    pub status: u16,
    /// The value of `Content-Type`, where it is text.
    pub content_type: Option<String>,
    /// The value of `Cache-Control`, where it is text.
    pub cache_control: Option<String>,
    /// The content.
    pub body: Vec<u8>,
}

impl Fetched {
    /// The media type without its parameters, in lower case; empty where there is none.
    pub fn media_type(&self) -> String {
        let whole = self.content_type.as_deref().unwrap_or_default();
        whole.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}

impl fmt::Debug for Fetched {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Fetched").field("status", &self.status).finish_non_exhaustive()
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchError {
    /// The URL is none that we call: its scheme, its form, or an address that is not public.
    NotAllowed,
    /// The name is not known, nobody answers, or the connection or its TLS failed.
    Unreachable,
    /// It took too long.
    TimedOut,
    /// It pointed elsewhere. We do not follow.
    Redirected,
    /// More than [`MAX_ANSWER`] bytes.
    TooLarge,
}

impl FetchError {
    /// The private cause, for log and audit trail.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotAllowed => "outbound.not_allowed",
            Self::Unreachable => "outbound.unreachable",
            Self::TimedOut => "outbound.timed_out",
            Self::Redirected => "outbound.redirected",
            Self::TooLarge => "outbound.too_large",
        }
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl std::error::Error for FetchError {}
