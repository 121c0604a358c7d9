//! The frame in which a client's page asks whether the browser's session is still the same. OIDC Session Management
//! §3.2, §3.3. It shows nothing, knows no secret, and may stand in anybody's page.
//!
//! Our session cookie is `HttpOnly` and `SameSite=Lax`, so the frame asks us, and only pages of our own site can be
//! answered. In a page of another site it says `error`, upon which §3.1 has the client leave the session alone; such
//! clients are told through the back channel. No cookie is opened to scripts or to other sites for this.
//!
//! Not done: OIDC Session Management §3.2: the state in pages of other sites: browsers give frames there no cookies of ours.

use crate::oauth::logout::session_state::browser_state;
use crate::web::extract::Visit;
use crate::web::respond::page::{Frame, Page};
use crate::web::respond::page_error::PageError;
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
    let state =
        if visit.is_cross_site() { String::new() } else { visit.href(crate::web::routes::SESSION_STATE) };
    let mut response = CheckSessionPage { frame: visit.frame(), state }.answer(StatusCode::OK)?;
    // OIDC Session Management §3.2: its script answers the origin of the page that holds it, and no other.
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY);
    Ok(response)
}

/// `GET /check-session/state`: what stands for the living session of this browser; empty where there is none.
///
/// # Errors
/// A fault where the store fails.
pub async fn state(visit: Visit) -> Result<HttpResponse, PageError> {
    let person = visit.person().await?;
    let state = person.map(|person| browser_state(person.session.sid)).unwrap_or_default();
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/plain; charset=utf-8")).body(state))
}
