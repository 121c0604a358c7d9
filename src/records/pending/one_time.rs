//! What may be shown once: the `jti` of a client assertion (RFC 7523 §3), of a `DPoP` proof (RFC 9449 §11.1), and the
//! like.

use crate::records::Record;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Something that was shown and is accepted no more.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OneTime {
    /// What kind of thing, such as `client_assertion`.
    pub purpose: String,
    /// A hash of who issued it and of its identifier: both come from outside, and may be long.
    pub hash: String,
    /// When it would have expired by itself.
    #[serde(with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
}

impl Record for OneTime {
    const SPACE: &'static str = "one_time";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        format!("{}/{}", self.purpose, self.hash)
    }
    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at)
    }
}
