//! What the server says about itself. OIDC Discovery §3, RFC 8414 §2.
//!
//! Every list comes from the types that the server decides with, so it is complete and true by construction.

use super::authorize::{RESPONSE_MODES, acr};
use super::claims::CLAIMS;
use super::clients::dynamic::{Mode, RegistrationPolicy};
use super::clients::profile;
use super::{TokenPolicy, pkce, request_object, scope};
use crate::records::{GrantType, JwsAlgorithm, Profile, SignatureAlgorithm, TokenEndpointAuthMethod};
use crate::texts;
use serde::Serialize;
use std::collections::BTreeMap;

/// The paths of the endpoints, below the issuer. They are the web layer's to choose.
#[derive(Debug, Clone, Copy)]
pub struct Paths {
    /// RFC 6749 §3.1.
    pub authorize: &'static str,
    /// RFC 9126 §2.
    pub par: &'static str,
    /// RFC 6749 §3.2.
    pub token: &'static str,
    /// OIDC Core §5.3.
    pub userinfo: &'static str,
    /// RFC 7009 §2.
    pub revoke: &'static str,
    /// RFC 7662 §2.
    pub introspect: &'static str,
    /// RFC 8628 §3.1.
    pub device_authorization: &'static str,
    /// RFC 7517 §5.
    pub jwks: &'static str,
    /// OIDC RP-Initiated Logout §2.1.
    pub end_session: &'static str,
    /// OIDC Session Management §3.3.
    pub check_session: &'static str,
    /// RFC 7591 §3.
    pub register: &'static str,
}

/// The ways of client authentication that this server has.
const METHODS: [TokenEndpointAuthMethod; 5] = [
    TokenEndpointAuthMethod::ClientSecretBasic,
    TokenEndpointAuthMethod::ClientSecretPost,
    TokenEndpointAuthMethod::ClientSecretJwt,
    TokenEndpointAuthMethod::PrivateKeyJwt,
    TokenEndpointAuthMethod::None,
];

/// Those that need a certificate of the client. RFC 8705 §2.
const BY_CERTIFICATE: [TokenEndpointAuthMethod; 2] =
    [TokenEndpointAuthMethod::TlsClientAuth, TokenEndpointAuthMethod::SelfSignedTlsClientAuth];

/// The grants that this server has: all, but for that which needs an issuer to be trusted.
fn grant_types(policy: &TokenPolicy) -> Vec<&'static str> {
    let trusts_others = !policy.trusted_issuers.is_empty();
    let here = |grant: &GrantType| *grant != GrantType::JwtBearer || trusts_others;
    GrantType::ALL.into_iter().filter(here).map(GrantType::as_str).collect()
}

/// The metadata document; the same at both well-known places.
#[derive(Debug, Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "the registered metadata names")]
pub struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    pushed_authorization_request_endpoint: String,
    require_pushed_authorization_requests: bool,
    require_signed_request_object: bool,
    token_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    end_session_endpoint: String,
    check_session_iframe: String,
    device_authorization_endpoint: String,
    scopes_supported: Vec<&'static str>,
    response_types_supported: [&'static str; 1],
    response_modes_supported: Vec<&'static str>,
    grant_types_supported: Vec<&'static str>,
    subject_types_supported: [&'static str; 2],
    acr_values_supported: Vec<String>,
    display_values_supported: [&'static str; 4],
    id_token_signing_alg_values_supported: Vec<&'static str>,
    userinfo_signing_alg_values_supported: Vec<&'static str>,
    authorization_signing_alg_values_supported: Vec<&'static str>,
    token_endpoint_auth_methods_supported: Vec<&'static str>,
    revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    revocation_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    introspection_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    introspection_signing_alg_values_supported: Vec<&'static str>,
    code_challenge_methods_supported: [&'static str; 1],
    // RFC 8414 §3.2: an empty list is left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_details_types_supported: Vec<String>,
    claim_types_supported: [&'static str; 1],
    claims_supported: Vec<&'static str>,
    prompt_values_supported: [&'static str; 4],
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    require_request_uri_registration: bool,
    request_object_signing_alg_values_supported: Vec<&'static str>,
    authorization_response_iss_parameter_supported: bool,
    dpop_signing_alg_values_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    tls_client_certificate_bound_access_tokens: bool,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    mtls_endpoint_aliases: BTreeMap<&'static str, String>,
    refresh_token_expiration_types_supported: [&'static str; 2],
    backchannel_logout_supported: bool,
    backchannel_logout_session_supported: bool,
    frontchannel_logout_supported: bool,
    frontchannel_logout_session_supported: bool,
    ui_locales_supported: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_endpoint: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    client_id_metadata_document_supported: bool,
}

impl Metadata {
    /// The metadata of this issuer.
    #[allow(clippy::too_many_lines, reason = "a table: one line a member")]
    pub fn of(policy: &TokenPolicy, paths: Paths, algorithms: &[SignatureAlgorithm]) -> Self {
        let at = |path: &str| format!("{}{path}", policy.issuer);
        let methods = methods(policy);
        let secret_methods: Vec<_> = methods.iter().copied().filter(|method| *method != "none").collect();
        let assertion_algorithms = assertion_algorithms();
        let own_algorithms: Vec<_> = algorithms.iter().map(|algorithm| algorithm.as_str()).collect();
        Self {
            issuer: policy.issuer.as_ref().to_owned(),
            authorization_endpoint: at(paths.authorize),
            // RFC 9126 §5.
            pushed_authorization_request_endpoint: at(paths.par),
            require_pushed_authorization_requests: policy.requests.require_pushed,
            require_signed_request_object: policy.requests.require_signed,
            token_endpoint: at(paths.token),
            userinfo_endpoint: at(paths.userinfo),
            jwks_uri: at(paths.jwks),
            revocation_endpoint: at(paths.revoke),
            introspection_endpoint: at(paths.introspect),
            end_session_endpoint: at(paths.end_session),
            check_session_iframe: at(paths.check_session),
            device_authorization_endpoint: at(paths.device_authorization),
            scopes_supported: scope::OPENID_SCOPES.into(),
            response_types_supported: ["code"],
            response_modes_supported: RESPONSE_MODES.into(),
            grant_types_supported: grant_types(policy),
            subject_types_supported: ["public", "pairwise"],
            // RFC 9470 §7.
            acr_values_supported: acr::supported(policy).map(str::to_owned).into(),
            // Our pages are the same in each: they fit small windows and touch, and work without scripts.
            // OIDC Core §3.1.2.1, §15.1: `display`.
            display_values_supported: ["page", "popup", "touch", "wap"],
            id_token_signing_alg_values_supported: own_algorithms.clone(),
            userinfo_signing_alg_values_supported: own_algorithms.clone(),
            // JARM §4.
            authorization_signing_alg_values_supported: own_algorithms.clone(),
            // RFC 9701 §7.
            introspection_signing_alg_values_supported: own_algorithms,
            revocation_endpoint_auth_methods_supported: methods.clone(),
            introspection_endpoint_auth_methods_supported: secret_methods,
            token_endpoint_auth_methods_supported: methods,
            token_endpoint_auth_signing_alg_values_supported: assertion_algorithms.clone(),
            revocation_endpoint_auth_signing_alg_values_supported: assertion_algorithms.clone(),
            introspection_endpoint_auth_signing_alg_values_supported: assertion_algorithms,
            // RFC 8414 §2; RFC 9700 §2.1.1: clients learn that PKCE is here.
            // MCP Authorization "Authorization Code Protection": in both documents.
            code_challenge_methods_supported: [pkce::METHOD],
            // RFC 9396 §10.
            authorization_details_types_supported: policy
                .requests
                .details
                .names()
                .map(str::to_owned)
                .collect(),
            // OIDC Core §5.6.
            // Not done: OIDC Core §5.6.2: aggregated and distributed claims: we hold no claims of others.
            claim_types_supported: ["normal"],
            claims_supported: claims(),
            prompt_values_supported: ["none", "login", "consent", "select_account"],
            claims_parameter_supported: true,
            request_parameter_supported: true,
            request_uri_parameter_supported: true,
            // OIDC Discovery §3: else anybody could make us fetch.
            require_request_uri_registration: true,
            request_object_signing_alg_values_supported: request_object::algorithms(),
            // RFC 9207 §2.3, §3.
            authorization_response_iss_parameter_supported: true,
            // RFC 9449 §5.1.
            dpop_signing_alg_values_supported: names(profile::algorithms(policy.profile)),
            // RFC 8705 §3.3.
            tls_client_certificate_bound_access_tokens: policy.mtls.is_some(),
            mtls_endpoint_aliases: aliases(policy, paths),
            // Refresh Token Expiration §8.
            refresh_token_expiration_types_supported: ["authorization", "token_timeout"],
            // OIDC Back-Channel Logout §2.3, OIDC Front-Channel Logout §3: with `sid` too.
            backchannel_logout_supported: true,
            backchannel_logout_session_supported: true,
            frontchannel_logout_supported: true,
            frontchannel_logout_session_supported: true,
            // OIDC Core §15.1: preferred languages.
            ui_locales_supported: texts::languages(),
            registration_endpoint: None,
            client_id_metadata_document_supported: false,
        }
        .held_to(policy.profile)
    }

    /// The same, with the ways by which clients may come by themselves. RFC 7591 §3, CIMD §6.
    #[must_use]
    pub fn with_registration(self, registration: &RegistrationPolicy, paths: Paths) -> Self {
        let endpoint = (registration.mode != Mode::Off).then(|| format!("{}{}", self.issuer, paths.register));
        Self {
            registration_endpoint: endpoint,
            client_id_metadata_document_supported: registration.documents,
            ..self
        }
    }

    /// The same without what the server's profile rules out.
    fn held_to(mut self, held_to: Option<Profile>) -> Self {
        if held_to.is_none() {
            return self;
        }
        for methods in [
            &mut self.token_endpoint_auth_methods_supported,
            &mut self.revocation_endpoint_auth_methods_supported,
            &mut self.introspection_endpoint_auth_methods_supported,
        ] {
            methods.retain(|name| profile::METHODS.iter().any(|method| method.as_str() == *name));
        }
        for algorithms in [
            &mut self.token_endpoint_auth_signing_alg_values_supported,
            &mut self.revocation_endpoint_auth_signing_alg_values_supported,
            &mut self.introspection_endpoint_auth_signing_alg_values_supported,
            &mut self.request_object_signing_alg_values_supported,
            &mut self.id_token_signing_alg_values_supported,
            &mut self.userinfo_signing_alg_values_supported,
            &mut self.authorization_signing_alg_values_supported,
            &mut self.introspection_signing_alg_values_supported,
        ] {
            algorithms.retain(|name| names(profile::algorithms(held_to)).contains(name));
        }
        self.response_modes_supported.retain(|name| profile::has_mode(name, held_to));
        self
    }
}

/// RFC 8414 §2: `none` is not among them.
fn assertion_algorithms() -> Vec<&'static str> {
    let all = JwsAlgorithm::ALL_ASYMMETRIC.into_iter().chain(JwsAlgorithm::ALL_SYMMETRIC);
    all.map(JwsAlgorithm::as_str).collect()
}

fn names(algorithms: &[JwsAlgorithm]) -> Vec<&'static str> {
    algorithms.iter().map(|algorithm| algorithm.as_str()).collect()
}

/// The claims of ID tokens and of userinfo.
fn claims() -> Vec<&'static str> {
    let mut claims =
        vec!["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"];
    claims.extend(CLAIMS.map(|(name, _)| name));
    claims
}

/// How clients may prove who they are; by a certificate only where they can show one.
fn methods(policy: &TokenPolicy) -> Vec<&'static str> {
    let by_certificate: &[_] = if policy.mtls.is_some() { &BY_CERTIFICATE } else { &[] };
    METHODS.iter().chain(by_certificate).map(|method| method.as_str()).collect()
}

/// Where clients find the endpoints at which they show certificates. RFC 8705 §5.
fn aliases(policy: &TokenPolicy, paths: Paths) -> BTreeMap<&'static str, String> {
    let Some(alias) = policy.mtls.as_ref().and_then(|mtls| mtls.alias.as_ref()) else {
        return BTreeMap::new();
    };
    let endpoints = [
        ("token_endpoint", paths.token),
        ("userinfo_endpoint", paths.userinfo),
        ("revocation_endpoint", paths.revoke),
        ("introspection_endpoint", paths.introspect),
        ("device_authorization_endpoint", paths.device_authorization),
        ("pushed_authorization_request_endpoint", paths.par),
    ];
    endpoints.map(|(name, path)| (name, format!("{alias}{path}"))).into()
}
