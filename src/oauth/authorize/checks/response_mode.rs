//! `response_mode`: how the answer travels. OIDC Multiple Response Types §2.1.

use crate::oauth::{OAuthError, Params};

/// The modes that we have.
pub const RESPONSE_MODES: [&str; 1] = ["query"];

/// Takes `query`, the default for codes, alone.
pub(in crate::oauth::authorize) fn response_mode(params: &Params) -> Result<(), OAuthError> {
    match params.get("response_mode")? {
        None => Ok(()),
        Some(mode) if RESPONSE_MODES.contains(&mode) => Ok(()),
        Some(_) => {
            Err(OAuthError::invalid_request("response_mode must be query.", "response_mode.unsupported"))
        }
    }
}
