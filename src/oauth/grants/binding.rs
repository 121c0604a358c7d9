//! Whose hands the tokens of a grant are good in. RFC 8705 §3, §4.

use crate::oauth::OAuthError;
use crate::oauth::client_auth::AuthenticatedClient;
use crate::records::Grant;

/// Refuses a client whose tokens are bound to its certificate, and that showed none: it would get a token that anybody
/// may use. RFC 8705 §3.4 leaves the choice to us.
pub(super) fn demand(client: &AuthenticatedClient) -> Result<(), OAuthError> {
    let wants_certificate = client.binding.tls_client_certificate_bound_access_tokens;
    if wants_certificate && client.confirmation().is_none() {
        return Err(OAuthError::invalid_request(
            "The tokens of this client are bound to its certificate, and the request shows none.",
            "binding.certificate_missing",
        ));
    }
    Ok(())
}

/// Binds the refresh tokens of a public client to the key that it proves now: nothing else protects them. RFC 8705 §4,
/// RFC 9449 §5. Gives whether the grant has changed.
pub(super) fn bind(grant: &mut Grant, client: &AuthenticatedClient) -> bool {
    match client.confirmation() {
        Some(proved) if client.is_public() && grant.refresh.is_some() && grant.confirmation != proved => {
            grant.confirmation = proved;
            true
        }
        Some(_) | None => false,
    }
}

/// Checks that a public client proves the key that its refresh tokens are bound to.
pub(super) fn check(grant: &Grant, client: &AuthenticatedClient) -> Result<(), OAuthError> {
    if !client.is_public() {
        // RFC 8705 §4: those of other clients are bound to the client, which has proved who it is.
        return Ok(());
    }
    grant.confirmation.check(client.proved()).map_err(OAuthError::invalid_grant)
}
