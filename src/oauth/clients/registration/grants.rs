//! Grants, response types, scope and roles. RFC 7591 §2, §2.1.

use super::uris::MAX_BYTES;
use super::{Offer, refuse, uris::MAX_URIS};
use crate::oauth::OAuthError;
use crate::records::{Client, GrantType};

pub(super) fn check(client: &Client, response_types: Option<&[String]>) -> Result<(), OAuthError> {
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

pub(super) fn check_bounds(client: &Client, offer: &Offer) -> Result<(), OAuthError> {
    if client.access_token_ttl.is_some_and(|ttl| ttl == 0 || ttl > offer.access_token_ttl_limit) {
        return Err(refuse(
            "access_token_ttl: longer than tokens.access_ttl_limit of the server's configuration, or 0.",
            "registration.access_token_ttl",
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
