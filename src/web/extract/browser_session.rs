//! The browser session that a request's cookie opens.

use super::Call;
use super::cookie::CookieKind;
use crate::identity::browser_session;
use crate::oauth::authorize::SignedIn;
use crate::storage::Fault;
use actix_web::HttpRequest;
use secrecy::SecretString;

/// The person who is signed in with this browser, if somebody is.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn signed_in(call: &Call, request: &HttpRequest) -> Result<Option<SignedIn>, Fault> {
    let state = &call.state;
    let Some(cookie) = state.cookies.read(request, CookieKind::Session) else { return Ok(None) };
    let cookie = SecretString::from(cookie.expose());
    let found = browser_session::find(&state.store, &call.act, state.login.policy.session, &cookie)?;
    Ok(found.map(|(session, user)| SignedIn { session, user }))
}
