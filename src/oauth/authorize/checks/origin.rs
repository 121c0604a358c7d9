//! How a request must come: pushed, signed. RFC 9126 §5 and §6, RFC 9101 §10.5.

use crate::oauth::authorize::Asked;
use crate::oauth::{ErrorCode, OAuthError, RequestPolicy};
use crate::records::Client;

/// Refuses a request that came in another way than the server, or the client for itself, demands.
pub(in crate::oauth::authorize) fn origin(
    asked: &Asked,
    client: &Client,
    policy: &RequestPolicy,
) -> Result<(), OAuthError> {
    let own = &client.requests;
    // OIDC Core §16.1, RFC 9101 §12: nobody reads in the browser what is asked.
    if (policy.require_pushed || own.require_pushed_authorization_requests) && !asked.is_pushed() {
        return Err(OAuthError::invalid_request(
            "The request must be pushed first: see pushed_authorization_request_endpoint.",
            "request.not_pushed",
        ));
    }
    // OIDC Core §16.7, §16.20: for whoever wants to hold a client to what it asked.
    if (policy.require_signed || own.require_signed_request_object) && !asked.is_signed() {
        return Err(OAuthError::invalid_request(
            "The request must be a signed request object.",
            "request.not_signed",
        ));
    }
    // OIDC Core §7.2.1: `registration` is for self-issued providers. Refused, as its sender would rely on it.
    // Not done: OIDC Core §7: providers that people run for themselves.
    if asked.params().get("registration")?.is_some() {
        return Err(OAuthError::new(
            ErrorCode::RegistrationNotSupported,
            "registration is not supported.",
            "registration.unsupported",
        ));
    }
    Ok(())
}
