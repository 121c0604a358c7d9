//! Browser sessions: a person signed in at our pages with one browser.

use crate::records::{Record, Tenant, key};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// A person signed in with one browser. Lives under its public `sid`, which stays while the cookie's value changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BrowserSession {
    /// The public identifier (`sid` of OIDC Front-Channel Logout §3); gives no access.
    pub sid: Uuid,
    /// Who signed in.
    pub user_id: Uuid,
    /// The hash of the cookie's present value; the id of its [`SessionCookie`].
    pub cookie_hash: String,
    /// The person's credential epoch at sign-in; a later one ends the session.
    pub credential_epoch: u32,
    /// When the person last proved who they are. OIDC Core §2, `auth_time`.
    #[serde(with = "time::serde::timestamp")]
    pub auth_time: OffsetDateTime,
    /// How they proved it. RFC 8176, `amr`.
    pub amr: Vec<String>,
    /// When the browser was last seen here, to the minute.
    #[serde(with = "time::serde::timestamp")]
    pub seen_at: OffsetDateTime,
    /// When it began.
    #[serde(with = "time::serde::timestamp")]
    pub created_at: OffsetDateTime,
    /// When it ends, whatever happens.
    #[serde(with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
    /// The address at sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    /// The browser at sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

impl Record for BrowserSession {
    const SPACE: &'static str = "browser_session";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        self.sid.to_string()
    }
    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at)
    }
    fn swept_with(&self, tenant: &Tenant) -> Vec<Vec<u8>> {
        vec![key::<SessionCookie>(tenant, &self.cookie_hash)]
    }
}

/// The index from the hash of a cookie's value to the session that it opens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionCookie {
    /// `hash_of` the cookie's value.
    pub hash: String,
    /// The session that it opens.
    pub sid: Uuid,
    /// When the session ends.
    #[serde(with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
}

impl Record for SessionCookie {
    const SPACE: &'static str = "session_cookie";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        self.hash.clone()
    }
    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at)
    }
}
