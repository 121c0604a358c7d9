//! The one-time link by which the first administrator is added.

use crate::records::Record;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A set-up link. The store holds only the hash of its token; whoever consumes it removes the record in the same
/// unit of work that adds the administrator.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetupLink {
    /// `hash_of` the token in the link, prefix included.
    pub hash: String,
    /// When it was made.
    #[serde(with = "time::serde::timestamp")]
    pub created_at: OffsetDateTime,
    /// Until when it can be used.
    #[serde(with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
}

impl Record for SetupLink {
    const SPACE: &'static str = "setup_link";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        self.hash.clone()
    }
    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at)
    }
}
