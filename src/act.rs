//! What one request carries down through the layers: who asks from where, when, for which tenant, with which
//! randomness. Made once at the edge (`web`, `admin`, `jobs`) and passed by reference; nothing below reads a
//! clock or a random source.

use crate::ports::Seed;
use crate::records::Tenant;
use time::OffsetDateTime;

/// The circumstances of one act. Cheap to clone: units of work own a copy.
#[derive(Debug, Clone)]
pub struct Act {
    /// The tenant, resolved from the route and from nothing else.
    pub tenant: Tenant,
    /// The instant at which the act takes place; the same for all that it does.
    pub now: OffsetDateTime,
    /// The act's randomness. Expanded by label, so that a unit of work that runs again makes the same values.
    pub seed: Seed,
    /// Shown to the client as `X-Request-Id` and written to every log line and audit entry.
    pub request_id: String,
    /// The address of the caller as the edge believes it; none for acts of the server itself and of the operator.
    pub remote: Option<std::net::IpAddr>,
    /// The caller's `User-Agent`, cut at 256 bytes; none where there is none.
    pub user_agent: Option<String>,
}

impl Act {
    /// An act of the server itself (a job, an operator's order): no address, no user agent.
    pub fn internal(tenant: Tenant, now: OffsetDateTime, seed: Seed, request_id: String) -> Self {
        Self { tenant, now, seed, request_id, remote: None, user_agent: None }
    }
}
