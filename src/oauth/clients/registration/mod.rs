//! Client metadata and its rules. RFC 7591 §2, OIDC Registration §2. Pure: the operator's `client add` uses it, and
//! dynamic registration will.

mod metadata;

pub use metadata::{ApplicationType, Metadata};

use crate::oauth::{ErrorCode, OAuthError};
use crate::records::{Client, GrantType, Scope, SignatureAlgorithm, TokenEndpointAuthMethod};
use time::OffsetDateTime;
use url::{Host, Url};

/// More redirect URIs, or resources, are refused.
const MAX_URIS: usize = 32;
/// A longer URI, or name, is refused. In bytes.
const MAX_BYTES: usize = 1024;

/// What this server has to offer to a client.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The algorithms that it signs with; the first is the default of access tokens.
    pub algorithms: Vec<SignatureAlgorithm>,
    /// The longest life of an access token in seconds.
    pub access_token_ttl_limit: u32,
}

/// The client that a registration describes, with the defaults filled in. It has no secret yet.
///
/// # Errors
/// `invalid_redirect_uri` or `invalid_client_metadata` (RFC 7591 §3.2.2); the description begins with the member's
/// name.
pub fn client(
    metadata: Metadata,
    client_id: &str,
    offer: &Offer,
    now: OffsetDateTime,
) -> Result<Client, OAuthError> {
    check_client_id(client_id)?;
    let native = metadata.application_type == Some(ApplicationType::Native);
    let grant_types = metadata.grant_types.unwrap_or_else(|| vec![GrantType::AuthorizationCode]);
    let method = metadata.token_endpoint_auth_method.unwrap_or(TokenEndpointAuthMethod::ClientSecretBasic);
    let signs_in =
        [GrantType::AuthorizationCode, GrantType::DeviceCode].iter().any(|grant| grant_types.contains(grant));
    let client = Client {
        client_id: client_id.to_owned(),
        client_name: metadata.client_name,
        native,
        redirect_uris: metadata.redirect_uris,
        token_endpoint_auth_method: method,
        secrets: Vec::new(),
        scope: metadata.scope.unwrap_or_else(|| default_scope(signs_in)),
        resources: metadata.resources,
        roles: metadata.roles,
        access_token_signed_response_alg: choose(metadata.access_token_signed_response_alg, None, offer)?,
        id_token_signed_response_alg: choose(
            metadata.id_token_signed_response_alg,
            Some(SignatureAlgorithm::Rs256),
            offer,
        )?,
        require_pkce: metadata.require_pkce.unwrap_or(true),
        rotate_refresh_tokens: metadata.rotate_refresh_tokens.unwrap_or(true),
        skip_consent: metadata.skip_consent.unwrap_or(false),
        access_token_ttl: metadata.access_token_ttl,
        profile: metadata.profile,
        about: metadata.about,
        keys: metadata.keys,
        subjects: metadata.subjects,
        authentication: metadata.authentication,
        binding: metadata.binding,
        requests: metadata.requests,
        responses: metadata.responses,
        logout: metadata.logout,
        token_exchange: metadata.token_exchange,
        disabled: false,
        created_at: now,
        updated_at: now,
        grant_types,
    };
    check_grants(&client, metadata.response_types.as_deref())?;
    check_uris(&client)?;
    check_policy(&client, offer)?;
    Ok(client)
}

fn default_scope(signs_in: bool) -> Scope {
    let text = if signs_in { "openid profile email" } else { "" };
    Scope::parse(text).unwrap_or_default()
}

/// The algorithm that was asked for, or the preferred one where it is offered, or the server's first.
fn choose(
    asked: Option<SignatureAlgorithm>,
    preferred: Option<SignatureAlgorithm>,
    offer: &Offer,
) -> Result<SignatureAlgorithm, OAuthError> {
    let offered = |algorithm: &SignatureAlgorithm| offer.algorithms.contains(algorithm);
    match asked {
        Some(algorithm) if offered(&algorithm) => Ok(algorithm),
        Some(_) => Err(refuse(
            "signed_response_alg: this server has no keys for this algorithm.",
            "registration.algorithm",
        )),
        None => preferred
            .filter(offered)
            .or(offer.algorithms.first().copied())
            .ok_or(refuse("signed_response_alg: this server has no keys.", "registration.algorithm")),
    }
}

/// A client identifier goes through URLs, HTTP Basic and storage keys unescaped: unreserved characters of RFC 3986
/// §2.3 alone, 1 to 128 of them.
fn check_client_id(client_id: &str) -> Result<(), OAuthError> {
    let plain = client_id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    if plain && (1..=128).contains(&client_id.len()) {
        return Ok(());
    }
    Err(refuse("client_id: use 1 to 128 letters, digits, '-', '.', '_' and '~'.", "registration.client_id"))
}

fn check_grants(client: &Client, response_types: Option<&[String]>) -> Result<(), OAuthError> {
    let uses = |grant| client.may_use(grant);
    let distinct = GrantType::ALL.iter().filter(|grant| uses(**grant)).count();
    if distinct == 0 || distinct != client.grant_types.len() {
        return Err(refuse(
            "grant_types: name each grant once, and at least one.",
            "registration.grant_types",
        ));
    }
    let signs_in = uses(GrantType::AuthorizationCode) || uses(GrantType::DeviceCode);
    if uses(GrantType::RefreshToken) && !signs_in {
        return Err(refuse(
            "grant_types: refresh_token needs authorization_code or device_code.",
            "registration.grant_types",
        ));
    }
    // RFC 6749 §4.4: the client credentials grant is for confidential clients alone.
    if uses(GrantType::ClientCredentials) && client.is_public() {
        return Err(refuse(
            "grant_types: client_credentials needs a client that authenticates.",
            "registration.public_client_credentials",
        ));
    }
    // RFC 8693 §5: whoever may exchange what others hold proves who it is.
    if uses(GrantType::TokenExchange) && client.is_public() {
        return Err(refuse(
            "grant_types: token-exchange needs a client that authenticates.",
            "registration.public_token_exchange",
        ));
    }
    // RFC 7591 §2.1: the response types follow from the grants; of those we have, code alone.
    let expected: &[&str] = if uses(GrantType::AuthorizationCode) { &["code"] } else { &[] };
    if response_types.is_some_and(|types| types != expected) {
        return Err(refuse(
            "response_types: this server answers with code alone, for the authorization_code grant.",
            "registration.response_types",
        ));
    }
    Ok(())
}

fn check_uris(client: &Client) -> Result<(), OAuthError> {
    let uris = &client.redirect_uris;
    let unique = uris.iter().enumerate().all(|(at, uri)| !uris.iter().take(at).any(|before| before == uri));
    if uris.len() > MAX_URIS || !unique {
        return Err(refuse_uri("redirect_uris: at most 32, each once.", "registration.redirect_uris.count"));
    }
    if uris.is_empty() == client.may_use(GrantType::AuthorizationCode) {
        return Err(refuse_uri(
            "redirect_uris: needed for the authorization_code grant, and for no other.",
            "registration.redirect_uris.count",
        ));
    }
    uris.iter().try_for_each(|uri| check_redirect_uri(uri))?;
    let resource = |uri: &String| {
        Url::parse(uri).is_ok()
            && !uri.contains('#')
            && uri.len() <= MAX_BYTES
            && uri.bytes().all(|b| b.is_ascii_graphic())
    };
    if client.resources.len() > MAX_URIS || !client.resources.iter().all(resource) {
        return Err(refuse(
            "resources: absolute URIs without a fragment, at most 32.",
            "registration.resources",
        ));
    }
    Ok(())
}

/// Checks one redirect URI. It is compared as a string later, so whatever two readers could read in two ways is
/// refused here: RFC 9700 §4.1.3, §2.1; RFC 8252 §7.
///
/// # Errors
/// `invalid_redirect_uri`, with the rule that is broken.
pub fn check_redirect_uri(uri: &str) -> Result<(), OAuthError> {
    let plain = uri.bytes().all(|b| b.is_ascii_graphic() && !b"*\\\"<>^`{|}".contains(&b));
    let url = Url::parse(uri).ok().filter(|_| plain && uri.len() <= MAX_BYTES).ok_or(refuse_uri(
        "redirect_uris: each must be an absolute URI of at most 1024 printable characters, without wildcards.",
        "registration.redirect_uri.malformed",
    ))?;
    // RFC 6749 §3.1.2: no fragment, not even an empty one.
    if uri.contains('#') {
        return Err(refuse_uri(
            "redirect_uris: a redirect URI has no fragment.",
            "registration.redirect_uri.fragment",
        ));
    }
    if !url.username().is_empty() || url.password().is_some() || uri.contains('@') && url.path().is_empty() {
        return Err(refuse_uri(
            "redirect_uris: a redirect URI names no user.",
            "registration.redirect_uri.user",
        ));
    }
    match url.scheme() {
        "https" if url.host().is_some() => Ok(()),
        "http" if is_loopback(&url) => Ok(()),
        "http" | "https" => Err(refuse_uri(
            "redirect_uris: https, or http on 127.0.0.1, [::1] or localhost alone.",
            "registration.redirect_uri.http",
        )),
        // RFC 8252 §7.1: a scheme of one's own is a reversed domain name, so it has a dot.
        scheme if scheme.contains('.') => Ok(()),
        _ => Err(refuse_uri(
            "redirect_uris: a scheme of your own must be a reversed domain name, such as com.example.app.",
            "registration.redirect_uri.scheme",
        )),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn check_policy(client: &Client, offer: &Offer) -> Result<(), OAuthError> {
    // RFC 9700 §2.1.1, §4.14.2: a public client has nothing else that protects its codes and refresh tokens.
    if client.is_public() && !(client.require_pkce && client.rotate_refresh_tokens) {
        return Err(refuse(
            "require_pkce, rotate_refresh_tokens: a public client needs both.",
            "registration.public_policy",
        ));
    }
    if client.access_token_ttl.is_some_and(|ttl| ttl == 0 || ttl > offer.access_token_ttl_limit) {
        return Err(refuse(
            "access_token_ttl: longer than tokens.access_ttl_limit of the server's configuration, or 0.",
            "registration.access_token_ttl",
        ));
    }
    let named =
        |name: &String| !name.trim().is_empty() && name.len() <= 256 && !name.chars().any(char::is_control);
    if !client.client_name.iter().all(named) {
        return Err(refuse(
            "client_name: 1 to 256 bytes without control characters.",
            "registration.client_name",
        ));
    }
    let role = |role: &String| (1..=64).contains(&role.len()) && role.bytes().all(|b| b.is_ascii_graphic());
    if client.roles.len() > MAX_URIS || !client.roles.iter().all(role) {
        return Err(refuse(
            "roles: at most 32 of 1 to 64 printable ASCII characters without spaces.",
            "registration.roles",
        ));
    }
    if client.scope.to_string().len() > MAX_BYTES {
        return Err(refuse("scope: at most 1024 bytes.", "registration.scope"));
    }
    Ok(())
}

const fn refuse(description: &'static str, cause: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClientMetadata, description, cause)
}

const fn refuse_uri(description: &'static str, cause: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRedirectUri, description, cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(json: serde_json::Value) -> Result<Client, &'static str> {
        let offer = Offer { algorithms: SignatureAlgorithm::ALL.to_vec(), access_token_ttl_limit: 3600 };
        let metadata: Metadata = serde_json::from_value(json).unwrap();
        client(metadata, "web", &offer, OffsetDateTime::UNIX_EPOCH).map_err(|error| error.cause)
    }

    #[test]
    fn a_registration_gets_the_defaults_of_the_rfc() {
        let client = made(serde_json::json!({"redirect_uris": ["https://app.example/cb"]})).unwrap();
        assert_eq!(client.grant_types, [GrantType::AuthorizationCode]);
        assert_eq!(client.token_endpoint_auth_method, TokenEndpointAuthMethod::ClientSecretBasic);
        assert_eq!(client.id_token_signed_response_alg, SignatureAlgorithm::Rs256);
        assert_eq!(client.scope.to_string(), "openid profile email");
        assert!(client.require_pkce && client.rotate_refresh_tokens && !client.skip_consent);
    }

    #[test]
    fn redirect_uris_that_can_be_read_in_two_ways_are_refused() {
        for good in [
            "https://app.example/cb",
            "https://app.example/cb?tenant=1",
            "http://127.0.0.1/cb",
            "http://[::1]:9/cb",
            "http://localhost:8081/callback",
            "com.example.app:/cb",
            "com.example.app://callback",
        ] {
            assert_eq!(check_redirect_uri(good), Ok(()), "{good}");
        }
        for (bad, cause) in [
            ("/cb", "malformed"),
            ("", "malformed"),
            ("https://*.example/cb", "malformed"),
            ("https://app.example/c b", "malformed"),
            ("http://evil.example\\@host/cb", "malformed"),
            ("https://app.example/cb\r\nX: y", "malformed"),
            ("https://app.example/é", "malformed"),
            ("https://app.example/cb#", "fragment"),
            ("https://app.example/cb#x", "fragment"),
            ("https://ada@app.example/cb", "user"),
            ("https://ada:pw@app.example/cb", "user"),
            ("http://app.example/cb", "http"),
            ("http://127.0.0.1.evil.example/cb", "http"),
            ("http://localhost.evil.example/cb", "http"),
            ("javascript:alert(1)", "scheme"),
            ("data:text/html,x", "scheme"),
            ("myapp:/cb", "scheme"),
            ("file:///etc/passwd", "scheme"),
        ] {
            let error = check_redirect_uri(bad).unwrap_err();
            assert_eq!(error.cause, format!("registration.redirect_uri.{cause}"), "{bad}");
            assert_eq!(error.code, ErrorCode::InvalidRedirectUri);
        }
    }

    #[test]
    fn metadata_that_contradicts_itself_is_refused() {
        let uri = "https://app.example/cb";
        for (json, cause) in [
            (serde_json::json!({}), "redirect_uris.count"),
            (serde_json::json!({"redirect_uris": [uri, uri]}), "redirect_uris.count"),
            (
                serde_json::json!({"redirect_uris": [uri], "grant_types": ["client_credentials"]}),
                "redirect_uris.count",
            ),
            (serde_json::json!({"redirect_uris": [uri], "grant_types": []}), "grant_types"),
            (serde_json::json!({"grant_types": ["refresh_token"]}), "grant_types"),
            (
                serde_json::json!({"grant_types": ["client_credentials"], "token_endpoint_auth_method": "none"}),
                "public_client_credentials",
            ),
            (serde_json::json!({"redirect_uris": [uri], "response_types": ["token"]}), "response_types"),
            (
                serde_json::json!({"redirect_uris": [uri], "token_endpoint_auth_method": "none", "require_pkce": false}),
                "public_policy",
            ),
            (serde_json::json!({"redirect_uris": [uri], "access_token_ttl": 3601}), "access_token_ttl"),
            (serde_json::json!({"redirect_uris": [uri], "access_token_ttl": 0}), "access_token_ttl"),
            (serde_json::json!({"redirect_uris": [uri], "client_name": "a\u{7}"}), "client_name"),
            (
                serde_json::json!({"redirect_uris": [uri], "resources": ["https://api.example/#x"]}),
                "resources",
            ),
            (serde_json::json!({"redirect_uris": [uri], "roles": ["a b"]}), "roles"),
        ] {
            assert_eq!(made(json.clone()).unwrap_err(), format!("registration.{cause}"), "{json}");
        }
    }

    #[test]
    fn a_client_identifier_needs_no_escaping_anywhere() {
        for bad in ["", "a b", "a/b", "é", "a:b", &"a".repeat(129)] {
            assert_eq!(check_client_id(bad).unwrap_err().cause, "registration.client_id", "{bad}");
        }
        assert_eq!(check_client_id("web-1.example_~"), Ok(()));
    }
}
