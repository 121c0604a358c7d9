//! A person's request to one of our pages.

use super::cookie::{CookieKind, CookieValue, Cookies};
use super::csrf::{self, FormName, Subject};
use super::interaction_cookie::Browser;
use super::{Call, browser_session, language};
use crate::identity::browser_session::{find_by_state, sid_of};
use crate::oauth::authorize::SignedIn;
use crate::oauth::{OAuthError, Params, interaction};
use crate::records::{BrowserSession, Interaction};
use crate::web::paths;
use crate::web::respond::page::Frame;
use crate::web::respond::page_error::PageError;
use actix_web::dev::Payload;
use actix_web::http::header::HeaderValue;
use actix_web::{Error, FromRequest, HttpRequest};
use secrecy::SecretString;
use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;
use uuid::Uuid;

/// A person's request: the call, with what the browser sent along. Its cookies are never printed.
pub struct Visit {
    /// The call.
    pub call: Call,
    request: HttpRequest,
}

impl fmt::Debug for Visit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Visit").field("act", &self.call.act).finish_non_exhaustive()
    }
}

impl FromRequest for Visit {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let call = Call::from_request(request, payload).into_inner();
        ready(call.map(|call| Self { call, request: request.clone() }))
    }
}

impl Visit {
    /// The frame of the page that answers.
    pub fn frame(&self) -> Frame {
        self.frame_in(None)
    }

    /// The frame of a page for an authorization request, which may ask for languages. OIDC Core §3.1.2.1, `ui_locales`.
    pub fn frame_in(&self, ui_locales: Option<&str>) -> Frame {
        let stationery = &self.call.state.stationery;
        Frame::new(Arc::clone(stationery), language::of(&self.request, stationery.texts(), ui_locales))
    }

    /// The rules for cookies here.
    pub fn cookies(&self) -> Cookies {
        self.call.state.cookies
    }

    /// The path of one of our pages.
    pub fn href(&self, path: &str) -> String {
        self.call.state.stationery.href(path)
    }

    /// The browser, named now where it came without a name.
    ///
    /// # Errors
    /// A fault, which does not happen: 32 bytes always make a cookie.
    pub fn browser(&self) -> Result<Browser, PageError> {
        Browser::find_or_name(&self.request, self.cookies(), &self.call.act.seed)
            .ok_or_else(|| PageError::broken("a browser cannot be named"))
    }

    /// The browser, where it came with a name.
    pub fn known_browser(&self) -> Option<Browser> {
        Browser::find(&self.request, self.cookies())
    }

    /// The parameters of the query.
    ///
    /// # Errors
    /// `invalid_request` where it is malformed.
    pub fn params(&self) -> Result<Params, OAuthError> {
        super::query(&self.request)
    }

    /// Who is signed in with the browser.
    ///
    /// # Errors
    /// A fault where the store fails.
    pub async fn person(&self) -> Result<Option<SignedIn>, PageError> {
        Ok(browser_session::signed_in(&self.call, &self.request).await?)
    }

    /// The session that the browser's cookie opens, alive or lain idle for too long.
    ///
    /// # Errors
    /// A fault where the store fails.
    pub fn open_session(&self) -> Result<Option<Uuid>, PageError> {
        let Some(cookie) = self.cookies().read(&self.request, CookieKind::Session) else { return Ok(None) };
        Ok(sid_of(&self.call.state.store, &self.call.act, &cookie.into_secret())?)
    }

    /// The living session that the browser's cookie for frames tells of: what a page of another site may see of it. Nobody
    /// counts as seen by it.
    ///
    /// # Errors
    /// A fault where the store fails.
    pub fn told_session(&self) -> Result<Option<BrowserSession>, PageError> {
        let Some(cookie) = self.cookies().read(&self.request, CookieKind::State) else { return Ok(None) };
        let (state, act) = (&self.call.state, &self.call.act);
        Ok(find_by_state(&state.store, act, state.login.policy.session, cookie.expose())?)
    }

    /// `Set-Cookie` that tells frames of this session; none where the browser has it already.
    pub fn tell_session(&self, state: &str) -> Option<HeaderValue> {
        let known = self.cookies().read(&self.request, CookieKind::State);
        if known.is_some_and(|known| known.expose() == state) {
            return None;
        }
        self.cookies().set(CookieKind::State, &CookieValue::new(state)?, None)
    }

    /// The interaction of this id, if it waits in this browser.
    ///
    /// # Errors
    /// The page for an interaction that does not.
    pub fn interaction(&self, browser: &Browser, id: &str) -> Result<Interaction, PageError> {
        Ok(interaction::load(&self.call.state.store, &self.call.act, id, &browser.hash())?)
    }

    /// Where a person goes on whose sign-in the interaction waited for: to the page that asks for a device, or to the
    /// authorization endpoint, which looks at what is still needed.
    pub fn way_on(&self, waiting: &Interaction) -> String {
        let path = if waiting.device.is_some() { paths::DEVICE_CONFIRM } else { paths::RESUME };
        format!("{}?interaction={}", self.href(path), waiting.id)
    }

    /// The browser that sent a form, if our own page in that browser did.
    ///
    /// # Errors
    /// The page that says why the form does not count.
    pub fn check_form(
        &self,
        form: FormName,
        subject: Subject<'_>,
        token: Option<&str>,
    ) -> Result<Browser, PageError> {
        let origin = self.call.state.stationery.origin();
        let token = token.unwrap_or_default();
        Ok(csrf::check(&self.request, self.cookies(), &origin, form, subject, token)?)
    }

    /// Whether the browser says that a page of another site asks. Fetch Metadata §2.4.
    pub fn is_cross_site(&self) -> bool {
        self.request.headers().get("sec-fetch-site").is_some_and(|site| site == "cross-site")
    }

    /// Whether the answer is for a window or tab of its own, where the browser says so. Fetch Metadata §2.1.
    pub fn is_window(&self) -> Option<bool> {
        self.request.headers().get("sec-fetch-dest").map(|place| place == "document")
    }

    /// Whether a page of ours asks, or a browser that does not say. Fetch Metadata §2.4.
    pub fn is_our_own(&self) -> bool {
        self.request
            .headers()
            .get("sec-fetch-site")
            .is_none_or(|site| site == "same-origin" || site == "none")
    }

    /// A parameter of the query; none where it is missing or empty.
    ///
    /// # Errors
    /// The page for a request that cannot be read.
    pub fn query(&self, name: &str) -> Result<Option<String>, PageError> {
        let params = self.params().map_err(super::page_form::unreadable)?;
        Ok(params.get(name).map_err(super::page_form::unreadable)?.map(str::to_owned))
    }

    /// The value that says that somebody has signed in with this browser before.
    pub fn known_device(&self) -> Option<SecretString> {
        self.cookies().read(&self.request, CookieKind::Device).map(CookieValue::into_secret)
    }
}
