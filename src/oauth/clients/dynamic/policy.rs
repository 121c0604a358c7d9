//! Who may register, and for how long without being used: what the configuration says.

use super::Bounds;
use crate::act::Act;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

/// Who may register a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Nobody but the operator.
    #[default]
    Off,
    /// Whoever shows an initial access token. RFC 7591 §3.
    Token,
    /// Everybody. RFC 7591 §3, open registration.
    Open,
}

/// An issuer of software statements whose word counts. RFC 7591 §2.3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementIssuer {
    /// Its identifier, as `iss` names it.
    pub issuer: String,
    /// Where its keys are.
    pub jwks_uri: String,
}

/// The rules for clients that come by themselves; made once from the configuration.
#[derive(Debug, Clone, Default)]
pub struct RegistrationPolicy {
    /// Who may register.
    pub mode: Mode,
    /// Whether a client may be what a document at its own address says. CIMD §4.
    pub documents: bool,
    /// What these clients may have.
    pub bounds: Bounds,
    /// After which time a client that was given no token goes; never, where there is none.
    pub unused_ttl: Option<Duration>,
    /// Whose software statements count.
    pub statement_issuers: Arc<[StatementIssuer]>,
    /// Whether a registration needs one.
    pub require_statement: bool,
    /// Whether people are sent to clients that nobody vouches for as to all others. RFC 9700 §4.11.2.
    pub trust_redirects: bool,
}

impl RegistrationPolicy {
    /// When a client that came now goes, unless it is used before.
    pub fn unused_until(&self, act: &Act) -> Option<OffsetDateTime> {
        self.unused_ttl.map(|life| act.now.saturating_add(life))
    }
}
