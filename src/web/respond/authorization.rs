//! Authorization responses, as a browser carries them to the client. RFC 6749 §4.1.2, OIDC Form Post §2.

use super::leaving::{LeavingPage, Reason};
use super::page::{Frame, Page as _};
use super::page_error::PageError;
use super::redirect::see_other;
use crate::oauth::authorize::{Delivery, Failure, Response};
use crate::oauth::logout::session_state::session_state;
use crate::oauth::{ErrorCode, redirect_uri};
use crate::storage::Fault;
use crate::web::extract::{Call, Visit};
use crate::web::pages::form_post::FormPostPage;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;

/// Seals what the client is told, and gives it to the browser.
///
/// # Errors
/// A fault where it is to be signed, and the key is not there yet.
pub fn send(call: &Call, frame: Frame, response: Response<'_>) -> Result<HttpResponse, PageError> {
    let policy = &call.realm.rules.policy;
    let delivery = response.deliver(policy, &call.realm.keys.load(), call.act.now).map_err(Fault::from)?;
    match delivery {
        Delivery::Redirect(uri) => Ok(see_other(&uri)),
        Delivery::Form { action, fields } => FormPostPage::new(frame, action, fields).answer(StatusCode::OK),
    }
}

/// Tells the client what was refused.
///
/// # Errors
/// A fault where the store fails, or where it is to be signed and the key is not there yet.
pub fn tell(visit: &Visit, failure: &Failure) -> Result<HttpResponse, PageError> {
    send(&visit.call, visit.frame(), failure.response(state_of(visit, failure)?))
}

/// OIDC Session Management §2: with a refusal, too, for those who asked who signs in: what the frame would see now.
fn state_of(visit: &Visit, failure: &Failure) -> Result<Option<String>, PageError> {
    if !failure.openid {
        return Ok(None);
    }
    let (target, session) = (&failure.target, visit.told_session()?);
    let salt = visit.call.act.seed.expand_16("session_state.salt");
    Ok(session_state(&target.client().client_id, target.redirect_uri(), session.as_ref(), salt))
}

/// Tells the client what was refused: at once, or, where nobody vouches for the client, once the person has said so.
///
/// # Errors
/// A fault where it is to be signed, and the key is not there yet.
pub fn refuse(visit: &Visit, failure: &Failure) -> Result<HttpResponse, PageError> {
    let call = &visit.call;
    if !asks_first(visit, failure) {
        return tell(visit, failure);
    }
    let reason = if failure.error.code == ErrorCode::AccessDenied {
        Reason::Cancelled
    } else {
        Reason::Refused(failure.error.description)
    };
    let (policy, keys) = (&call.realm.rules.policy, call.realm.keys.load());
    let name = failure.target.client().display_name();
    let page = |location| LeavingPage::new(visit.frame(), reason, name, location);
    match failure
        .response(state_of(visit, failure)?)
        .deliver(policy, &keys, call.act.now)
        .map_err(Fault::from)?
    {
        Delivery::Redirect(uri) => page(uri).show(),
        Delivery::Form { action, fields } => page(action).with(fields).show(),
    }
}

/// RFC 9700 §4.11.2: whether the person is asked before the browser goes on. A page can be shown in a window alone: in a
/// frame (where nobody reads our name) the client is told at once, and so is a silent request of a browser that does not say
/// which of the two it is (OIDC Core §3.1.2.1, `prompt=none`).
fn asks_first(visit: &Visit, failure: &Failure) -> bool {
    let target = &failure.target;
    if visit.call.realm.registration.trust_redirects
        || redirect_uri::is_vouched_for(target.client(), target.redirect_uri())
    {
        return false;
    }
    let is_silent = matches!(
        failure.error.code,
        ErrorCode::LoginRequired | ErrorCode::ConsentRequired | ErrorCode::AccountSelectionRequired
    );
    visit.is_window().unwrap_or(!is_silent)
}
