//! Signing out: the page that asks first, and the act.

use crate::identity::browser_session;
use crate::storage::{Stop, Txn};
use crate::web::extract::cookie::CookieKind;
use crate::web::extract::csrf::{self, FormName, Subject};
use crate::web::extract::{PageForm, Visit};
use crate::web::respond::page::{FormSeal, Frame, Page, Sample, account_of};
use crate::web::respond::page_error::PageError;
use crate::web::respond::redirect;
use crate::web::routes;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::SET_COOKIE;
use askama::Template;
use std::convert::Infallible;

/// The page that asks before it signs out.
#[derive(Debug, Template)]
#[template(path = "pages/logout.html")]
pub struct LogoutPage {
    /// The frame.
    pub frame: Frame,
    /// Who is signed in.
    pub account: String,
    /// The form that signs out.
    pub form: FormSeal,
}

impl Page for LogoutPage {
    fn title_key(&self) -> &'static str {
        "logout-title"
    }
}

/// `GET /logout`
///
/// # Errors
/// A fault where the store fails.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    let Some(person) = visit.person().await? else {
        return Ok(redirect::see_other(&visit.href(routes::SIGNED_OUT)));
    };
    let browser = visit.browser()?;
    let form = csrf::seal(&browser, FormName::Logout, Subject::default());
    let page = LogoutPage { frame: visit.frame(), account: account_of(&person.user), form };
    let mut response = page.answer(StatusCode::OK)?;
    if let Some(cookie) = browser.set_cookie(visit.cookies()) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// `POST /logout`: ends the browser session, whoever has signed in meanwhile.
///
/// # Errors
/// The page for a form that is not ours.
pub async fn post(visit: Visit, form: PageForm) -> Result<HttpResponse, PageError> {
    visit.check_form(FormName::Logout, Subject::default(), form.get("csrf")?)?;
    if let Some(sid) = visit.open_session()? {
        let act = visit.call.act.clone();
        let unit = move |txn: &mut dyn Txn| -> Result<_, Stop<Infallible>> {
            Ok(browser_session::end(txn, &act, sid, "sign_out")?)
        };
        visit.call.state.store.run(unit).await?;
    }
    let mut response = redirect::see_other(&visit.href(routes::SIGNED_OUT));
    if let Some(cookie) = visit.cookies().clear(CookieKind::Session) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The looks of the page.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    let form = FormSeal { csrf: "CSRF".into(), interaction: None };
    vec![Sample::of("usual", &LogoutPage { frame: frame.clone(), account: "Ada Lovelace".into(), form })]
}
