//! OAuth clients, in the words of RFC 7591 §2.

mod origin;
mod registered;
mod settings;

pub use origin::{Origin, PublishedDocument, SelfRegistered};
pub use registered::{GrantType, Profile, SignatureAlgorithm, SubjectType, TokenEndpointAuthMethod};
pub use settings::{
    About, Authentication, Binding, ClientKeys, Introspects, Logout, Requests, Responses, Subjects,
    TokenExchange, WorkloadIdentity,
};

use super::{Record, Scope};
use serde::{Deserialize, Serialize};
use settings::is_default;
use time::OffsetDateTime;

/// The hash of one client secret. Two may be valid at a time while a secret is being exchanged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClientSecret {
    /// `hash_of` the whole secret, prefix included.
    pub hash: String,
    /// The secret itself under the key-encryption key, where it signs and so is needed (`keys::sealing`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<serde_json::Value>,
    /// When it stops being accepted; none for the current one.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::timestamp::option")]
    pub expires_at: Option<OffsetDateTime>,
}

/// A program that asks for tokens, with the policy that applies to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is one independent, named policy of the client")]
pub struct Client {
    /// The public identifier. RFC 6749 §2.2.
    pub client_id: String,
    /// What people are shown at consent; the `client_id` where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// Whether it runs on a person's own device: OIDC Registration §2, `application_type=native`.
    #[serde(default)]
    pub native: bool,
    /// Where authorization responses may go: compared as strings, without any normalisation. RFC 9700 §4.1.3.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redirect_uris: Vec<String>,
    /// The grants that it may use.
    pub grant_types: Vec<GrantType>,
    /// How it proves who it is.
    pub token_endpoint_auth_method: TokenEndpointAuthMethod,
    /// The hashes of its secrets; empty for a public client.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<ClientSecret>,
    /// The scope that it may ask for at most.
    pub scope: Scope,
    /// The resources (RFC 8707) that it may ask tokens for. The first is the audience of a token when the request
    /// names none; where the list is empty, the issuer is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// Roles of the client itself, for tokens of the client credentials grant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// The algorithm of its access tokens.
    pub access_token_signed_response_alg: SignatureAlgorithm,
    /// The algorithm of its ID tokens. OIDC Registration §2.
    pub id_token_signed_response_alg: SignatureAlgorithm,
    /// Whether an authorization request without PKCE is refused. RFC 9700 §2.1.1.
    pub require_pkce: bool,
    /// Whether each use of a refresh token gives a new one. RFC 9700 §4.14.2; always so for public clients.
    pub rotate_refresh_tokens: bool,
    /// Whether people are not asked for consent: for the organisation's own applications.
    #[serde(default)]
    pub skip_consent: bool,
    /// The life of its access tokens in seconds, where it differs from the server's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_ttl: Option<u32>,
    /// A set of demands that it is held to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// What people may be told about it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub about: About,
    /// Its public keys.
    #[serde(default, skip_serializing_if = "is_default")]
    pub keys: ClientKeys,
    /// How its subjects are made.
    #[serde(default, skip_serializing_if = "is_default")]
    pub subjects: Subjects,
    /// How it proves who it is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub authentication: Authentication,
    /// Whose hands its tokens are good in.
    #[serde(default, skip_serializing_if = "is_default")]
    pub binding: Binding,
    /// What its authorization requests must be.
    #[serde(default, skip_serializing_if = "is_default")]
    pub requests: Requests,
    /// In which form it is answered.
    #[serde(default, skip_serializing_if = "is_default")]
    pub responses: Responses,
    /// How it takes part in signing out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub logout: Logout,
    /// What it may exchange, and for what.
    #[serde(default, skip_serializing_if = "is_default")]
    pub token_exchange: TokenExchange,
    /// About which tokens of others it may ask.
    #[serde(default, skip_serializing_if = "is_default")]
    pub introspects: Introspects,
    /// Who registered it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub origin: Origin,
    /// A disabled client can do nothing, and its tokens are refreshed no more.
    #[serde(default)]
    pub disabled: bool,
    /// When it was registered.
    #[serde(with = "time::serde::timestamp")]
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    #[serde(with = "time::serde::timestamp")]
    pub updated_at: OffsetDateTime,
}

impl Client {
    /// Whether the client has no credential of its own. RFC 6749 §2.1.
    pub fn is_public(&self) -> bool {
        self.token_endpoint_auth_method == TokenEndpointAuthMethod::None
    }

    /// Whether the client may use this grant.
    pub fn may_use(&self, grant_type: GrantType) -> bool {
        self.grant_types.contains(&grant_type)
    }

    /// What people are shown.
    pub fn display_name(&self) -> &str {
        self.client_name.as_deref().unwrap_or(&self.client_id)
    }
}

impl Record for Client {
    const SPACE: &'static str = "client";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        self.client_id.clone()
    }
}
