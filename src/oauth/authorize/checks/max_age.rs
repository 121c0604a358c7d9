//! `max_age`: how old the sign-in may be. OIDC Core §3.1.2.1.

use crate::oauth::{OAuthError, Params};

/// Reads a number of seconds, 0 to `u32::MAX`.
pub(in crate::oauth::authorize) fn max_age(params: &Params) -> Result<Option<u32>, OAuthError> {
    let Some(text) = params.get("max_age")? else { return Ok(None) };
    let plain = text.bytes().all(|b| b.is_ascii_digit());
    let seconds = plain.then(|| text.parse().ok()).flatten();
    seconds
        .map(Some)
        .ok_or(OAuthError::invalid_request("max_age must be a number of seconds.", "max_age.malformed"))
}
