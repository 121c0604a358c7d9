//! Which clients took part in a browser session: whom to tell when it ends.

use crate::records::Record;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// A client that was given tokens in a browser session and wants to know when that ends.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Participant {
    /// Whose session it is.
    pub user_id: Uuid,
    /// The session.
    pub sid: Uuid,
    /// The client.
    pub client_id: String,
    /// When there is nothing to tell any more.
    #[serde(with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
}

impl Participant {
    /// What the ids of all participants of one person begin with.
    pub fn prefix_of_person(user_id: Uuid) -> String {
        format!("{user_id}/")
    }

    /// What the ids of all participants of one session begin with.
    pub fn prefix_of_session(user_id: Uuid, sid: Uuid) -> String {
        format!("{user_id}/{sid}/")
    }
}

impl Record for Participant {
    const SPACE: &'static str = "participant";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        [Self::prefix_of_session(self.user_id, self.sid).as_str(), &self.client_id].concat()
    }
    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at)
    }
}
