//! The page at which a person types the code that a device shows. A code that came with the address stands in the
//! field already, and still has to be sent: RFC 8628 §3.3.1, §5.4.

use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::oauth::OAuthError;
use crate::oauth::device::{self, TYPED_TOO_OFTEN, UserCodeText};
use crate::storage::Stop;
use crate::web::extract::csrf::{self, FormName, Subject};
use crate::web::extract::interaction_cookie::Browser;
use crate::web::extract::{PageForm, Visit};
use crate::web::paths;
use crate::web::respond::page::{FormSeal, Frame, Page, Sample};
use crate::web::respond::page_error::PageError;
use crate::web::respond::redirect;
use crate::web::respond::retry_after::{self, whole_seconds};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::SET_COOKIE;
use askama::Template;

/// The most of what was typed that stands in the field again, in bytes.
const MAX_ECHO: usize = 64;

/// Why the person sees the page again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// No device waits for this code: never told whether one ever did.
    Wrong,
    /// Too many codes were not right: the seconds to wait.
    TooOften(u32),
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "pages/device/code.html")]
pub struct CodePage {
    /// The frame.
    pub frame: Frame,
    /// What stands in the field.
    pub code: String,
    /// Why the page is shown again.
    pub notice: Option<Notice>,
    /// The form that sends the code.
    pub form: FormSeal,
}

impl CodePage {
    fn notice_text(&self) -> Option<String> {
        Some(self.frame.text(match self.notice? {
            Notice::Wrong => "device-code-wrong",
            Notice::TooOften(_) => "device-code-too-often",
        }))
    }

    /// The element that tells more about the field.
    fn described(&self) -> &'static str {
        if self.notice.is_some() { "notice hint" } else { "hint" }
    }
}

impl Page for CodePage {
    fn title_key(&self) -> &'static str {
        "device-code-title"
    }
}

/// `GET /device`
///
/// # Errors
/// The page for a request that cannot be read.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    let browser = visit.browser()?;
    let given = visit.query("user_code")?.and_then(|code| UserCodeText::parse(&code));
    show(&visit, &browser, given.map(|code| code.shown()).unwrap_or_default(), None)
}

/// `POST /device`
///
/// # Errors
/// The page for a form that is not ours.
pub async fn post(visit: Visit, form: PageForm) -> Result<HttpResponse, PageError> {
    let browser = visit.check_form(FormName::UserCode, Subject::default(), form.get("csrf")?)?;
    let typed = form.get("user_code")?.unwrap_or_default().to_owned();
    if let Some(address) = visit.call.act.remote
        && let Err(wait) = visit.call.state.user_codes.check(address)
    {
        refused(&visit, "user_code.address_limit").await?;
        return show(&visit, &browser, echo(&typed), Some(Notice::TooOften(whole_seconds(wait))));
    }
    // Counted for the person where somebody is signed in, so that another browser is no new beginning.
    let person = visit.person().await?;
    let who = person.as_ref().map_or_else(|| browser.hash(), |person| person.user.id.to_string());
    let (act, realm) = (visit.call.act.clone(), visit.call.realm.clone());
    let (code, hash) = (UserCodeText::parse(&typed), browser.hash());
    let entered = visit
        .call
        .state
        .store
        .run(move |txn| device::enter(txn, &act, &realm.rules, code.as_ref(), (&hash, &who)));
    match entered.await {
        Ok(waiting) if person.is_some() => Ok(redirect::see_other(&visit.way_on(&waiting))),
        Ok(waiting) => {
            let login = visit.href(paths::LOGIN);
            Ok(redirect::see_other(&format!("{login}?interaction={}", waiting.id)))
        }
        Err(Stop::Refused(error)) => {
            refused(&visit, error.cause).await?;
            show(&visit, &browser, echo(&typed), Some(notice_of(&visit.call.act, error)))
        }
        Err(Stop::Fault(fault)) => Err(fault.into()),
    }
}

fn notice_of(act: &Act, error: OAuthError) -> Notice {
    if error.cause != TYPED_TOO_OFTEN {
        return Notice::Wrong;
    }
    Notice::TooOften(whole_seconds((device::forgiven_at(act) - act.now).unsigned_abs()))
}

fn echo(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_control()).take(MAX_ECHO).collect()
}

async fn refused(visit: &Visit, cause: &'static str) -> Result<(), PageError> {
    let entry = Entry::new(&visit.call.act, Event::UserCodeEntered).refused(cause);
    Ok(visit.call.state.trail.write(&visit.call.act, entry).await?)
}

/// The page, with the status of its notice.
fn show(
    visit: &Visit,
    browser: &Browser,
    code: String,
    notice: Option<Notice>,
) -> Result<HttpResponse, PageError> {
    let form = csrf::seal(browser, FormName::UserCode, Subject::default());
    let page = CodePage { frame: visit.frame(), code, notice, form };
    let mut response = page.answer(match notice {
        None => StatusCode::OK,
        Some(Notice::Wrong) => StatusCode::BAD_REQUEST,
        Some(Notice::TooOften(_)) => StatusCode::TOO_MANY_REQUESTS,
    })?;
    if let Some(cookie) = browser.set_cookie(visit.cookies()) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    if let Some(Notice::TooOften(seconds)) = notice {
        retry_after::insert(&mut response, seconds);
    }
    Ok(response)
}

/// The looks of the page.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    let page = |code: &str, notice| CodePage {
        frame: frame.clone(),
        code: code.into(),
        notice,
        form: FormSeal { csrf: "CSRF".into(), interaction: None },
    };
    vec![
        Sample::of("empty", &page("", None)),
        Sample::of("given", &page("BCDF-GHJK", None)),
        Sample::of("wrong", &page("BCDF-GHJX", Some(Notice::Wrong))),
        Sample::of("too-often", &page("\"><script>alert(1)</script>", Some(Notice::TooOften(30)))),
    ]
}
