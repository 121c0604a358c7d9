//! Pushed authorization requests: checked, kept for a minute, and taken up by the browser. RFC 9126 §2.

use crate::records::Record;
use serde::{Deserialize, Serialize};
use std::fmt;
use time::OffsetDateTime;

/// A pushed request. It is used once: kept after that, so that a second use is recognised.
#[derive(Clone, Serialize, Deserialize)]
pub struct PushedRequest {
    /// `hash_of` its reference.
    pub hash: String,
    /// Who pushed it.
    pub client_id: String,
    /// The parameters, without those that authenticated the client.
    pub params: Vec<(String, String)>,
    /// Whether they came in an object that the client had signed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signed: bool,
    /// When its answer was given.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::timestamp::option")]
    pub consumed_at: Option<OffsetDateTime>,
    /// Until when a browser may take it up.
    #[serde(with = "time::serde::timestamp")]
    pub usable_until: OffsetDateTime,
    /// Until when it is kept: as long as a person who took it up may take.
    #[serde(with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
}

impl Record for PushedRequest {
    const SPACE: &'static str = "pushed_request";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        self.hash.clone()
    }
    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at)
    }
}

impl fmt::Debug for PushedRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PushedRequest")
            .field("client_id", &self.client_id)
            .field("consumed_at", &self.consumed_at)
            .finish_non_exhaustive()
    }
}
