//! The algorithms of what a client is answered with. OIDC Registration §2, JARM §3, RFC 9701 §6.

use super::{Offer, refuse};
use crate::oauth::OAuthError;
use crate::records::Client;

pub(super) fn check(client: &Client, offer: &Offer) -> Result<(), OAuthError> {
    // RFC 9701 §3, §6: callers are registered as clients.
    let own = &client.responses;
    for (algorithm, description) in [
        (
            Some(client.access_token_signed_response_alg),
            "access_token_signed_response_alg: this server has no keys for this algorithm.",
        ),
        (
            Some(client.id_token_signed_response_alg),
            "id_token_signed_response_alg: this server has no keys for this algorithm.",
        ),
        (
            own.userinfo_signed_response_alg,
            "userinfo_signed_response_alg: this server has no keys for this algorithm.",
        ),
        (
            own.authorization_signed_response_alg,
            "authorization_signed_response_alg: this server has no keys for this algorithm.",
        ),
        (
            own.introspection_signed_response_alg,
            "introspection_signed_response_alg: this server has no keys for this algorithm.",
        ),
    ] {
        if algorithm.is_some_and(|algorithm| !offer.algorithms.contains(&algorithm)) {
            return Err(refuse(description, "registration.algorithm"));
        }
    }
    Ok(())
}
