//! Initial access tokens: with one of these a client may register itself. RFC 7591 §3.

use crate::records::{GrantType, Profile, Record, Scope};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A token that an operator made, and what it allows beyond, or instead of, what the configuration allows everybody.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InitialAccessToken {
    /// `hash_of` the token, prefix included.
    pub hash: String,
    /// For whom it is, in the operator's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How many clients may still be registered with it; none where that is not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses_left: Option<u32>,
    /// The scope that these clients may have; the configuration's, where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// The grants that they may use; the configuration's, where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grant_types: Vec<GrantType>,
    /// The resources that they may ask tokens for; the configuration's, where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// The set of demands that they are held to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// When it was made.
    #[serde(with = "time::serde::timestamp")]
    pub created_at: OffsetDateTime,
    /// When it ends.
    #[serde(with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
}

impl InitialAccessToken {
    /// The name by which operators see it: the beginning of its hash, which opens nothing.
    pub fn name(&self) -> &str {
        self.hash.get(..12).unwrap_or(&self.hash)
    }
}

impl Record for InitialAccessToken {
    const SPACE: &'static str = "initial_access_token";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        self.hash.clone()
    }
    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at)
    }
}
