//! Authorization responses: what goes back to the client in the redirect. RFC 6749 §4.1.2, RFC 9207.

use super::TrustedRedirect;
use crate::oauth::OAuthError;
use secrecy::{ExposeSecret as _, SecretString};
use url::form_urlencoded;

/// A refusal that the client may be told.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Whom to tell.
    pub target: TrustedRedirect,
    /// What.
    pub error: OAuthError,
}

impl Failure {
    /// The URI to redirect to. RFC 6749 §4.1.2.1; `iss` by RFC 9207 §2.
    pub fn location(&self, issuer: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("error", self.error.code.as_str())
            .append_pair("error_description", self.error.description);
        finish(query, &self.target, issuer)
    }
}

/// A code for the client.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Who gets it.
    pub target: TrustedRedirect,
    /// The code.
    pub code: SecretString,
}

impl Answer {
    /// The URI to redirect to. RFC 6749 §4.1.2; `iss` by RFC 9207 §2.
    pub fn location(&self, issuer: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("code", self.code.expose_secret());
        finish(query, &self.target, issuer)
    }
}

fn finish(
    mut query: form_urlencoded::Serializer<'_, String>,
    target: &TrustedRedirect,
    issuer: &str,
) -> String {
    if let Some(state) = target.state() {
        query.append_pair("state", state);
    }
    query.append_pair("iss", issuer);
    let uri = target.redirect_uri();
    // RFC 6749 §3.1.2: a query that the URI already has is kept.
    let joint = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{joint}{}", query.finish())
}
