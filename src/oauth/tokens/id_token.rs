//! ID tokens. OIDC Core §2.

use crate::act::Act;
use crate::oauth::{Rules, claims, subject};
use crate::records::{Client, Grant, Scope, User};
use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::Arc;
use uuid::Uuid;

/// The claims of an ID token; times in seconds since the epoch. What the scopes tell about the person is read at
/// userinfo (OIDC Core §5.4), not here.
#[derive(Debug, Clone, Serialize)]
pub struct IdToken {
    /// Who issued it.
    pub iss: Arc<str>,
    /// Who signed in.
    pub sub: String,
    /// For which client: the `client_id`.
    pub aud: String,
    /// When it was issued.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
    /// When the person proved who they are.
    pub auth_time: i64,
    /// What the client sent to bind the token to its request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// How the person proved who they are. RFC 8176.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// How strong that proof counts. OIDC Core §2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// The browser session. OIDC Back-Channel Logout §2.1.
    pub sid: Uuid,
    /// Binds the access token that came with it; filled in when that one is sealed. OIDC Core §3.1.3.6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
    /// What was asked for one by one. OIDC Core §5.5.
    #[serde(flatten)]
    pub claims: Map<String, Value>,
}

impl IdToken {
    /// The ID token of this grant, for its client. A refresh passes no nonce: OIDC Core §12.2.
    pub fn of(
        act: &Act,
        rules: &Rules,
        client: &Client,
        (grant, user): (&Grant, &User),
        nonce: Option<String>,
    ) -> Self {
        let asked = grant.claims.as_ref().map(|claims| &claims.id_token);
        let nothing = Scope::default();
        Self {
            iss: rules.policy.issuer.clone(),
            sub: subject::of(client, grant.user_id, rules),
            // Not done: OIDC Core §2: `azp`: the one audience is the client.
            aud: client.client_id.clone(),
            iat: act.now.unix_timestamp(),
            exp: (act.now + rules.policy.id_ttl).unix_timestamp(),
            auth_time: grant.auth_time.unix_timestamp(),
            nonce,
            amr: grant.amr.clone(),
            acr: grant.acr.clone(),
            sid: subject::session_of(client, grant.sid, rules),
            at_hash: None,
            // OIDC Core §5.4: what the scope releases is read at userinfo, since there is an access token.
            claims: asked.map(|asked| claims::released(user, &nothing, asked)).unwrap_or_default(),
        }
    }
}
