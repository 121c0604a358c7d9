//! Grants: what a person allowed a client; the root of every token that follows from it.

use super::{ClaimsRequest, Confirmation, Record, Scope};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// What a person allowed a client at one authorization. Every code and token points here, so one write revokes all.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Grant {
    /// The identifier; stands in refresh tokens and, as `grant_id`, in access tokens.
    pub id: Uuid,
    /// Who was allowed.
    pub client_id: String,
    /// Who allowed.
    pub user_id: Uuid,
    /// What was allowed.
    pub scope: Scope,
    /// The resources that tokens may be for. RFC 8707.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// The browser session in which it was allowed.
    pub sid: Uuid,
    /// Whether it outlives that session (`offline_access`, OIDC Core §11).
    pub offline: bool,
    /// When the person had proved who they are.
    #[serde(with = "time::serde::timestamp")]
    pub auth_time: OffsetDateTime,
    /// How they had proved it. RFC 8176.
    pub amr: Vec<String>,
    /// How strong that proof counts. OIDC Core §2, `acr`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// The claims that were asked for one by one. OIDC Core §5.5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<ClaimsRequest>,
    /// What was allowed in detail. RFC 9396 §2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<serde_json::Value>,
    /// The key that must be proved when a public client refreshes. RFC 9449 §5, RFC 8705 §4.
    #[serde(default, skip_serializing_if = "Confirmation::is_empty")]
    pub confirmation: Confirmation,
    /// The person's credential epoch at that time; a later one kills the grant.
    pub credential_epoch: u32,
    /// The refresh tokens; none where the client gets none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh: Option<RefreshState>,
    /// When and why it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Revocation>,
    /// When it was made.
    #[serde(with = "time::serde::timestamp")]
    pub created_at: OffsetDateTime,
    /// When it ends, whatever happens; never extended.
    #[serde(with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
}

/// Where a family of refresh tokens stands. Token `n` is derived from the seed, so one record serves them all.
#[derive(Clone, Serialize, Deserialize)]
pub struct RefreshState {
    /// The number of the newest token: 0 for the one that came with the code.
    pub generation: u32,
    /// Random; with the server's pepper the key to every token of the family.
    pub seed: [u8; 16],
    /// When the newest token was made.
    #[serde(with = "time::serde::timestamp")]
    pub rotated_at: OffsetDateTime,
    /// The key that was proved for it; a retry must prove the same.
    #[serde(default, skip_serializing_if = "Confirmation::is_empty")]
    pub proved: Confirmation,
}

impl std::fmt::Debug for RefreshState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("RefreshState")
            .field("generation", &self.generation)
            .field("rotated_at", &self.rotated_at)
            .finish_non_exhaustive()
    }
}

/// When and why a grant was revoked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Revocation {
    /// When.
    #[serde(with = "time::serde::timestamp")]
    pub at: OffsetDateTime,
    /// The private cause, as in the audit log.
    pub cause: String,
}

impl Record for Grant {
    const SPACE: &'static str = "grant";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at)
    }
}
