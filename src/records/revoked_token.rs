//! Access tokens that were revoked before they expired. RFC 7009.

use super::Record;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// An access token that introspection and userinfo accept no more.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RevokedToken {
    /// The token's `jti`.
    pub jti: String,
    /// When the token would have expired.
    #[serde(with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
}

impl Record for RevokedToken {
    const SPACE: &'static str = "revoked_token";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        self.jti.clone()
    }
    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at)
    }
}
