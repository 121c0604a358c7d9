//! `response_type`: codes alone, no tokens through the browser. RFC 6749 §3.1.1, RFC 9700 §2.1.2.

use crate::oauth::{ErrorCode, OAuthError, Params};
use crate::records::{Client, GrantType};

/// Takes `code`, from clients that registered for the authorization code grant.
pub(in crate::oauth::authorize) fn response_type(params: &Params, client: &Client) -> Result<(), OAuthError> {
    let missing = OAuthError::invalid_request("response_type is missing.", "response_type.missing");
    if params.required("response_type", missing)? != "code" {
        return Err(OAuthError::new(
            ErrorCode::UnsupportedResponseType,
            "response_type must be code.",
            "response_type.unsupported",
        ));
    }
    if !client.may_use(GrantType::AuthorizationCode) {
        return Err(OAuthError::new(
            ErrorCode::UnauthorizedClient,
            "The client is not registered for the authorization code grant.",
            "response_type.not_registered",
        ));
    }
    Ok(())
}
