//! The outbox of logout notices. OIDC Back-Channel Logout §2.5.

use crate::records::Record;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// A client that is to be told that a session has ended. Written in the unit of work that ends the session, so no notice
/// is lost; taken out by its delivery alone, which tells the audit trail how it ended. So no index lets it be swept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogoutNotice {
    /// Its own identifier: the `jti` of its tokens, so that a client can tell a repetition.
    pub id: Uuid,
    /// Who is told.
    pub client_id: String,
    /// Whose session it was.
    pub user_id: Uuid,
    /// Which session it was.
    pub sid: Uuid,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    #[serde(with = "time::serde::timestamp")]
    pub due_at: OffsetDateTime,
    /// When it is given up.
    #[serde(with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
}

impl Record for LogoutNotice {
    const SPACE: &'static str = "logout_notice";
    const VERSION: u32 = 1;
    /// What is due first stands first.
    fn id(&self) -> String {
        format!("{:012}/{}", self.due_at.unix_timestamp().max(0), self.id)
    }
}
