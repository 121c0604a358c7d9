//! People.

use super::Details;
use crate::records::{Record, Tenant, key};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// A person who can sign in.
#[derive(Clone, Serialize, Deserialize)]
pub struct User {
    /// The subject: never changed, never given to anybody else. OIDC Core §2, `sub`.
    pub id: Uuid,
    /// The name that is typed at sign-in, in its one canonical form (PRECIS `UsernameCaseMapped`).
    pub username: String,
    /// The full name as the person wants it shown; OIDC Core §5.1, `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The mail address; OIDC Core §5.1, `email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the person has shown that the address is theirs.
    #[serde(default)]
    pub email_verified: bool,
    /// What else is known.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub details: Details,
    /// What the person may do; goes into access tokens. RFC 9068 §2.2.3.1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// The groups that the person belongs to; goes into access tokens. RFC 9068 §2.2.3.1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// The argon2id hash of the password as a PHC string; none where no password was ever set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Counts up whenever a credential is replaced or withdrawn; sessions and grants of an older epoch are dead.
    #[serde(default)]
    pub credential_epoch: u32,
    /// A disabled person can do nothing, and nothing can be done in their name.
    #[serde(default)]
    pub disabled: bool,
    /// When the person was added.
    #[serde(with = "time::serde::timestamp")]
    pub created_at: OffsetDateTime,
    /// When the person was last changed; OIDC Core §5.1, `updated_at`.
    #[serde(with = "time::serde::timestamp")]
    pub updated_at: OffsetDateTime,
}

fn is_empty(details: &Details) -> bool {
    *details == Details::default()
}

impl std::fmt::Debug for User {
    /// Who it is, and nothing that is known about them.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("User").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Record for User {
    const SPACE: &'static str = "user";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn swept_with(&self, tenant: &Tenant) -> Vec<Vec<u8>> {
        vec![key::<Username>(tenant, &self.username)]
    }
}

/// The index from a canonical username to its user; what makes usernames unique.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Username {
    /// The canonical username.
    pub username: String,
    /// Whose it is.
    pub user_id: Uuid,
}

impl Record for Username {
    const SPACE: &'static str = "username";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        self.username.clone()
    }
}
