//! Remembered consent: what a person has allowed a client before.

use super::{Client, Record, Scope};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// What a person has allowed a client, so that they are asked once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Consent {
    /// Who allowed.
    pub user_id: Uuid,
    /// Who was allowed.
    pub client_id: String,
    /// All that was allowed so far.
    pub scope: Scope,
    /// The resources that were allowed so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// The claims that were asked for one by one, and allowed so far. OIDC Core §5.5.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
    /// When it was last given.
    #[serde(with = "time::serde::timestamp")]
    pub given_at: OffsetDateTime,
}

/// What a consent must cover.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The scope.
    pub scope: &'a Scope,
    /// The resources. RFC 8707.
    pub resources: &'a [String],
    /// The claims that the scope does not release. OIDC Core §5.5.
    pub claims: Vec<String>,
}

impl Consent {
    /// Whether the person has allowed all of this. What was allowed to an earlier client of the same identifier does
    /// not count.
    pub fn covers(&self, client: &Client, asked: &Asked<'_>) -> bool {
        self.given_at >= client.created_at
            && asked.scope.is_within(&self.scope)
            && asked.resources.iter().all(|resource| self.resources.contains(resource))
            && asked.claims.iter().all(|claim| self.claims.contains(claim))
    }

    /// The id of the consent of this person to this client.
    pub fn id_of(user_id: Uuid, client_id: &str) -> String {
        format!("{user_id}/{client_id}")
    }
}

impl Record for Consent {
    const SPACE: &'static str = "consent";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        Self::id_of(self.user_id, &self.client_id)
    }
}
