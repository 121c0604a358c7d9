//! `state`, `nonce`, `login_hint` and `ui_locales`: carried along, within bounds. RFC 6749 §4.1.1, OIDC Core §3.1.2.1.

use crate::oauth::authorize::target::MAX_STATE;
use crate::oauth::{OAuthError, Params};

/// The longest of either, in bytes.
const MAX_LENGTH: usize = 512;

/// Refuses a state that is too long to be carried. RFC 6749 §4.1.1.
pub(in crate::oauth::authorize) fn state(params: &Params) -> Result<(), OAuthError> {
    match params.get("state")? {
        Some(state) if state.len() > MAX_STATE => {
            Err(OAuthError::invalid_request("state is longer than 2048 bytes.", "state.too_long"))
        }
        _ => Ok(()),
    }
}

/// Reads the nonce, which goes into the ID token unchanged; FAPI 2.0 Security Profile §5.3.2.2: 64 characters and more.
pub(in crate::oauth::authorize) fn nonce(params: &Params) -> Result<Option<String>, OAuthError> {
    bounded(
        params.get("nonce")?,
        OAuthError::invalid_request("nonce is longer than 512 bytes.", "nonce.too_long"),
    )
}

/// Reads the hint, which fills the username field.
pub(in crate::oauth::authorize) fn login_hint(params: &Params) -> Result<Option<String>, OAuthError> {
    bounded(
        params.get("login_hint")?,
        OAuthError::invalid_request("login_hint is longer than 512 bytes.", "login_hint.too_long"),
    )
}

/// Reads the languages that the person wants, best first. OIDC Core §3.1.2.1: what cannot be served is no error, and
/// more than anybody speaks is as good as nothing.
pub(in crate::oauth::authorize) fn ui_locales(params: &Params) -> Result<Option<String>, OAuthError> {
    Ok(params.get("ui_locales")?.filter(|tags| tags.len() <= MAX_LENGTH).map(str::to_owned))
}

fn bounded(value: Option<&str>, too_long: OAuthError) -> Result<Option<String>, OAuthError> {
    match value {
        Some(value) if value.len() > MAX_LENGTH => Err(too_long),
        value => Ok(value.map(str::to_owned)),
    }
}
