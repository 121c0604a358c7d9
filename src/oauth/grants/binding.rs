//! Whose hands the tokens of a grant are good in. RFC 8705 §3, §4; RFC 9449 §5, §10.

use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::{OAuthError, dpop};
use crate::records::{AuthorizationCode, Confirmation, Grant};

/// Refuses a client whose tokens are bound to a key that the request does not prove: it would get a token that anybody
/// may use.
pub(super) fn demand(client: &AuthenticatedClient) -> Result<(), OAuthError> {
    // RFC 9700 §2.2.1, §4.10.1: tokens bound to a key, where the client or its profile wants it.
    // RFC 9449 §5.2.
    if client.binding.dpop_bound_access_tokens && client.proved().jkt.is_none() {
        return Err(dpop::missing());
    }
    // RFC 8705 §3.4 leaves the choice to us.
    let wants_certificate = client.binding.tls_client_certificate_bound_access_tokens;
    if wants_certificate && client.confirmation().is_none() {
        return Err(OAuthError::invalid_request(
            "The tokens of this client are bound to its certificate, and the request shows none.",
            "binding.certificate_missing",
        ));
    }
    // FAPI 2.0 Security Profile §5.3.2.1: sender-constrained tokens alone.
    if client.profile.is_some() && client.confirmation().is_none() {
        return Err(dpop::missing());
    }
    Ok(())
}

/// Checks that the key is proved that the code was asked for with. RFC 9449 §10.
pub(super) fn check_code(code: &AuthorizationCode, client: &AuthenticatedClient) -> Result<(), OAuthError> {
    check_keys(&code.confirmation, client)
}

/// Binds the refresh tokens of a public client to the key that it proves now: nothing else protects them. RFC 8705 §4,
/// RFC 9449 §5. Gives whether the grant has changed.
// RFC 9700 §2.2.2.
pub(super) fn bind(grant: &mut Grant, client: &AuthenticatedClient) -> bool {
    match client.confirmation() {
        Some(proved) if client.is_public() && grant.refresh.is_some() && grant.confirmation.is_empty() => {
            grant.confirmation = proved;
            true
        }
        Some(_) | None => false,
    }
}

/// Checks that a public client proves the key that its refresh tokens are bound to.
pub(super) fn check(grant: &Grant, client: &AuthenticatedClient) -> Result<(), OAuthError> {
    if !client.is_public() {
        // RFC 8705 §4, RFC 9449 §5: those of other clients are bound to the client, which has proved who it is.
        return Ok(());
    }
    check_keys(&grant.confirmation, client)
}

fn check_keys(bound: &Confirmation, client: &AuthenticatedClient) -> Result<(), OAuthError> {
    if bound.jkt.is_some() && client.proved().jkt.is_none() {
        return Err(dpop::missing());
    }
    bound.check(client.proved()).map_err(OAuthError::invalid_grant)
}
