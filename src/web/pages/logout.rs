//! Signing out: at the person's own wish, or because a client asks for it. OIDC RP-Initiated Logout §2.
//!
//! A client that shows the ID token of this very session signs out at once; otherwise the person is asked. The request
//! travels through the form and is checked again there, so the form can say nothing that a link could not.

use crate::audit::{Entry, Event};
use crate::identity::browser_session::{self, Ended};
use crate::oauth::logout::{self, LogoutRequest};
use crate::oauth::{OAuthError, Params};
use crate::records::Client;
use crate::storage::{Stop, Txn};
use crate::web::extract::cookie::CookieKind;
use crate::web::extract::csrf::{self, FormName, Subject};
use crate::web::extract::{PageForm, Visit};
use crate::web::paths;
use crate::web::respond::leaving::{LeavingPage, Reason};
use crate::web::respond::page::{FormSeal, Frame, Page, Sample, account_of, host_of};
use crate::web::respond::page_error::{PageError, Phrase};
use crate::web::respond::redirect;
use crate::web::respond::signing_out;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::SET_COOKIE;
use askama::Template;
use std::convert::Infallible;
use url::Url;
use uuid::Uuid;

/// The page that asks before it signs out.
#[derive(Debug, Template)]
#[template(path = "pages/logout.html")]
pub struct LogoutPage {
    /// The frame.
    pub frame: Frame,
    /// Who is signed in; nobody where the session has lain idle for too long.
    pub account: Option<String>,
    /// The client that asks, if one does.
    pub client_name: Option<String>,
    /// The site that the person goes on to, where nobody vouches for it.
    pub unknown_host: Option<String>,
    /// The form that signs out.
    pub form: FormSeal,
    /// What the client asked, for the form: names and values.
    pub carried: Vec<(&'static str, String)>,
}

impl Page for LogoutPage {
    fn title_key(&self) -> &'static str {
        "logout-title"
    }
}

/// `GET /logout`
///
/// # Errors
/// The page for a request that is wrong; a fault where the store fails.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    let params = visit.params().map_err(|_| Phrase::BadRequest)?;
    ask(&visit, &params).await
}

/// `POST /logout`: our own form, or a client's request. OIDC RP-Initiated Logout §2: both methods.
///
/// # Errors
/// The page for a form that is not ours, or for a request that is wrong.
pub async fn post(visit: Visit, form: PageForm) -> Result<HttpResponse, PageError> {
    let params = form.params();
    if form.get("csrf")?.is_none() {
        // From another site a browser sends our cookies with a GET alone.
        let query = params.to_query();
        return Ok(redirect::see_other(&format!("{}?{query}", visit.href(paths::LOGOUT))));
    }
    visit.check_form(FormName::Logout, Subject::default(), form.get("csrf")?)?;
    let request = parse(&visit, params)?;
    let ended = match visit.open_session()? {
        Some(sid) => end(&visit, sid).await?,
        None => None,
    };
    finish(&visit, &request, ended, true)
}

async fn ask(visit: &Visit, params: &Params) -> Result<HttpResponse, PageError> {
    let request = parse(visit, params)?;
    if let Some(sid) = visit.open_session()?
        && request.proves(sid, &visit.call.realm.rules)
    {
        let ended = end(visit, sid).await?;
        return finish(visit, &request, ended, true);
    }
    // Not done: OIDC RP-Initiated Logout §2: asking in every case: who shows the hint of this very session is believed.
    // Not done: OIDC RP-Initiated Logout §2: `logout_hint`: the session that ends is the one in this browser.
    let person = visit.person().await?;
    // OIDC Back-Channel Logout §2: whoever took part in a session that has lain idle is to be told, too.
    if person.is_none() && visit.open_session()?.is_none() {
        // RFC 9700 §4.11.2: nobody has been asked, and nobody was signed in.
        return finish(visit, &request, None, is_trusted(visit, &request));
    }
    let browser = visit.browser()?;
    // OIDC RP-Initiated Logout §2, `ui_locales`: what cannot be served is no error.
    let locales = params.get("ui_locales").ok().flatten();
    let page = LogoutPage {
        frame: visit.frame_in(locales),
        account: person.as_ref().map(|person| account_of(&person.user)),
        client_name: request.client.as_ref().map(|client| client.display_name().to_owned()),
        unknown_host: request.back.as_ref().filter(|_| !is_trusted(visit, &request)).map(host),
        form: csrf::seal(&browser, FormName::Logout, Subject::default()),
        carried: request.carried().to_vec(),
    };
    let mut response = page.answer(StatusCode::OK)?;
    if let Some(cookie) = browser.set_cookie(visit.cookies()) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Whether a browser may be sent back to the client without a word about where that is. RFC 9700 §4.11.2.
fn is_trusted(visit: &Visit, request: &LogoutRequest) -> bool {
    request.back_is_vouched_for() || visit.call.realm.registration.trust_redirects
}

/// The site of a way back, as people know it.
fn host(back: &logout::Return) -> String {
    Url::parse(&back.location()).map(|url| host_of(&url)).unwrap_or_default()
}

fn parse(visit: &Visit, params: &Params) -> Result<LogoutRequest, PageError> {
    let call = &visit.call;
    let (rules, keys) = (&call.realm.rules, call.realm.keys.load());
    let parsed = logout::parse(&call.state.store, &call.act, (rules, &keys), params);
    if let Err(Stop::Refused(OAuthError { cause, .. })) = &parsed {
        call.state.trail.note(&call.act, Entry::new(&call.act, Event::SessionEnded).refused(cause))?;
    }
    Ok(parsed?)
}

/// Ends the browser session, whoever has signed in meanwhile.
async fn end(visit: &Visit, sid: Uuid) -> Result<Option<Ended>, PageError> {
    let act = visit.call.act.clone();
    let unit = move |txn: &mut dyn Txn| -> Result<_, Stop<Infallible>> {
        Ok(browser_session::end(txn, &act, sid, "sign_out")?)
    };
    Ok(visit.call.state.store.run(unit).await?)
}

/// Takes the cookies away and sends the person on: to the client that asked, or to a page of ours; past the clients
/// that are told through the browser, where there are any. Where it is not `trusted`, since nobody was asked and nobody
/// was signed in, a link leads there instead.
fn finish(
    visit: &Visit,
    request: &LogoutRequest,
    ended: Option<Ended>,
    trusted: bool,
) -> Result<HttpResponse, PageError> {
    // OIDC RP-Initiated Logout §3: after the session has ended, never before.
    let back = request.back.as_ref().map(logout::Return::location);
    let call = &visit.call;
    let participants = ended.map(|ended| ended.participants).unwrap_or_default();
    let frames = logout::frames(&call.state.store, &call.act, &call.realm.rules, &participants)?;
    let signed_out = || visit.href(paths::SIGNED_OUT);
    let mut response = match (back, frames.is_empty()) {
        (Some(back), true) if !trusted => {
            let name = request.client.as_ref().map(Client::display_name).unwrap_or_default();
            LeavingPage::new(visit.frame(), Reason::SignedOut, name, back).show()?
        }
        (back, true) => redirect::see_other(&back.unwrap_or_else(signed_out)),
        (back, false) => signing_out::show(visit.frame(), frames, back.unwrap_or_else(signed_out))?,
    };
    for kind in [CookieKind::Session, CookieKind::State] {
        if let Some(cookie) = visit.cookies().clear(kind) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    Ok(response)
}

/// The looks of the page.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    let page = |client_name: Option<&str>| LogoutPage {
        frame: frame.clone(),
        account: Some("Ada Lovelace".into()),
        client_name: client_name.map(Into::into),
        unknown_host: None,
        form: FormSeal { csrf: "CSRF".into(), interaction: None },
        carried: client_name.map(|_| ("client_id", "web".to_owned())).into_iter().collect(),
    };
    let stranger = LogoutPage { unknown_host: Some("notes.example".into()), ..page(Some("Meadow Notes")) };
    let idle = LogoutPage { account: None, ..page(Some("Meadow Notes")) };
    vec![
        Sample::of("idle", &idle),
        Sample::of("usual", &page(None)),
        Sample::of("client", &page(Some("Meadow Notes"))),
        Sample::of("stranger", &stranger),
        Sample::of("markup", &page(Some("\"><script>alert(1)</script>"))),
    ]
}
