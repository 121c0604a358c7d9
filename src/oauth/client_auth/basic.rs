//! `client_secret_basic`. RFC 6749 §2.3.1, RFC 7617.

use super::presented::{Presented, Shown};
use super::{OAuthError, Params, invalid_client};
use crate::oauth::ErrorCode;
use crate::oauth::params::decode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Reads an `Authorization: Basic` header. A `client_id` in the body may stand beside it if it is the same.
pub(super) fn parse(header: &[u8], params: &Params) -> Result<Presented, OAuthError> {
    let malformed = invalid_client("client_auth.basic_malformed");
    let (scheme, credentials) = split_once(header, b' ').unwrap_or((header, &[]));
    if !scheme.eq_ignore_ascii_case(b"basic") {
        return Err(invalid_client("client_auth.scheme_unknown"));
    }
    let decoded = STANDARD.decode(credentials.trim_ascii()).map_err(|_| malformed)?;
    // RFC 7617 §2: the first colon; an identifier has none.
    let (user, password) = split_once(&decoded, b':').ok_or(malformed)?;
    // RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
    let client_id = decode(user).map_err(|_| malformed)?;
    let secret = decode(password).map_err(|_| malformed)?;
    if client_id.is_empty() || secret.is_empty() {
        return Err(malformed);
    }
    if params.get("client_id")?.is_some_and(|other| other != client_id) {
        return Err(OAuthError::new(
            ErrorCode::InvalidRequest,
            "The request names two clients.",
            "client_auth.two_client_ids",
        ));
    }
    Ok(Presented { client_id, shown: Shown::Basic(secret.into()) })
}

fn split_once(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let position = bytes.iter().position(|&byte| byte == at)?;
    let (before, rest) = bytes.split_at_checked(position)?;
    Some((before, rest.get(1..)?))
}
