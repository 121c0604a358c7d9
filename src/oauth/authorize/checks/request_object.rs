//! Request objects, which we do not take yet: refused, never ignored. OIDC Core §6, RFC 9101.

use crate::oauth::{ErrorCode, OAuthError, Params};

/// Refuses `request`, `request_uri` and `registration`. Nothing is fetched.
pub(in crate::oauth::authorize) fn request_object(params: &Params) -> Result<(), OAuthError> {
    let refuse = |code, description, cause| Err(OAuthError::new(code, description, cause));
    if params.get("request")?.is_some() {
        return refuse(
            ErrorCode::RequestNotSupported,
            "Request objects are not supported.",
            "request.unsupported",
        );
    }
    if params.get("request_uri")?.is_some() {
        return refuse(
            ErrorCode::RequestUriNotSupported,
            "Request objects by reference are not supported.",
            "request_uri.unsupported",
        );
    }
    Ok(())
}
