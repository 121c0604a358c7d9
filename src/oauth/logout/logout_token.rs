//! Logout tokens. OIDC Back-Channel Logout §2.4, RFC 8417 §2.

use crate::oauth::TokenPolicy;
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// The `typ` of the header. OIDC Back-Channel Logout §2.4, RFC 8417 §2.3.
pub const TYP: &str = "logout+jwt";

/// The one event that it tells of. OIDC Back-Channel Logout §2.4.
// RFC 8417 §2.2: `iss`, `iat`, `jti` and `events`, and of events this one alone.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// How long a token is good: it is made anew at each attempt. OIDC Back-Channel Logout §4 recommends two minutes at most.
// Not done: RFC 8417 §2.2: no `exp`: OIDC Back-Channel Logout §2.4 demands it.
const LIFE: Duration = Duration::minutes(2);

/// The claims of a logout token; times in seconds since the epoch. It never has a `nonce`, so it is never taken for an
/// ID token.
#[derive(Debug, Clone, Serialize)]
pub struct LogoutToken {
    /// Who tells.
    pub iss: Arc<str>,
    /// Who signed out, as this client knows them.
    pub sub: String,
    /// Who is told: the `client_id`.
    pub aud: String,
    /// When it was made.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
    /// Its own identifier; the same at each attempt.
    pub jti: String,
    /// What happened.
    pub events: Value,
    /// The session that has ended.
    pub sid: Uuid,
}

impl LogoutToken {
    /// Tells the client `aud` that the session `sid` of `sub` has ended.
    pub fn of(
        policy: &TokenPolicy,
        now: OffsetDateTime,
        jti: Uuid,
        (aud, sub, sid): (&str, String, Uuid),
    ) -> Self {
        Self {
            iss: policy.issuer.clone(),
            sub,
            aud: aud.to_owned(),
            iat: now.unix_timestamp(),
            exp: (now + LIFE).unix_timestamp(),
            jti: jti.to_string(),
            events: json!({ EVENT: {} }),
            sid,
        }
    }
}
