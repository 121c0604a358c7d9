//! Client metadata and its rules, one file a topic. RFC 7591 §2, OIDC Registration §2. Pure: the operator's `client
//! add` and `client set` use it, and dynamic registration, and client identifier metadata documents.
//!
//! RFC 6749 §2: the type of the client, its redirect URIs, and what it says of itself.

mod about;
mod authentication;
mod exchange;
#[cfg(test)]
mod fixtures;
mod grants;
mod keys;
mod logout;
mod members;
mod metadata;
mod requests;
mod responses;
mod subjects;
#[cfg(test)]
mod tests;
pub(in crate::oauth) mod uris;

pub use members::{document, is_known};
pub use metadata::{ApplicationType, Metadata};
pub use subjects::{check_sector, sector_unreachable};
pub use uris::check_redirect_uri;

use super::profile;
use crate::oauth::scope::OPENID_SCOPES;
use crate::oauth::{ErrorCode, OAuthError};
use crate::records::{Client, GrantType, Origin, Profile, Scope, SignatureAlgorithm};
use time::OffsetDateTime;

/// What this server has to offer to a client.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The algorithms that it signs with; the first is the default of access tokens.
    pub algorithms: Vec<SignatureAlgorithm>,
    /// The longest life of an access token in seconds.
    pub access_token_ttl_limit: u32,
    /// The set of demands that every client is held to.
    pub profile: Option<Profile>,
    /// Whether clients can show certificates. RFC 8705.
    pub certificates: bool,
}

impl Offer {
    /// The algorithm of a client that names none: this one where it is offered, else the server's first; of those that
    /// its profile allows.
    fn preferred(
        &self,
        preferred: Option<SignatureAlgorithm>,
        held_to: Option<Profile>,
    ) -> Result<SignatureAlgorithm, OAuthError> {
        let mut allowed = self.algorithms.iter().copied().filter(|one| profile::signs(*one, held_to));
        let offered = preferred.filter(|one| self.algorithms.contains(one) && profile::signs(*one, held_to));
        offered
            .or_else(|| allowed.next())
            .ok_or(refuse("This server has no keys to sign with.", "registration.algorithm"))
    }
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
    described(metadata, client_id, offer, now)
}

/// As [`client`], for an identifier that was checked elsewhere.
pub(in crate::oauth::clients) fn described(
    metadata: Metadata,
    client_id: &str,
    offer: &Offer,
    now: OffsetDateTime,
) -> Result<Client, OAuthError> {
    let native = metadata.application_type == Some(ApplicationType::Native);
    // RFC 7591 §2, OIDC Registration §2: authorization_code by default.
    let grant_types = metadata.grant_types.unwrap_or_else(|| vec![GrantType::AuthorizationCode]);
    let held_to = profile::stricter(metadata.profile, offer.profile);
    profile::check_choices(held_to, metadata.require_pkce, metadata.rotate_refresh_tokens)?;
    // RFC 7591 §2: client_secret_basic by default.
    let method = metadata.token_endpoint_auth_method.unwrap_or(profile::default_method(held_to));
    let signs_in =
        [GrantType::AuthorizationCode, GrantType::DeviceCode].iter().any(|grant| grant_types.contains(grant));
    let client = Client {
        client_id: client_id.to_owned(),
        client_name: metadata.client_name,
        native,
        redirect_uris: metadata.redirect_uris,
        // RFC 9700 §2.5: confidential unless it says otherwise.
        token_endpoint_auth_method: method,
        secrets: Vec::new(),
        // RFC 7591 §2: a default of ours, where none is named.
        scope: metadata.scope.unwrap_or_else(|| default_scope(signs_in, &grant_types)),
        resources: metadata.resources,
        roles: metadata.roles,
        access_token_signed_response_alg: metadata
            .access_token_signed_response_alg
            .map_or_else(|| offer.preferred(None, held_to), Ok)?,
        // OIDC Core §15.1: RS256 for whoever says nothing.
        // OIDC Registration §2: RS256 by default.
        id_token_signed_response_alg: metadata
            .id_token_signed_response_alg
            .map_or_else(|| offer.preferred(Some(SignatureAlgorithm::Rs256), held_to), Ok)?,
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
        introspects: metadata.introspects,
        origin: Origin::Operator,
        disabled: false,
        created_at: now,
        updated_at: now,
        grant_types,
    };
    let client = profile::hold(client, offer.profile);
    grants::check(&client, metadata.response_types.as_deref())?;
    check(&client, offer)?;
    Ok(client)
}

/// Every rule that looks at one client as it stands.
fn check(client: &Client, offer: &Offer) -> Result<(), OAuthError> {
    uris::check(client)?;
    profile::check(client)?;
    about::check(client)?;
    authentication::check(client, offer)?;
    requests::check(client)?;
    keys::check(client)?;
    subjects::check(client)?;
    logout::check(client)?;
    exchange::check(client)?;
    responses::check(client, offer)?;
    grants::check_bounds(client, offer)
}

/// Every scope of OpenID Connect, whose registration has no member for it: what a client gets, the person decides.
fn default_scope(signs_in: bool, grant_types: &[GrantType]) -> Scope {
    let refreshes = grant_types.contains(&GrantType::RefreshToken);
    let all = Scope::parse(&OPENID_SCOPES.join(" ")).unwrap_or_default();
    // OIDC Core §11: offline access is for clients that can use it.
    all.filtered(|token| signs_in && (refreshes || token != "offline_access"))
}

/// A client identifier goes through URLs, HTTP Basic and storage keys unescaped: unreserved characters of RFC 3986
/// §2.3 alone, 1 to 128 of them.
// CIMD §7.1: nor can it begin like an address, so the two kinds never meet.
fn check_client_id(client_id: &str) -> Result<(), OAuthError> {
    let plain = client_id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    if plain && (1..=128).contains(&client_id.len()) {
        return Ok(());
    }
    Err(refuse("client_id: use 1 to 128 letters, digits, '-', '.', '_' and '~'.", "registration.client_id"))
}

/// A list of printable ASCII words without spaces and quotes, at most 32 of 1 to 256 bytes.
fn are_words(words: &[String]) -> bool {
    let is_word = |word: &String| {
        (1..=256).contains(&word.len())
            && word.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
    };
    words.len() <= uris::MAX_URIS && words.iter().all(is_word)
}

pub(in crate::oauth::clients) const fn refuse(description: &'static str, cause: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClientMetadata, description, cause)
}

const fn refuse_uri(description: &'static str, cause: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRedirectUri, description, cause)
}
