//! The page on which the first administrator is made, behind a link that works once.

use crate::identity::browser_session::{self, Opened};
use crate::identity::password::{self, PasswordError, PasswordHash, PoolError};
use crate::identity::setup::{self, SetupError};
use crate::identity::users::{NewUser, UserError};
use crate::identity::{ProfileChange, username};
use crate::storage::{Fault, Stop, Txn};
use crate::web::extract::cookie::{CookieKind, CookieValue};
use crate::web::extract::csrf::{self, FormName, Subject};
use crate::web::extract::interaction_cookie::Browser;
use crate::web::extract::{PageForm, Visit};
use crate::web::paths;
use crate::web::respond::page::{FormSeal, Frame, Page, Sample};
use crate::web::respond::page_error::{PageError, Phrase};
use crate::web::respond::redirect;
use crate::web::respond::retry_after::{self, whole_seconds};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::SET_COOKIE;
use askama::Template;
use secrecy::{ExposeSecret as _, SecretString};

/// What is wrong with what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// No username by PRECIS. RFC 8265 §3.3.
    UsernameUnusable,
    /// Somebody has it.
    UsernameTaken,
    /// Too few characters.
    PasswordShort,
    /// More bytes than we hash.
    PasswordLong,
    /// A character that RFC 8265 §4.2 does not allow.
    PasswordUnusable,
    /// Among the first that are guessed.
    PasswordCommon,
    /// The same as the username.
    PasswordUsername,
    /// We cannot hash it just now: there may be room after so many seconds.
    Busy(u32),
}

impl Problem {
    /// Every problem.
    pub const ALL: [Self; 8] = [
        Self::UsernameUnusable,
        Self::UsernameTaken,
        Self::PasswordShort,
        Self::PasswordLong,
        Self::PasswordUnusable,
        Self::PasswordCommon,
        Self::PasswordUsername,
        Self::Busy(2),
    ];

    /// The key of its text.
    pub const fn key(self) -> &'static str {
        match self {
            Self::UsernameUnusable => "setup-username-unusable",
            Self::UsernameTaken => "setup-username-taken",
            Self::PasswordShort => "setup-password-short",
            Self::PasswordLong => "setup-password-long",
            Self::PasswordUnusable => "setup-password-unusable",
            Self::PasswordCommon => "setup-password-common",
            Self::PasswordUsername => "setup-password-username",
            Self::Busy(_) => "setup-busy",
        }
    }

    /// After how many seconds it may be gone, where it goes by itself.
    const fn wait(self) -> Option<u32> {
        if let Self::Busy(seconds) = self { Some(seconds) } else { None }
    }
}

impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Empty | PasswordError::TooShort { .. } => Self::PasswordShort,
            PasswordError::TooLong => Self::PasswordLong,
            PasswordError::Character => Self::PasswordUnusable,
            PasswordError::Common => Self::PasswordCommon,
            PasswordError::Username => Self::PasswordUsername,
        }
    }
}

/// The page on which the first administrator is made.
#[derive(Debug, Template)]
#[template(path = "pages/setup.html")]
pub struct SetupPage {
    /// The frame.
    pub frame: Frame,
    /// What stands in the username field.
    pub username: String,
    /// What is wrong with what was typed.
    pub problem: Option<Problem>,
    /// How many characters a password has at least.
    pub least_length: u32,
    /// The link's token.
    pub token: SecretString,
    /// The form.
    pub form: FormSeal,
}

impl SetupPage {
    fn token(&self) -> &str {
        self.token.expose_secret()
    }

    fn username_invalid(&self) -> bool {
        matches!(self.problem, Some(Problem::UsernameUnusable | Problem::UsernameTaken))
    }

    fn password_invalid(&self) -> bool {
        self.problem.is_some_and(|problem| problem.wait().is_none()) && !self.username_invalid()
    }

    fn username_described(&self) -> &'static str {
        if self.username_invalid() { "notice" } else { "" }
    }

    fn password_described(&self) -> &'static str {
        if self.password_invalid() { "notice password-hint" } else { "password-hint" }
    }
}

impl Page for SetupPage {
    fn title_key(&self) -> &'static str {
        "setup-title"
    }
}

/// `GET /setup`
///
/// # Errors
/// The page for a link that does not work.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    let token = SecretString::from(visit.query("token")?.unwrap_or_default());
    refuse_dead_link(&visit, &token)?;
    show(&visit, &visit.browser()?, &token, "", None)
}

/// `POST /setup`: adds the administrator and signs them in.
///
/// # Errors
/// The page for a form that is not ours, or for a link that does not work.
pub async fn post(visit: Visit, form: PageForm) -> Result<HttpResponse, PageError> {
    let browser = visit.check_form(FormName::Setup, Subject::default(), form.get("csrf")?)?;
    let token = form.secret("token")?;
    // Before the hash: nobody without a link makes us work.
    refuse_dead_link(&visit, &token)?;
    let typed = form.get("username")?.unwrap_or_default();
    let again = |problem| show(&visit, &browser, &token, typed, Some(problem));
    let hash = match checked_hash(&visit, typed, &form.secret("password")?).await? {
        Ok(hash) => hash,
        Err(problem) => return again(problem),
    };
    let new = NewUser { username: typed.to_owned(), password: Some(hash), profile: ProfileChange::default() };
    match add(&visit, token.clone(), new).await {
        Ok(opened) => signed_in(&visit, &opened),
        Err(Stop::Refused(SetupError::User(UserError::Taken))) => again(Problem::UsernameTaken),
        Err(Stop::Refused(SetupError::User(_))) => again(Problem::UsernameUnusable),
        Err(Stop::Refused(SetupError::Link)) => Err(Phrase::SetupLink.into()),
        Err(Stop::Fault(fault)) => Err(fault.into()),
    }
}

fn refuse_dead_link(visit: &Visit, token: &SecretString) -> Result<(), PageError> {
    if setup::is_usable(&visit.call.state.store, &visit.call.act, token)? {
        Ok(())
    } else {
        Err(Phrase::SetupLink.into())
    }
}

/// The hash of a password that may be set.
async fn checked_hash(
    visit: &Visit,
    typed: &str,
    password: &SecretString,
) -> Result<Result<PasswordHash, Problem>, PageError> {
    let state = &visit.call.state;
    let Ok(name) = username::canonical(typed) else { return Ok(Err(Problem::UsernameUnusable)) };
    let prepared = match password::prepare(password) {
        Ok(prepared) => prepared,
        Err(error) => return Ok(Err(error.into())),
    };
    if let Err(error) = password::check_new(&prepared, &name, state.new_passwords) {
        return Ok(Err(error.into()));
    }
    match state.passwords.hash(prepared, visit.call.act.seed.expand_16("setup.salt")).await {
        Ok(hash) => Ok(Ok(hash)),
        Err(PoolError::Busy { retry_after }) => Ok(Err(Problem::Busy(whole_seconds(retry_after)))),
        Err(PoolError::Failed) => Err(Fault::unavailable("a password could not be hashed").into()),
    }
}

/// The administrator and their first session, in one unit of work.
async fn add(visit: &Visit, token: SecretString, new: NewUser) -> Result<Opened, Stop<SetupError>> {
    let (act, policy) = (visit.call.act.clone(), visit.call.state.login.policy.session);
    let unit = move |txn: &mut dyn Txn| {
        let user = setup::consume(txn, &act, &token, new.clone())?;
        Ok(browser_session::begin(txn, &act, policy, &user, &["pwd"])?)
    };
    visit.call.state.store.run(unit).await
}

fn signed_in(visit: &Visit, opened: &Opened) -> Result<HttpResponse, PageError> {
    let mut response = redirect::see_other(&visit.href(paths::INDEX));
    let session = (CookieKind::Session, opened.cookie.expose_secret());
    let state = (CookieKind::State, browser_session::state_of(&opened.session));
    for (kind, value) in [session, state] {
        let cookie = CookieValue::new(value).and_then(|value| visit.cookies().set(kind, &value, None));
        let cookie = cookie.ok_or_else(|| PageError::broken("a cookie cannot be written"))?;
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

fn show(
    visit: &Visit,
    browser: &Browser,
    token: &SecretString,
    typed: &str,
    problem: Option<Problem>,
) -> Result<HttpResponse, PageError> {
    let page = SetupPage {
        frame: visit.frame(),
        username: typed.to_owned(),
        problem,
        least_length: u32::try_from(visit.call.state.new_passwords.min_chars).unwrap_or(u32::MAX),
        token: token.clone(),
        form: csrf::seal(browser, FormName::Setup, Subject::default()),
    };
    let status = match problem {
        None => StatusCode::OK,
        Some(Problem::Busy(_)) => StatusCode::SERVICE_UNAVAILABLE,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let mut response = page.answer(status)?;
    if let Some(cookie) = browser.set_cookie(visit.cookies()) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    if let Some(seconds) = problem.and_then(Problem::wait) {
        retry_after::insert(&mut response, seconds);
    }
    Ok(response)
}

/// The looks of the page.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    let page = |username: &str, problem| SetupPage {
        frame: frame.clone(),
        username: username.into(),
        problem,
        least_length: 12,
        token: SecretString::from("TOKEN"),
        form: FormSeal { csrf: "CSRF".into(), interaction: None },
    };
    let mut samples = vec![Sample::of("first", &page("", None))];
    samples.extend(Problem::ALL.map(|problem| Sample::of(problem.key(), &page("ada", Some(problem)))));
    samples
}
