//! Authorization codes: single use, a minute long. RFC 6749 §4.1.2.

use crate::records::{Confirmation, Record, Scope};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// An authorization code, kept after its use so that a second use is recognised.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuthorizationCode {
    /// `hash_of` the code, prefix included.
    pub hash: String,
    /// The grant that it opens.
    pub grant_id: Uuid,
    /// The client to which it was given.
    pub client_id: String,
    /// The redirect URI to which it was sent; the token request repeats it. RFC 6749 §4.1.3.
    pub redirect_uri: String,
    /// PKCE, method S256; none only for clients whose policy allows that. RFC 7636 §4.4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    /// Goes into the ID token. OIDC Core §3.1.2.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The key that the token request must prove. RFC 9449 §10.
    #[serde(default, skip_serializing_if = "Confirmation::is_empty")]
    pub confirmation: Confirmation,
    /// What the first access token covers.
    pub scope: Scope,
    /// When it was redeemed.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::timestamp::option")]
    pub consumed_at: Option<OffsetDateTime>,
    /// Until when it can be redeemed.
    #[serde(with = "time::serde::timestamp")]
    pub usable_until: OffsetDateTime,
    /// Until when it is kept: as long as the first tokens live, so that a replay can still revoke them.
    #[serde(with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
}

impl Record for AuthorizationCode {
    const SPACE: &'static str = "authorization_code";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        self.hash.clone()
    }
    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at)
    }
}
