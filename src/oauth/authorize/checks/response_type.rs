//! `response_type`: codes alone, no tokens through the browser. RFC 6749 §3.1.1, RFC 9700 §2.1.2.

use crate::oauth::{ErrorCode, OAuthError, Params};
use crate::records::{Client, GrantType};

/// Takes `code`, from clients that registered for the authorization code grant.
pub(in crate::oauth::authorize) fn response_type(params: &Params, client: &Client) -> Result<(), OAuthError> {
    // OIDC Multiple Response Types §2.2: a list of several is none that we have.
    let missing = OAuthError::invalid_request("response_type is missing.", "response_type.missing");
    // Not done: OIDC Core §3.2 and §3.3: the implicit and hybrid flows: they send tokens through the browser.
    // Not done: RFC 6749 §4.2, §10.16: the implicit grant: it sends tokens through the browser.
    // Not done: OIDC Core §15.2: `id_token` and `id_token token`: they send tokens through the browser.
    // Not done: OIDC Multiple Response Types §3, §4, §5: `id_token`, `none` and the combinations: `code` alone is here.
    if params.required("response_type", missing)? != "code" {
        return Err(OAuthError::new(
            // RFC 8252 §8.2: nor for native applications.
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
