//! The settings of a client, in the groups in which they are read. Their members have the registered names, so that
//! a registration holds the same groups, flattened: RFC 7591 §2, OIDC Registration §2.

use super::{SignatureAlgorithm, SubjectType};
use crate::records::JwsAlgorithm;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What people may be told about a client. Each URI is shown, never fetched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// Its home page. RFC 7591 §2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Its logo. RFC 7591 §2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// What it does with what it learns. RFC 7591 §2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms. RFC 7591 §2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// Who answers for it. RFC 7591 §2.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// The same for every instance of one program. RFC 7591 §2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// Which version of the program it is. RFC 7591 §2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
    /// Where a sign-in can be begun from outside. OIDC Core §4.
    // Not done: OIDC Core §4: beginning one: we show nobody a list of clients.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
}

/// The public keys of a client; one of the two at most. RFC 7591 §2.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientKeys {
    /// The key set itself. RFC 7517 §5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// Where the key set is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
}

/// How the client's subjects are made. OIDC Core §8.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Subjects {
    /// The same for all, or one for each sector.
    #[serde(skip_serializing_if = "is_default")]
    pub subject_type: SubjectType,
    /// Whose host names the sector; the redirect URIs' host, where there is none. OIDC Core §8.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
}

/// How the client proves who it is, beyond the method's name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Authentication {
    /// The one algorithm of its assertions; any that we know, where there is none. OIDC Registration §2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<JwsAlgorithm>,
    /// Ours: whether its assertions must name the issuer, as a string, as their only audience (FAPI 2.0), and not
    /// the endpoint's URL.
    #[serde(skip_serializing_if = "is_default")]
    pub assertion_audience_issuer_only: bool,
    /// The subject of its certificate, in the form of RFC 4514. RFC 8705 §2.1.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_subject_dn: Option<String>,
    /// A DNS name of its certificate. RFC 8705 §2.1.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_dns: Option<String>,
    /// A URI of its certificate. RFC 8705 §2.1.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_uri: Option<String>,
    /// An IP address of its certificate. RFC 8705 §2.1.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_ip: Option<String>,
    /// A mail address of its certificate. RFC 8705 §2.1.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_email: Option<String>,
    /// Ours: the workloads of trusted issuers that are this client. Their tokens authenticate it, whatever its method.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub workload_identities: Vec<WorkloadIdentity>,
}

/// One workload of a trusted issuer: a Kubernetes service account, a job of a CI system, a SPIFFE ID.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkloadIdentity {
    /// The issuer, as `trusted_issuers` of the configuration names it.
    pub issuer: String,
    /// The subject, compared exactly.
    pub subject: String,
}

/// What the client may exchange, and for what. RFC 8693. Where nothing is set, it may narrow its own tokens and no
/// more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenExchange {
    /// Ours: the audiences and resources that exchanged tokens may be for; the first is the default.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub token_exchange_audiences: Vec<String>,
    /// Ours: the audiences by which it is meant itself: tokens of other clients for one of these it may exchange.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub token_exchange_subject_audiences: Vec<String>,
    /// Ours: the trusted issuers whose tokens it may exchange.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub token_exchange_subject_issuers: Vec<String>,
    /// Ours: whether it may act as another without being named as the actor. RFC 8693 §1.1.
    #[serde(skip_serializing_if = "is_default")]
    pub token_exchange_impersonation: bool,
    /// Ours: whether it may exchange tokens that are bound to a key which it does not prove. RFC 8693 §5.
    #[serde(skip_serializing_if = "is_default")]
    pub token_exchange_bound_subjects: bool,
}

/// About which tokens of others the client may ask. RFC 7662 §4. About its own it may in any case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Introspects {
    /// Ours: the audiences by which it is meant itself: tokens of other clients for one of these it may introspect, as for
    /// one of its [`TokenExchange::token_exchange_subject_audiences`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub introspection_audiences: Vec<String>,
    /// Ours: whether it may introspect every access token, such as a gateway in front of all APIs.
    #[serde(skip_serializing_if = "is_default")]
    pub introspects_any_token: bool,
}

/// Whose hands its tokens are good in alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Binding {
    /// Whether every token request needs a DPoP proof. RFC 9449 §5.2.
    #[serde(skip_serializing_if = "is_default")]
    pub dpop_bound_access_tokens: bool,
    /// Ours: whether its proofs need a nonce of the server, whatever the configuration says. RFC 9449 §8.
    #[serde(skip_serializing_if = "is_default")]
    pub require_dpop_nonce: bool,
    /// Whether its tokens are bound to its certificate. RFC 8705 §3.4.
    #[serde(skip_serializing_if = "is_default")]
    pub tls_client_certificate_bound_access_tokens: bool,
}

/// What its authorization requests must be, and what they may leave out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Requests {
    /// The one algorithm of its request objects (`none` too); any signature that we know, where there is none. OIDC
    /// Registration §2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<String>,
    /// Whether a request that is not a signed object is refused. RFC 9101 §10.5.
    #[serde(skip_serializing_if = "is_default")]
    pub require_signed_request_object: bool,
    /// Whether a request that was not pushed is refused. RFC 9126 §6.
    #[serde(skip_serializing_if = "is_default")]
    pub require_pushed_authorization_requests: bool,
    /// Where its request objects may lie. OIDC Registration §2.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_uris: Vec<String>,
    /// How old a sign-in may be, in seconds, where the request does not say. OIDC Registration §2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u32>,
    /// Whether its ID tokens need `auth_time`; ours always have it. OIDC Registration §2.
    #[serde(skip_serializing_if = "is_default")]
    pub require_auth_time: bool,
    /// What is asked of the sign-in, where the request does not say. OIDC Registration §2.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub default_acr_values: Vec<String>,
    /// The types of authorization details that it may ask for. RFC 9396 §10.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details_types: Vec<String>,
}

/// In which form the client is answered, where it is not the plain one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Responses {
    /// The algorithm of signed userinfo; plain JSON, where there is none. OIDC Registration §2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<SignatureAlgorithm>,
    /// The algorithm of signed authorization responses. JARM §3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_signed_response_alg: Option<SignatureAlgorithm>,
    /// The algorithm of signed introspection responses. RFC 9701 §6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_signed_response_alg: Option<SignatureAlgorithm>,
}

/// How the client takes part in signing out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Logout {
    /// Where a person may be sent afterwards. OIDC RP-Initiated Logout §3.1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<String>,
    /// Where it is told by us. OIDC Back-Channel Logout §2.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether that needs a `sid`; ours always has one, where there is a session. OIDC Back-Channel Logout §2.2.
    #[serde(skip_serializing_if = "is_default")]
    pub backchannel_logout_session_required: bool,
    /// Where it is told through the browser. OIDC Front-Channel Logout §2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    /// Whether that needs `iss` and `sid`. OIDC Front-Channel Logout §2.
    #[serde(skip_serializing_if = "is_default")]
    pub frontchannel_logout_session_required: bool,
}

/// Whether a setting is what it is where nobody sets it.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
