//! The registration document. RFC 7591 §2, OIDC Registration §2, and what we add to them.

use crate::records::{
    About, Authentication, Binding, Client, ClientKeys, GrantType, Introspects, Logout, Profile, Requests,
    Responses, Scope, SignatureAlgorithm, Subjects, TokenEndpointAuthMethod, TokenExchange,
};
use serde::{Deserialize, Serialize};

/// A registration as a client, or the operator for it, writes it. Unknown members are ignored: RFC 7591 §2.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metadata {
    /// What people are shown at consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// `web` (the default) or `native`. OIDC Registration §2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_type: Option<ApplicationType>,
    /// Where authorization responses may go.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub redirect_uris: Vec<String>,
    /// The grants that it uses; `authorization_code` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_types: Option<Vec<GrantType>>,
    /// `code`, which is the default, and nothing else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_types: Option<Vec<String>>,
    /// How it proves who it is; `client_secret_basic` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<TokenEndpointAuthMethod>,
    /// The scope that it may ask for at most; all of OpenID Connect by default for clients that
    /// sign people in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// The algorithm of its ID tokens; RS256 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_signed_response_alg: Option<SignatureAlgorithm>,
    /// Ours: the algorithm of its access tokens; the server's first by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_signed_response_alg: Option<SignatureAlgorithm>,
    /// Ours: the resources that it may ask tokens for. RFC 8707 §2.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// Ours: its own roles, for the client credentials grant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Ours: whether PKCE is required; true by default, and always for public clients.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_pkce: Option<bool>,
    /// Ours: whether refresh tokens rotate; true by default, and always for public clients.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotate_refresh_tokens: Option<bool>,
    /// Ours: whether people are not asked for consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_consent: Option<bool>,
    /// Ours: the life of its access tokens in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_ttl: Option<u32>,
    /// Ours: a set of demands that it is held to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// What people may be told about it.
    #[serde(flatten)]
    pub about: About,
    /// Its public keys.
    #[serde(flatten)]
    pub keys: ClientKeys,
    /// How its subjects are made.
    #[serde(flatten)]
    pub subjects: Subjects,
    /// How it proves who it is.
    #[serde(flatten)]
    pub authentication: Authentication,
    /// Whose hands its tokens are good in.
    #[serde(flatten)]
    pub binding: Binding,
    /// What its authorization requests must be.
    #[serde(flatten)]
    pub requests: Requests,
    /// In which form it is answered.
    #[serde(flatten)]
    pub responses: Responses,
    /// How it takes part in signing out.
    #[serde(flatten)]
    pub logout: Logout,
    /// What it may exchange, and for what.
    #[serde(flatten)]
    pub token_exchange: TokenExchange,
    /// About which tokens of others it may ask.
    #[serde(flatten)]
    pub introspects: Introspects,
}

impl From<Client> for Metadata {
    /// The registration that describes this client in full, defaults included: what it is shown as. RFC 7591 §3.2.1.
    fn from(client: Client) -> Self {
        let signs_in = client.may_use(GrantType::AuthorizationCode);
        Self {
            client_name: client.client_name,
            application_type: Some(if client.native {
                ApplicationType::Native
            } else {
                ApplicationType::Web
            }),
            redirect_uris: client.redirect_uris,
            response_types: Some(if signs_in { vec!["code".to_owned()] } else { Vec::new() }),
            grant_types: Some(client.grant_types),
            token_endpoint_auth_method: Some(client.token_endpoint_auth_method),
            scope: Some(client.scope),
            id_token_signed_response_alg: Some(client.id_token_signed_response_alg),
            access_token_signed_response_alg: Some(client.access_token_signed_response_alg),
            resources: client.resources,
            roles: client.roles,
            require_pkce: Some(client.require_pkce),
            rotate_refresh_tokens: Some(client.rotate_refresh_tokens),
            skip_consent: Some(client.skip_consent),
            access_token_ttl: client.access_token_ttl,
            profile: client.profile,
            about: client.about,
            keys: client.keys,
            subjects: client.subjects,
            authentication: client.authentication,
            binding: client.binding,
            requests: client.requests,
            responses: client.responses,
            logout: client.logout,
            token_exchange: client.token_exchange,
            introspects: client.introspects,
        }
    }
}

/// Where a client runs. OIDC Registration §2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApplicationType {
    /// On a server, or in a browser.
    Web,
    /// On a person's own device. RFC 8252.
    Native,
}
