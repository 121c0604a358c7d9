//! What a profile demands of a client, all in one place. FAPI 2.0 Security Profile, FAPI 2.0 Message Signing.
//!
//! A client is held to the profile of its registration, or to the server's, whichever demands more. Where a profile leaves
//! no choice the setting is what it says ([`hold`]), so that every rule below looks at the client's settings alone. What no
//! setting can mend, such as a secret for a credential, is refused: at registration with a text that says what to change
//! ([`check`]), and wherever the client turns up all the same ([`admit`]).
//!
//! What both profiles demand of everybody is done for everybody: `iss` in each answer, redirects by 303, codes that work
//! once, no password grant, no token through a browser.
//!
//! Not done: FAPI 2.0 Security Profile §5.2.1: DNSSEC and preloading are for the owner of the name.
//! Not done: FAPI 2.0 Message Signing §5.6: HTTP message signatures: they are for the APIs of an ecosystem.

use crate::oauth::{ErrorCode, OAuthError};
use crate::records::{
    Client, JwsAlgorithm, Profile, ResponseMode, SignatureAlgorithm, TokenEndpointAuthMethod as Method,
};
use time::Duration;
use url::Url;

/// FAPI 2.0 Security Profile §5.3.2.1: a code lives for a minute at most.
const LONGEST_CODE: Duration = Duration::seconds(60);

/// FAPI 2.0 Security Profile §5.3.2.2: a pushed request lives for less than ten minutes.
const LONGEST_PUSHED: Duration = Duration::seconds(599);

/// FAPI 2.0 Security Profile §5.3.2.1: clocks that are ten seconds ahead are borne. The configuration allows less than a
/// minute, which is the most.
const LEAST_SKEW: Duration = Duration::seconds(10);

/// How clients may prove who they are. FAPI 2.0 Security Profile §5.3.2.1.
pub const METHODS: [Method; 3] =
    [Method::PrivateKeyJwt, Method::TlsClientAuth, Method::SelfSignedTlsClientAuth];

/// The profile that demands more.
pub fn stricter(one: Option<Profile>, other: Option<Profile>) -> Option<Profile> {
    match (one, other) {
        (Some(Profile::Fapi2MessageSigning), _) | (_, Some(Profile::Fapi2MessageSigning)) => {
            Some(Profile::Fapi2MessageSigning)
        }
        (Some(Profile::Fapi2Security), _) | (_, Some(Profile::Fapi2Security)) => Some(Profile::Fapi2Security),
        (None, None) => None,
    }
}

/// The client as its profile, or the server's, wants it. A client without either stays as it is.
#[must_use]
pub fn hold(mut client: Client, server: Option<Profile>) -> Client {
    let Some(profile) = stricter(client.profile, server) else { return client };
    client.profile = Some(profile);
    // FAPI 2.0 Security Profile §5.3.2.2: pushed requests alone, with PKCE.
    client.require_pkce = true;
    client.requests.require_pushed_authorization_requests = true;
    // FAPI 2.0 Security Profile §5.3.2.1: refresh tokens stay the same, since a lost answer would end the grant.
    client.rotate_refresh_tokens = false;
    // FAPI 2.0 Security Profile §5.3.2.1: our issuer, as a string.
    client.authentication.assertion_audience_issuer_only = true;
    // FAPI 2.0 Security Profile §5.3.2.1: sender-constrained tokens, by DPoP or by certificate.
    let binding = &mut client.binding;
    if !binding.dpop_bound_access_tokens && !binding.tls_client_certificate_bound_access_tokens {
        match client.token_endpoint_auth_method {
            Method::TlsClientAuth | Method::SelfSignedTlsClientAuth => {
                binding.tls_client_certificate_bound_access_tokens = true;
            }
            Method::None
            | Method::ClientSecretBasic
            | Method::ClientSecretPost
            | Method::ClientSecretJwt
            | Method::PrivateKeyJwt => binding.dpop_bound_access_tokens = true,
        }
    }
    if profile == Profile::Fapi2MessageSigning {
        // FAPI 2.0 Message Signing §5.3.1.
        client.requests.require_signed_request_object = true;
    }
    client
}

/// The client, held to its profile, if it can be.
///
/// # Errors
/// The first of the profile's demands that it does not meet; `code` is for the endpoint to choose.
pub fn admit(client: Client, server: Option<Profile>, code: ErrorCode) -> Result<Client, OAuthError> {
    let client = hold(client, server);
    match check(&client) {
        Ok(()) => Ok(client),
        Err(OAuthError { cause, .. }) => {
            Err(OAuthError::new(code, "The client is not registered as its security profile demands.", cause))
        }
    }
}

/// Refuses a client whose settings contradict its profile.
///
/// # Errors
/// `invalid_client_metadata` or `invalid_redirect_uri`; the description begins with the member's name.
pub fn check(client: &Client) -> Result<(), OAuthError> {
    if client.profile.is_none() {
        return Ok(());
    }
    // FAPI 2.0 Security Profile §5.3.2.1: confidential clients alone, by a key.
    if !METHODS.contains(&client.token_endpoint_auth_method) {
        return Err(refuse(
            "token_endpoint_auth_method: the profile demands private_key_jwt, tls_client_auth or \
             self_signed_tls_client_auth.",
            "profile.client_auth",
        ));
    }
    // What another issuer signs for a workload is not the client's own assertion.
    if !client.authentication.workload_identities.is_empty() {
        return Err(refuse(
            "workload_identities: the profile demands a key of the client's own.",
            "profile.workload_identities",
        ));
    }
    // FAPI 2.0 Security Profile §5.3.2.2: no answer travels in the clear.
    if !client.redirect_uris.iter().all(|uri| is_protected(uri, client.native)) {
        return Err(OAuthError::new(
            ErrorCode::InvalidRedirectUri,
            "redirect_uris: the profile demands https; http on loopback is for native applications.",
            "profile.redirect_uri",
        ));
    }
    check_algorithms(client)
}

/// FAPI 2.0 Security Profile §5.4.1: PS256, ES256 and Ed25519 alone, of ours and of the client's; never `none`.
fn check_algorithms(client: &Client) -> Result<(), OAuthError> {
    let responses = &client.responses;
    let ours = [
        (
            Some(client.access_token_signed_response_alg),
            "access_token_signed_response_alg: the profile demands ES256 or EdDSA.",
        ),
        (
            Some(client.id_token_signed_response_alg),
            "id_token_signed_response_alg: the profile demands ES256 or EdDSA.",
        ),
        (
            responses.userinfo_signed_response_alg,
            "userinfo_signed_response_alg: the profile demands ES256 or EdDSA.",
        ),
        (
            responses.authorization_signed_response_alg,
            "authorization_signed_response_alg: the profile demands ES256 or EdDSA.",
        ),
        (
            responses.introspection_signed_response_alg,
            "introspection_signed_response_alg: the profile demands ES256 or EdDSA.",
        ),
    ];
    // Of the three we do not sign with PS256.
    for (algorithm, description) in ours {
        if !algorithm.is_none_or(|algorithm| signs(algorithm, client.profile)) {
            return Err(refuse(description, "profile.algorithm"));
        }
    }
    let assertions = client.authentication.token_endpoint_auth_signing_alg;
    let objects = client.requests.request_object_signing_alg.as_deref();
    let is_allowed = |algorithm: JwsAlgorithm| JwsAlgorithm::FAPI.contains(&algorithm);
    if !assertions.is_none_or(is_allowed)
        || !objects.is_none_or(|name| JwsAlgorithm::parse(name).is_some_and(is_allowed))
    {
        return Err(refuse(
            "token_endpoint_auth_signing_alg, request_object_signing_alg: the profile demands PS256, ES256 or EdDSA.",
            "profile.algorithm",
        ));
    }
    Ok(())
}

/// How a client proves who it is that does not say.
pub const fn default_method(profile: Option<Profile>) -> Method {
    match profile {
        Some(Profile::Fapi2Security | Profile::Fapi2MessageSigning) => Method::PrivateKeyJwt,
        None => Method::ClientSecretBasic,
    }
}

/// Refuses a registration that asks for what its profile rules out, where that would go unnoticed otherwise.
///
/// # Errors
/// `invalid_client_metadata`.
pub fn check_choices(
    profile: Option<Profile>,
    require_pkce: Option<bool>,
    rotate_refresh_tokens: Option<bool>,
) -> Result<(), OAuthError> {
    if profile.is_some() && require_pkce == Some(false) {
        return Err(refuse("require_pkce: the profile demands PKCE.", "profile.pkce"));
    }
    if profile.is_some() && rotate_refresh_tokens == Some(true) {
        return Err(refuse(
            "rotate_refresh_tokens: the profile demands refresh tokens that stay the same.",
            "profile.rotation",
        ));
    }
    Ok(())
}

/// Whether we may sign with this algorithm for a client of this profile.
pub fn signs(algorithm: SignatureAlgorithm, profile: Option<Profile>) -> bool {
    match algorithm {
        SignatureAlgorithm::Es256 | SignatureAlgorithm::EdDsa => true,
        SignatureAlgorithm::Rs256 => profile.is_none(),
    }
}

/// The algorithms of what clients of this profile sign, with keys of their own.
pub fn algorithms(profile: Option<Profile>) -> &'static [JwsAlgorithm] {
    match profile {
        Some(Profile::Fapi2Security | Profile::Fapi2MessageSigning) => &JwsAlgorithm::FAPI,
        None => &JwsAlgorithm::ALL_ASYMMETRIC,
    }
}

/// Whether an answer may travel in this mode: with the profiles in the query alone, and signed where the client of
/// FAPI 2.0 Message Signing §5.4.1 registered for it.
pub fn answers(mode: ResponseMode, client: &Client) -> bool {
    let wants_signature = client.responses.authorization_signed_response_alg.is_some()
        && client.profile == Some(Profile::Fapi2MessageSigning);
    match mode {
        ResponseMode::Query => !wants_signature,
        ResponseMode::QueryJwt | ResponseMode::FormPost | ResponseMode::FormPostJwt => {
            has_mode(mode.as_str(), client.profile)
        }
    }
}

/// Whether the profile leaves this mode to anybody. `jwt` is the signed form of the default: JARM §2.3.4.
pub fn has_mode(name: &str, profile: Option<Profile>) -> bool {
    profile.is_none() || matches!(name, "query" | "query.jwt" | "jwt")
}

/// How long a code of this client can be redeemed.
pub fn code_ttl(usual: Duration, client: &Client, server: Option<Profile>) -> Duration {
    match stricter(client.profile, server) {
        Some(_) => usual.min(LONGEST_CODE),
        None => usual,
    }
}

/// How long a pushed request of this client can be taken up.
pub fn pushed_ttl(usual: Duration, client: &Client) -> Duration {
    if client.profile.is_some() { usual.min(LONGEST_PUSHED) } else { usual }
}

/// How far a clock may be ahead of ours, for what a client of this profile signs.
pub fn skew(usual: Duration, profile: Option<Profile>) -> Duration {
    if profile.is_some() { usual.max(LEAST_SKEW) } else { usual }
}

fn is_protected(uri: &str, native: bool) -> bool {
    let scheme = Url::parse(uri).map(|url| url.scheme().to_owned()).unwrap_or_default();
    // That http is for loopback alone was checked with the URI itself. RFC 8252 §7.1: a scheme of one's own stays on the
    // device.
    scheme == "https" || (native && !scheme.is_empty())
}

const fn refuse(description: &'static str, cause: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClientMetadata, description, cause)
}
