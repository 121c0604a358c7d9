//! The login page: a username, a password, and the way back to the client without either.
//!
//! With an interaction it stands between an authorization request and its answer; without one it just signs in. What
//! it answers to a wrong password, an unknown name and a disabled person is the same, at the same cost.

use crate::audit::{Entry, Event};
use crate::identity::browser_session::state_of;
use crate::identity::login::{KNOWN_FOR, LoginAttempt, LoginRefusal, SignedIn};
use crate::oauth::{device, interaction};
use crate::records::{Client, Interaction, find};
use crate::storage::Stop;
use crate::web::extract::cookie::{CookieKind, CookieValue};
use crate::web::extract::csrf::{self, FormName, Subject};
use crate::web::extract::interaction_cookie::Browser;
use crate::web::extract::{PageForm, Visit};
use crate::web::logos;
use crate::web::paths;
use crate::web::respond::page::{FormSeal, Frame, Page, Sample};
use crate::web::respond::page_error::PageError;
use crate::web::respond::retry_after::{self, whole_seconds};
use crate::web::respond::{authorization, redirect};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::SET_COOKIE;
use askama::Template;
use secrecy::{ExposeSecret as _, SecretString};
use std::time::Duration;

/// The most of a name that stands in the field again after a failure, in bytes.
const MAX_ECHO: usize = 256;

/// Why the person sees the page again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Nobody has this username, or it has another password: never told which.
    Wrong,
    /// A field was empty.
    Missing,
    /// Too many tries: the next one counts after so many seconds.
    Delayed(u32),
    /// More people sign in than we can check passwords of: there may be room after so many seconds.
    Busy(u32),
}

/// The login page.
#[derive(Debug, Template)]
#[template(path = "pages/login.html")]
pub struct LoginPage {
    /// The frame.
    pub frame: Frame,
    /// To which client the person goes on; none where they came by themselves.
    pub client_name: Option<String>,
    /// What stands in the username field.
    pub username: String,
    /// Why the page is shown again.
    pub notice: Option<Notice>,
    /// The form that signs in.
    pub sign_in: FormSeal,
    /// The form that goes back to the client without signing in.
    pub cancel: Option<FormSeal>,
}

impl Notice {
    fn delayed(wait: Duration) -> Self {
        Self::Delayed(whole_seconds(wait))
    }

    /// The status of the page. 401 without a challenge: a browser must not ask for a password in a window of its own.
    const fn status(self) -> StatusCode {
        match self {
            Self::Wrong => StatusCode::UNAUTHORIZED,
            Self::Missing => StatusCode::BAD_REQUEST,
            Self::Delayed(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    const fn retry_after(self) -> Option<u32> {
        match self {
            Self::Delayed(seconds) | Self::Busy(seconds) => Some(seconds),
            Self::Wrong | Self::Missing => None,
        }
    }
}

impl From<LoginRefusal> for Notice {
    fn from(refusal: LoginRefusal) -> Self {
        match refusal {
            LoginRefusal::Wrong => Self::Wrong,
            LoginRefusal::Delayed { retry_after } => Self::delayed(retry_after),
            LoginRefusal::Busy { retry_after } => Self::Busy(whole_seconds(retry_after)),
        }
    }
}

impl LoginPage {
    fn notice_text(&self) -> Option<String> {
        Some(match self.notice? {
            Notice::Wrong => self.frame.text("login-wrong"),
            Notice::Missing => self.frame.text("login-missing"),
            Notice::Delayed(seconds) => self.frame.text_with("login-delayed", "seconds", seconds),
            Notice::Busy(_) => self.frame.text("login-busy"),
        })
    }

    /// Whether what was typed is at fault, rather than the moment.
    fn invalid(&self) -> bool {
        matches!(self.notice, Some(Notice::Wrong | Notice::Missing))
    }

    /// The element that tells more about the fields.
    fn described(&self) -> &'static str {
        if self.notice.is_some() { "notice" } else { "" }
    }
}

impl Page for LoginPage {
    fn title_key(&self) -> &'static str {
        "login-title"
    }
}

/// `GET /login`
///
/// # Errors
/// The page for an interaction that does not wait in this browser.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    let browser = visit.browser()?;
    let waiting = match visit.query("interaction")? {
        Some(id) => Some(visit.interaction(&browser, &id)?),
        None if visit.person().await?.is_some() => {
            return Ok(redirect::see_other(&visit.href(paths::INDEX)));
        }
        None => None,
    };
    let username = waiting.as_ref().and_then(|waiting| waiting.login_hint.clone()).unwrap_or_default();
    show(&visit, &browser, waiting.as_ref(), username, None)
}

/// `POST /login`
///
/// # Errors
/// The page for a form that is not ours, or for an interaction that does not wait in this browser.
pub async fn post(visit: Visit, form: PageForm) -> Result<HttpResponse, PageError> {
    let id = form.get("interaction")?;
    let browser = visit.check_form(FormName::Login, Subject::interaction(id), form.get("csrf")?)?;
    let waiting = id.map(|id| visit.interaction(&browser, id)).transpose()?;
    let (username, password) = (form.get("username")?.unwrap_or_default(), form.secret("password")?);
    let again = |notice| show(&visit, &browser, waiting.as_ref(), username.to_owned(), Some(notice));
    if username.is_empty() || password.expose_secret().is_empty() {
        return again(Notice::Missing);
    }
    if let Err(wait) = check_address(&visit, username)? {
        return again(Notice::delayed(wait));
    }
    let attempt = LoginAttempt {
        username: username.to_owned(),
        known_device: visit.known_device(),
        open_session: visit.open_session()?,
    };
    match sign_in(&visit, &attempt, &password).await {
        Ok(signed_in) => go_on(&visit, &browser, waiting, &signed_in).await,
        Err(Stop::Refused(refusal)) => again(refusal.into()),
        Err(Stop::Fault(fault)) => Err(fault.into()),
    }
}

/// `POST /login/cancel`: back to the client, which is told `access_denied`. RFC 6749 §4.1.2.1.
///
/// # Errors
/// The page for a form that is not ours, or for an interaction that does not wait in this browser.
pub async fn cancel(visit: Visit, form: PageForm) -> Result<HttpResponse, PageError> {
    let id = form.get("interaction")?.unwrap_or_default().to_owned();
    let subject = Subject::interaction(Some(&id));
    let browser = visit.check_form(FormName::CancelLogin, subject, form.get("csrf")?)?;
    let (act, hash) = (visit.call.act.clone(), browser.hash());
    if visit.interaction(&browser, &id)?.device.is_some() {
        visit.call.state.store.run(move |txn| device::deny(txn, &act, &id, &hash)).await?;
        return Ok(redirect::see_other(&visit.href(paths::DEVICE_DENIED)));
    }
    let denied = visit.call.state.store.run(move |txn| interaction::deny(txn, &act, &id, &hash)).await?;
    authorization::refuse(&visit, &denied)
}

/// The page, with the status of its notice.
fn show(
    visit: &Visit,
    browser: &Browser,
    waiting: Option<&Interaction>,
    username: String,
    notice: Option<Notice>,
) -> Result<HttpResponse, PageError> {
    let client = waiting.map(|waiting| client_of(visit, waiting)).transpose()?.flatten();
    let subject = Subject::interaction(waiting.map(|waiting| waiting.id.as_str()));
    if let Some(client) = &client {
        logos::expect(visit, client);
    }
    let page = LoginPage {
        frame: visit.frame_in(waiting.and_then(|waiting| waiting.ui_locales.as_deref())),
        client_name: client.map(|client| client.display_name().to_owned()),
        username: username.get(..MAX_ECHO).map(str::to_owned).unwrap_or(username),
        notice,
        sign_in: csrf::seal(browser, FormName::Login, subject),
        cancel: waiting.map(|_| csrf::seal(browser, FormName::CancelLogin, subject)),
    };
    let mut response = page.answer(notice.map_or(StatusCode::OK, Notice::status))?;
    if let Some(cookie) = browser.set_cookie(visit.cookies()) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    if let Some(seconds) = notice.and_then(Notice::retry_after) {
        retry_after::insert(&mut response, seconds);
    }
    Ok(response)
}

fn client_of(visit: &Visit, waiting: &Interaction) -> Result<Option<Client>, PageError> {
    Ok(find(&visit.call.state.store, &visit.call.act.tenant, &waiting.client_id)?)
}

/// Asks the bucket of the caller's address for a try.
fn check_address(visit: &Visit, username: &str) -> Result<Result<(), Duration>, PageError> {
    let Some(address) = visit.call.act.remote else { return Ok(Ok(())) };
    let checked = visit.call.state.addresses.check(address);
    if checked.is_err() {
        let entry = Entry::new(&visit.call.act, Event::AuthnLoginLock)
            .refused("login.address_limit")
            .actor(visit.call.state.login.devices.name_hash(username));
        visit.call.state.trail.note(&visit.call.act, entry)?;
    }
    Ok(checked)
}

/// Signs the person in, unless they come too early: that is refused before anything is hashed.
async fn sign_in(
    visit: &Visit,
    attempt: &LoginAttempt,
    password: &SecretString,
) -> Result<SignedIn, Stop<LoginRefusal>> {
    let (state, act) = (&visit.call.state, &visit.call.act);
    let candidate = state.login.prepare(&state.store, act, attempt)?;
    if let Err(stop) = state.login.check_delay(&state.store, act, &candidate) {
        if let Stop::Refused(_) = stop {
            state.trail.note(act, candidate.delayed(act))?;
        }
        return Err(stop);
    }
    state.login.sign_in(&state.store, &state.passwords, act, &candidate, password).await
}

/// Sets the cookies of the new session and sends the person on.
async fn go_on(
    visit: &Visit,
    browser: &Browser,
    waiting: Option<Interaction>,
    signed_in: &SignedIn,
) -> Result<HttpResponse, PageError> {
    let location = match waiting {
        None => visit.href(paths::INDEX),
        Some(waiting) => {
            let location = visit.way_on(&waiting);
            let (id, act, hash, sid) =
                (waiting.id, visit.call.act.clone(), browser.hash(), signed_in.session.sid);
            visit.call.state.store.run(move |txn| interaction::signed_in(txn, &act, &id, &hash, sid)).await?;
            location
        }
    };
    let mut response = redirect::see_other(&location);
    let session = (CookieKind::Session, signed_in.cookie.expose_secret(), None);
    let state = (CookieKind::State, state_of(&signed_in.session), None);
    let device = (CookieKind::Device, signed_in.known_device.expose_secret(), Some(KNOWN_FOR));
    for (kind, value, lives) in [session, state, device] {
        let cookie = CookieValue::new(value).and_then(|value| visit.cookies().set(kind, &value, lives));
        let cookie = cookie.ok_or_else(|| PageError::broken("a cookie cannot be written"))?;
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The looks of the page.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    let seal = FormSeal { csrf: "CSRF".into(), interaction: Some("INTERACTION".into()) };
    let page = |client_name: Option<&str>, username: &str, notice| LoginPage {
        frame: frame.clone(),
        client_name: client_name.map(Into::into),
        username: username.into(),
        notice,
        sign_in: FormSeal { interaction: client_name.and(seal.interaction.clone()), ..seal.clone() },
        cancel: client_name.map(|_| seal.clone()),
    };
    vec![
        Sample::of("plain", &page(None, "", None)),
        Sample::of("client", &page(Some("Meadow Notes"), "", None)),
        Sample::of("wrong", &page(Some("Meadow Notes"), "ada", Some(Notice::Wrong))),
        Sample::of("missing", &page(None, "", Some(Notice::Missing))),
        Sample::of("delayed", &page(Some("Meadow Notes"), "ada", Some(Notice::Delayed(30)))),
        Sample::of("busy", &page(None, "ada", Some(Notice::Busy(1)))),
        Sample::of("markup", &page(Some("\"><script>alert(1)</script>"), "<b>\"'&", Some(Notice::Wrong))),
    ]
}
