//! One token for another. RFC 8693.

use super::flow::Credentials;
use super::{Answer, App};

/// The grant.
pub(crate) const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// The type of an access token.
pub(crate) const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";
/// The type of any JWT.
pub(crate) const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
/// The type of an ID token.
pub(crate) const ID: &str = "urn:ietf:params:oauth:token-type:id_token";

/// The form of an exchange of this access token. `more` replaces parameters; an empty value drops one.
pub(crate) fn exchange_form<'a>(token: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![("grant_type", EXCHANGE), ("subject_token", token), ("subject_token_type", ACCESS)];
    form.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    form.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    form
}

impl App {
    /// Exchanges an access token as this client, with the same `more`.
    pub(crate) async fn exchange(&self, client: &Credentials, token: &str, more: &[(&str, &str)]) -> Answer {
        self.post("/token", &exchange_form(token, more), Some(client)).await
    }
}
