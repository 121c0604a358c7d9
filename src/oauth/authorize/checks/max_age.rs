//! `max_age`: how old the sign-in may be. OIDC Core §3.1.2.1.

use crate::oauth::{OAuthError, Params};
use crate::records::Client;

/// Reads a number of seconds, 0 to `u32::MAX`; the client's own, where the request says nothing.
pub(in crate::oauth::authorize) fn max_age(
    params: &Params,
    client: &Client,
) -> Result<Option<u32>, OAuthError> {
    // OIDC Registration §2, `default_max_age`: the request stands over it.
    let Some(text) = params.get("max_age")? else { return Ok(client.requests.default_max_age) };
    let plain = text.bytes().all(|b| b.is_ascii_digit());
    let seconds = plain.then(|| text.parse().ok()).flatten();
    seconds
        .map(Some)
        .ok_or(OAuthError::invalid_request("max_age must be a number of seconds.", "max_age.malformed"))
}
