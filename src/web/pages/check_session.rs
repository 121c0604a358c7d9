//! The frame in which a client's page asks whether the browser's session is still the same. OIDC Session Management
//! §3.2, §3.3. It shows nothing, knows no secret, and may stand in anybody's page.
//!
//! Our session cookie goes into no page of another site, so a cookie of its own tells of the session, which opens nothing.
//! It is closed to scripts: the frame asks us. Where the browser gives frames of other sites no cookies at all (Safari,
//! Firefox, private windows, Debian's Chromium), and at an issuer on plain http, the frame says `error` in pages of other
//! sites, upon which §3.1 has the client leave the session alone; such clients are told through the back channel.
//! docs/adr/0022.

use crate::oauth::logout::session_state::browser_state;
use crate::web::extract::Visit;
use crate::web::paths;
use crate::web::respond::page::{Frame, Page};
use crate::web::respond::page_error::{PageError, Phrase};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use askama::Template;

const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors *");

/// The frame's document.
#[derive(Debug, Template)]
#[template(path = "pages/check_session.html")]
pub struct CheckSessionPage {
    /// For the path of the script.
    pub frame: Frame,
    /// Where the script asks; empty where the browser would not send our cookie along.
    pub state: String,
}

impl Page for CheckSessionPage {
    fn title_key(&self) -> &'static str {
        "check-session-title"
    }
}

/// `GET /check-session`
///
/// # Errors
/// A fault where the page cannot be rendered.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    let reaches = visit.cookies().reach_other_sites() || !visit.is_cross_site();
    let state = if reaches { visit.href(paths::SESSION_STATE) } else { String::new() };
    let mut response = CheckSessionPage { frame: visit.frame(), state }.answer(StatusCode::OK)?;
    // OIDC Session Management §3.2: its script answers the origin of the page that holds it, and no other.
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY);
    Ok(response)
}

/// `GET /check-session/state`: what stands for the living session of this browser; empty where there is none.
///
/// A frame that asks all the time is no sign of the person, so the session does not live longer by it.
///
/// # Errors
/// A page that says so where another page than ours asks; a fault where the store fails.
pub async fn state(visit: Visit) -> Result<HttpResponse, PageError> {
    // The cookie comes along whoever asks. Others could not read the answer, but might learn from its length or time.
    if !visit.is_our_own() {
        return Err(Phrase::CrossSite.into());
    }
    let state = visit.told_session()?.map(|session| browser_state(&session)).unwrap_or_default();
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/plain; charset=utf-8")).body(state))
}
