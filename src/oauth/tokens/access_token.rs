//! Access tokens: JWTs by RFC 9068.

use crate::act::Act;
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::{Rules, TokenPolicy, subject};
use crate::records::{Client, Confirmation, Grant, Scope, User};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use time::Duration;
use uuid::Uuid;

/// The `typ` of the header: RFC 9068 §2.1, in the short form that RFC 7515 §4.1.9 recommends.
// RFC 9068 §2: every access token is one of these.
pub const TYP: &str = "at+jwt";

/// For whom a token is: a string where there is one, a list where there are more. RFC 7519 §4.1.3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One audience.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Audience {
    /// The audience that consists of these names.
    pub fn of(mut names: Vec<String>) -> Self {
        match (names.pop(), names.is_empty()) {
            (Some(only), true) => Self::One(only),
            (Some(last), false) => {
                names.push(last);
                Self::Many(names)
            }
            (None, _) => Self::Many(names),
        }
    }

    /// Whether `name` is among them.
    pub fn contains(&self, name: &str) -> bool {
        self.iter().any(|known| known == name)
    }

    /// The names.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Many(names) => names.as_slice(),
        }
        .iter()
        .map(String::as_str)
    }
}

/// A token from which another was exchanged. RFC 8693.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Its identifier.
    pub jti: String,
    /// Which client it was given to. RFC 8693 §4.3.
    pub client_id: String,
}

/// The claims of an access token. RFC 9068 §2.2; times in seconds since the epoch.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessToken {
    /// Who issued it.
    pub iss: Arc<str>,
    /// For whom it speaks: the person, or the client itself.
    pub sub: String,
    /// Who may accept it.
    pub aud: Audience,
    /// Which client it was given to.
    pub client_id: String,
    /// What it allows. RFC 8693 §4.2.
    #[serde(default, skip_serializing_if = "Scope::is_empty")]
    pub scope: Scope,
    /// When it was issued.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
    /// Its own identifier.
    pub jti: String,
    /// The grant that it follows from; none for a client that acts for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_id: Option<Uuid>,
    /// When the person proved who they are. RFC 9068 §2.2.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// How they proved it. RFC 9068 §2.2.1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// How strong that proof counts. RFC 9068 §2.2.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// The key that its presenter must prove. RFC 7800 §3.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
    /// Who acts for the subject. RFC 8693 §4.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<serde_json::Value>,
    /// Who may act for the subject. RFC 8693 §4.4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub may_act: Option<serde_json::Value>,
    /// The tokens from which it was exchanged, one from the other, the first one first: what ends one of them ends it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanged_from: Vec<Origin>,
    /// What it allows in detail. RFC 9396 §9.1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<serde_json::Value>,
    /// RFC 9068 §2.2.3.1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// RFC 9068 §2.2.3.1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

impl AccessToken {
    /// A token with which the client acts for itself. RFC 9068 §2.2: `sub` is then the client.
    pub fn for_client(
        act: &Act,
        policy: &TokenPolicy,
        client: &AuthenticatedClient,
        scope: Scope,
        resources: &[String],
    ) -> Self {
        Self {
            iss: policy.issuer.clone(),
            // RFC 9068 §5, RFC 9700 §4.15.1: no client takes the name of a person: these are random.
            sub: client.client_id.clone(),
            aud: audience(policy, client, &scope, resources),
            client_id: client.client_id.clone(),
            // RFC 9068 §2.2.3.
            scope,
            iat: act.now.unix_timestamp(),
            // OIDC Core §16.4, §16.9.
            exp: (act.now + ttl(policy, client)).unix_timestamp(),
            jti: act.seed.uuid("access_token.jti").to_string(),
            grant_id: None,
            auth_time: None,
            amr: Vec::new(),
            acr: None,
            cnf: client.confirmation(),
            act: None,
            may_act: None,
            exchanged_from: Vec::new(),
            authorization_details: Vec::new(),
            // Not done: RFC 9068 §2.2.2: claims about the person: they are read at userinfo, and not shown to every API
            // (§6).
            roles: client.roles.clone(),
            groups: Vec::new(),
        }
    }

    /// The same, for these details. RFC 9396 §9.1.
    #[must_use]
    pub fn with_details(self, authorization_details: Vec<serde_json::Value>) -> Self {
        Self { authorization_details, ..self }
    }

    /// A token with which the client acts for a person, whom it names as the client knows them.
    pub fn for_user(
        act: &Act,
        rules: &Rules,
        client: &AuthenticatedClient,
        (grant, user): (&Grant, &User),
        scope: Scope,
        resources: &[String],
    ) -> Self {
        let own = Self::for_client(act, &rules.policy, client, scope, resources);
        Self {
            // RFC 9068 §6: by the name that the client knows, and no other.
            sub: subject::of(client, user.id, rules),
            // Refresh Token Expiration §5: no longer than what the person allowed.
            exp: own.exp.min(grant.expires_at.unix_timestamp()),
            grant_id: Some(grant.id),
            // RFC 9470 §6, §6.1: for the resource server to judge.
            auth_time: Some(grant.auth_time.unix_timestamp()),
            amr: grant.amr.clone(),
            acr: grant.acr.clone(),
            authorization_details: grant.authorization_details.clone(),
            roles: user.roles.clone(),
            groups: user.groups.clone(),
            ..own
        }
    }
}

/// The life of this client's access tokens.
pub(crate) fn ttl(policy: &TokenPolicy, client: &Client) -> Duration {
    client.access_token_ttl.map_or(policy.access_ttl, |seconds| Duration::seconds(seconds.into()))
}

/// RFC 8707 §2: the resources that were asked for; else RFC 9068 §3: the client's default, or the issuer itself.
/// With `openid` the issuer is always among them, since its userinfo endpoint is a resource too.
fn audience(policy: &TokenPolicy, client: &Client, scope: &Scope, resources: &[String]) -> Audience {
    // RFC 6750 §5.2, RFC 6749 §10.3, RFC 9700 §2.3, OIDC Core §16.8: a token is for whom it names.
    // Not done: RFC 9068 §3: resources that follow from scope values: here no value belongs to one.
    let mut names = match (resources, client.resources.first()) {
        ([], Some(default)) => vec![default.clone()],
        (asked, _) => asked.to_vec(),
    };
    if names.is_empty() || (scope.contains("openid") && !names.iter().any(|name| **name == *policy.issuer)) {
        names.push(policy.issuer.as_ref().to_owned());
    }
    Audience::of(names)
}
