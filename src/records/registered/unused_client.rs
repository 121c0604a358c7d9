//! Clients that came by themselves and have not been given a token yet, in the order in which they go.

use crate::records::Record;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A client that goes, unless it is used before. It is not swept like other records: that it went stands in the
/// audit trail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UnusedClient {
    /// Which.
    pub client_id: String,
    /// When it goes.
    #[serde(with = "time::serde::timestamp")]
    pub until: OffsetDateTime,
}

impl Record for UnusedClient {
    const SPACE: &'static str = "unused_client";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        format!("{:012}/{}", self.until.unix_timestamp().max(0), self.client_id)
    }
}
