//! The members of a registration as flags, for `client add` and `client set`. Lists are separated by spaces, or the flag
//! stands several times.

use crate::jose::json::Object;
use clap::Args;
use serde::Serialize;
use serde_json::Value;

/// The members that are common. Each has the registered name, so a document of them is what they serialise to.
#[derive(Debug, Args, Serialize)]
#[group(id = "Metadata", multiple = true)]
pub(super) struct Flags {
    /// What people are shown
    #[arg(long)]
    client_name: Option<String>,
    /// Where authorization responses may go
    #[arg(long, value_name = "URI", num_args = 1..)]
    redirect_uris: Vec<String>,
    /// `authorization_code`, `refresh_token`, `client_credentials`, or the URN of another [default:
    /// `authorization_code`]
    #[arg(long, value_name = "GRANT", num_args = 1..)]
    grant_types: Vec<String>,
    /// `code`
    #[arg(long, value_name = "TYPE", num_args = 1..)]
    response_types: Vec<String>,
    /// `client_secret_basic`, `client_secret_post`, `client_secret_jwt`, `private_key_jwt`, `tls_client_auth`,
    /// `self_signed_tls_client_auth` or `none` [default: `client_secret_basic`]
    #[arg(long, value_name = "METHOD")]
    token_endpoint_auth_method: Option<String>,
    /// The one algorithm of its assertions [default: any]
    #[arg(long, value_name = "ALG")]
    token_endpoint_auth_signing_alg: Option<String>,
    /// Where it publishes its keys
    #[arg(long, value_name = "URI")]
    jwks_uri: Option<String>,
    /// The subject of its certificate, for `tls_client_auth`
    #[arg(long, value_name = "NAME")]
    tls_client_auth_subject_dn: Option<String>,
    /// A DNS name of its certificate, for `tls_client_auth`
    #[arg(long, value_name = "NAME")]
    tls_client_auth_san_dns: Option<String>,
    /// `web` or `native` [default: `web`]
    #[arg(long, value_name = "TYPE")]
    application_type: Option<String>,
    /// The scope that it may ask for at most
    #[arg(long, num_args = 1..)]
    scope: Vec<String>,
    /// The resources that it may ask tokens for; the first is the default audience
    #[arg(long, value_name = "URI", num_args = 1..)]
    resources: Vec<String>,
    /// Its own roles, for the client credentials grant
    #[arg(long, value_name = "ROLE", num_args = 1..)]
    roles: Vec<String>,
    /// `ES256`, `RS256` or `EdDSA`
    #[arg(long, value_name = "ALG")]
    access_token_signed_response_alg: Option<String>,
    /// `ES256`, `RS256` or `EdDSA` [default: `RS256`]
    #[arg(long, value_name = "ALG")]
    id_token_signed_response_alg: Option<String>,
    /// Sign userinfo, with `ES256`, `RS256` or `EdDSA`
    #[arg(long, value_name = "ALG")]
    userinfo_signed_response_alg: Option<String>,
    /// `public` or `pairwise` [default: `public`]
    #[arg(long, value_name = "TYPE")]
    subject_type: Option<String>,
    /// Where the redirect URIs of its sector are listed
    #[arg(long, value_name = "URI")]
    sector_identifier_uri: Option<String>,
    /// Whether PKCE is required [default: true]
    #[arg(long, value_name = "BOOL")]
    require_pkce: Option<bool>,
    /// Whether requests must be pushed [default: false]
    #[arg(long, value_name = "BOOL")]
    require_pushed_authorization_requests: Option<bool>,
    /// Whether requests must be signed [default: false]
    #[arg(long, value_name = "BOOL")]
    require_signed_request_object: Option<bool>,
    /// Whether its tokens need DPoP [default: false]
    #[arg(long, value_name = "BOOL")]
    dpop_bound_access_tokens: Option<bool>,
    /// Whether its tokens are bound to its certificate [default: false]
    #[arg(long, value_name = "BOOL")]
    tls_client_certificate_bound_access_tokens: Option<bool>,
    /// Whether refresh tokens rotate [default: true]
    #[arg(long, value_name = "BOOL")]
    rotate_refresh_tokens: Option<bool>,
    /// Whether people are not asked for consent [default: false]
    #[arg(long, value_name = "BOOL")]
    skip_consent: Option<bool>,
    /// The life of its access tokens in seconds [default: the server's]
    #[arg(long, value_name = "SECONDS")]
    access_token_ttl: Option<u32>,
    /// Hold it to `fapi2_security` or `fapi2_message_signing`
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,
    /// Where people may be sent after they signed out
    #[arg(long, value_name = "URI", num_args = 1..)]
    post_logout_redirect_uris: Vec<String>,
    /// Where the server tells it that somebody signed out
    #[arg(long, value_name = "URI")]
    backchannel_logout_uri: Option<String>,
    /// Where the browser tells it that somebody signed out
    #[arg(long, value_name = "URI")]
    frontchannel_logout_uri: Option<String>,
}

impl Flags {
    /// The document that says the same: the members that were given, and no others.
    pub(super) fn to_document(&self) -> Object {
        let Ok(Value::Object(mut document)) = serde_json::to_value(self) else { return Object::new() };
        document.retain(|_, value| !value.is_null());
        for (name, value) in &mut document {
            let Value::Array(items) = value else { continue };
            let words: Vec<&str> =
                items.iter().filter_map(Value::as_str).flat_map(str::split_whitespace).collect();
            *value = if name == "scope" { words.join(" ").into() } else { words.into() };
        }
        document.retain(|_, value| value.as_array().is_none_or(|items| !items.is_empty()));
        // A scope that was not given is not an empty one.
        document.retain(|name, value| name != "scope" || value != "" || !self.scope.is_empty());
        document
    }
}
