//! Interactions: an authorization request that waits for a person.

use crate::records::{ClaimsRequest, Confirmation, Record, ResponseMode, Scope};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// A checked authorization request, kept while its person signs in and consents. Bound to one browser: the stored
/// request is what is answered, whatever a later URL says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Interaction {
    /// What stands in the pages' URL: 128 random bits. Alone it opens nothing.
    pub id: String,
    /// `hash_of` the cookie that binds the interaction to its browser.
    pub browser_hash: String,
    /// Who asks.
    pub client_id: String,
    /// Where the answer goes; checked against the client before the interaction was made.
    pub redirect_uri: String,
    /// What is asked for.
    pub scope: Scope,
    /// The resources that are asked for. RFC 8707.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// What is asked for in detail. RFC 9396 §2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<serde_json::Value>,
    /// The claims that are asked for one by one. OIDC Core §5.5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<ClaimsRequest>,
    /// How strong the sign-in should be, best first. OIDC Core §3.1.2.1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acr_values: Vec<String>,
    /// The languages in which the person wants our pages. OIDC Core §3.1.2.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ui_locales: Option<String>,
    /// The device that waits for the answer, which then goes to no redirect URI. RFC 8628 §3.3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<WaitingDevice>,
    /// How the answer travels.
    #[serde(default, skip_serializing_if = "ResponseMode::is_query")]
    pub response_mode: ResponseMode,
    /// The key that the token request must prove. RFC 9449 §10.
    #[serde(default, skip_serializing_if = "Confirmation::is_empty")]
    pub confirmation: Confirmation,
    /// `hash_of` the reference of the pushed request, which ends with the answer. RFC 9126 §2.2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pushed: Option<String>,
    /// Echoed in the answer. RFC 6749 §4.1.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Goes into the ID token. OIDC Core §3.1.2.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// PKCE, method S256. RFC 7636 §4.3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    /// Fills the username field. OIDC Core §3.1.2.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// Who is expected, by the subject that the client knows. OIDC Core §3.1.2.1, `id_token_hint`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hinted: Option<String>,
    /// How old the sign-in may be, in seconds. OIDC Core §3.1.2.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u32>,
    /// `prompt=login` was asked: the sign-in must be later than this interaction.
    #[serde(default)]
    pub fresh_login: bool,
    /// `prompt=consent` was asked: a remembered consent does not count.
    #[serde(default)]
    pub fresh_consent: bool,
    /// `prompt=select_account` was asked: the person must say with which account they go on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub choose_account: bool,
    /// The browser session with which the person said that they go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<Uuid>,
    /// The browser session that signed in for this interaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_in: Option<Uuid>,
    /// Who allowed what this interaction asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consented: Option<Uuid>,
    /// When the request came.
    #[serde(with = "time::serde::timestamp")]
    pub created_at: OffsetDateTime,
    /// When the person has waited too long.
    #[serde(with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
}

/// A device that waits, as the person knows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WaitingDevice {
    /// `hash_of` its device code.
    pub hash: String,
    /// The code that it shows, which the person has typed.
    pub user_code: String,
}

impl Record for Interaction {
    const SPACE: &'static str = "interaction";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        self.id.clone()
    }
    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at)
    }
}
