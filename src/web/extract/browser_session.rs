//! The browser session that a request's cookie opens.

use super::Call;
use super::cookie::{CookieKind, CookieValue};
use crate::identity::browser_session;
use crate::oauth::authorize::SignedIn;
use crate::storage::{Fault, Txn};
use actix_web::HttpRequest;

/// The person who is signed in with this browser, if somebody is. Notes, once a minute at most, that the browser was
/// seen.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub async fn signed_in(call: &Call, request: &HttpRequest) -> Result<Option<SignedIn>, Fault> {
    let (state, policy) = (&call.state, call.state.login.policy.session);
    let cookie = state.cookies.read(request, CookieKind::Session).map(CookieValue::into_secret);
    let Some(cookie) = cookie else { return Ok(None) };
    let found = browser_session::find(&state.store, &call.act, policy, &cookie)?;
    let Some((session, user)) = found else { return Ok(None) };
    if browser_session::is_stale(&session, call.act.now) {
        let (act, sid) = (call.act.clone(), session.sid);
        let touch = move |txn: &mut dyn Txn| Ok(browser_session::touch(txn, &act, sid)?);
        state.store.run(touch).await.map_err(Fault::from)?;
    }
    Ok(Some(SignedIn { session, user }))
}
