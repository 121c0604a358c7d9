//! An access token from where it may stand: the `Authorization` header, or a form body. RFC 6750 §2.1, §2.2.

use crate::oauth::{ErrorCode, OAuthError, Params};

/// The bearer token of a request. None where it shows none. A token in the query is never looked at: RFC 9700 §4.3.2.
///
/// # Errors
/// `invalid_request` where it is shown in two ways (RFC 6750 §2), or the header is broken.
pub fn bearer(authorization: Option<&[u8]>, body: Option<&Params>) -> Result<Option<String>, OAuthError> {
    let in_body = match body {
        Some(params) => params.get("access_token")?,
        None => None,
    };
    let Some(header) = authorization else { return Ok(in_body.map(str::to_owned)) };
    if in_body.is_some() {
        return Err(malformed("The access token is shown in two ways."));
    }
    let header =
        std::str::from_utf8(header).map_err(|_| malformed("The Authorization header is malformed."))?;
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    match token.trim() {
        // RFC 6750 §3.1: another scheme is as good as no token.
        _ if !scheme.eq_ignore_ascii_case("bearer") => Ok(None),
        "" => Err(malformed("The Authorization header must read Bearer and a token.")),
        token => Ok(Some(token.to_owned())),
    }
}

const fn malformed(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequest, description, "bearer.malformed")
}
