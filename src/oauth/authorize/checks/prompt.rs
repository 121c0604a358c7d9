//! `prompt`: what the person must, or must not, be asked. OIDC Core §3.1.2.1.

use crate::oauth::{OAuthError, Params};

/// What `prompt` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is one value that may stand there")]
pub(in crate::oauth::authorize) struct Prompt {
    /// No page may be shown.
    pub(in crate::oauth::authorize) none: bool,
    /// The person must prove again who they are.
    pub(in crate::oauth::authorize) login: bool,
    /// The person must say with which account they go on.
    pub(in crate::oauth::authorize) select_account: bool,
    /// The person must be asked for consent again.
    pub(in crate::oauth::authorize) consent: bool,
}

/// Reads the list. Values that we do not know are refused, since their sender would rely on them.
pub(in crate::oauth::authorize) fn prompt(params: &Params) -> Result<Prompt, OAuthError> {
    let mut prompt = Prompt::default();
    for value in params.get("prompt")?.unwrap_or_default().split(' ').filter(|value| !value.is_empty()) {
        match value {
            "none" => prompt.none = true,
            "login" => prompt.login = true,
            "select_account" => prompt.select_account = true,
            "consent" => prompt.consent = true,
            _ => {
                return Err(OAuthError::invalid_request(
                    "prompt has a value that is not supported.",
                    "prompt.unknown",
                ));
            }
        }
    }
    // OIDC Core §3.1.2.1: `none` stands alone.
    if prompt.none && (prompt.login || prompt.select_account || prompt.consent) {
        return Err(OAuthError::invalid_request("prompt=none cannot be combined.", "prompt.none_combined"));
    }
    Ok(prompt)
}
