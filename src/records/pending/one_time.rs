//! What may be shown once: the `jti` of a client assertion (RFC 7523 §3), of a `DPoP` proof (RFC 9449 §11.1), and the
//! like.

use crate::records::Record;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Something that was shown and is accepted no more.
///
/// Nothing is written as often as these, so no index says when they expire: they are walked through
/// ([`super::super::expired`]).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OneTime {
    /// A hash of what kind of thing it is, who issued it, and its identifier: these come from outside, and may be long.
    pub hash: String,
    /// When it would have expired by itself.
    #[serde(with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
}

impl Record for OneTime {
    const SPACE: &'static str = "shown";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        self.hash.clone()
    }
}
