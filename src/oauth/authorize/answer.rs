//! Authorization responses: what the client is told. RFC 6749 §4.1.2.

use super::{Response, TrustedRedirect};
use crate::oauth::OAuthError;
use secrecy::{ExposeSecret as _, SecretString};

/// A refusal that the client may be told.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Whom to tell.
    pub target: TrustedRedirect,
    /// What.
    pub error: OAuthError,
    /// Whether the client asked who signs in: an authentication request, by the scope `openid`. OIDC Core §3.1.2.1.
    pub openid: bool,
}

impl Failure {
    /// What the client is sent, with what stands for the browser's session where it is told that. RFC 6749 §4.1.2.1, OIDC
    /// Core §3.1.2.6.
    pub fn response(&self, session_state: Option<String>) -> Response<'_> {
        let (code, description) = (self.error.code.as_str(), self.error.description);
        let mut members = vec![("error", code.into()), ("error_description", description.into())];
        members.extend(session_state.map(|state| ("session_state", state)));
        Response::new(&self.target, members)
    }
}

/// A code for the client.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Who gets it.
    pub target: TrustedRedirect,
    /// The code.
    pub code: SecretString,
    /// By which the client's pages see that the person has signed out. OIDC Session Management §2.
    pub session_state: Option<String>,
    /// What frames of ours must know the session by, for it to count. OIDC Session Management §3.2.
    pub browser_session: String,
}

impl Answer {
    /// What the client is sent. RFC 6749 §4.1.2.
    pub fn response(&self) -> Response<'_> {
        // OIDC Core §3.1.2.5.
        let mut members = vec![("code", self.code.expose_secret().into())];
        members.extend(self.session_state.as_deref().map(|state| ("session_state", state.into())));
        Response::new(&self.target, members)
    }
}
