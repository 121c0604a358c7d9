//! `scope` and `resource`: what the client asks for. RFC 6749 §3.3, OIDC Core §3.1.2.1, RFC 8707 §2.1.

use crate::oauth::{OAuthError, Params, resource as indicator, scope as words};
use crate::records::{Client, GrantType, Scope};

/// The part of the requested scope that the client may have; all that it may have, where it names none.
///
/// OIDC Core §3.1.2.1: values that are not understood are ignored; the token response then says what was granted
/// (RFC 6749 §3.3). A request of which nothing remains is refused.
pub(in crate::oauth) fn scope(params: &Params, client: &Client) -> Result<Scope, OAuthError> {
    let asked = words::parse(params)?.unwrap_or_else(|| client.scope.clone());
    // OIDC Core §11: offline access is ignored where the client can do nothing with it.
    let usable = |token: &str| token != "offline_access" || client.may_use(GrantType::RefreshToken);
    let allowed = asked.filtered(|token| client.scope.contains(token) && usable(token));
    if allowed.is_empty() && !asked.is_empty() {
        return Err(words::refuse(
            "The client may have nothing of the requested scope.",
            "scope.nothing_allowed",
        ));
    }
    Ok(allowed)
}

/// The resources, all of which the client must be allowed.
pub(in crate::oauth) fn resource(params: &Params, client: &Client) -> Result<Vec<String>, OAuthError> {
    let resources = indicator::parse(params)?;
    indicator::permit(&client.resources, &resources)?;
    Ok(resources)
}
