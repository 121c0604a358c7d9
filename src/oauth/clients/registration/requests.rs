//! What a client's authorization requests must be. OIDC Registration §2, RFC 9101 §10.5, RFC 9396 §10.

use super::{refuse, uris};
use crate::jose::JwsAlgorithm;
use crate::oauth::OAuthError;
use crate::records::{Client, TokenEndpointAuthMethod};

pub(super) fn check(client: &Client) -> Result<(), OAuthError> {
    let requests = &client.requests;
    // OIDC Core §6.1: a secret signs where it is kept itself, and not as a hash.
    let has_secret = client.token_endpoint_auth_method == TokenEndpointAuthMethod::ClientSecretJwt;
    let known = |name: &String| {
        let algorithm = JwsAlgorithm::parse(name);
        name == "none" || algorithm.is_some_and(|algorithm| has_secret || !algorithm.is_symmetric())
    };
    if !requests.request_object_signing_alg.iter().all(known) {
        return Err(refuse(
            "request_object_signing_alg: must be none or an algorithm with a public key; with client_secret_jwt also \
             HS256 and the like.",
            "registration.request_object_signing_alg",
        ));
    }
    // RFC 9101 §10.5: an object that nobody signed does not count.
    if requests.require_signed_request_object
        && requests.request_object_signing_alg.as_deref() == Some("none")
    {
        return Err(refuse(
            "request_object_signing_alg: none contradicts require_signed_request_object.",
            "registration.request_object_signing_alg",
        ));
    }
    // OIDC Registration §2: a fragment may hold the hash of what lies there.
    let is_called = |uri: &String| uris::is_called(uri.split('#').next().unwrap_or_default());
    let own = &requests.request_uris;
    if own.len() > uris::MAX_URIS || !uris::are_distinct(own) || !own.iter().all(is_called) {
        return Err(refuse("request_uris: https URIs, at most 32, each once.", "registration.request_uris"));
    }
    if !super::are_words(&requests.default_acr_values) {
        return Err(refuse(
            "default_acr_values: at most 32 of 1 to 256 printable characters without spaces.",
            "registration.default_acr_values",
        ));
    }
    if !super::are_words(&requests.authorization_details_types) {
        return Err(refuse(
            "authorization_details_types: at most 32 of 1 to 256 printable characters without spaces.",
            "registration.authorization_details_types",
        ));
    }
    Ok(())
}
