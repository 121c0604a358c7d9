//! The account page: go on as who is signed in, or as somebody else. OIDC Core §3.1.2.1, `prompt=select_account`.

use crate::oauth::authorize::SignedIn;
use crate::oauth::interaction;
use crate::records::{Client, Interaction, find};
use crate::web::extract::csrf::{self, FormName, Subject};
use crate::web::extract::interaction_cookie::Browser;
use crate::web::extract::{PageForm, Visit};
use crate::web::logos;
use crate::web::paths;
use crate::web::respond::page::{FormSeal, Frame, Page, Sample, account_of};
use crate::web::respond::page_error::{PageError, Phrase};
use crate::web::respond::redirect;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

/// The account page.
#[derive(Debug, Template)]
#[template(path = "pages/select_account.html")]
pub struct SelectAccountPage {
    /// The frame.
    pub frame: Frame,
    /// To which client the person goes on.
    pub client_name: String,
    /// The path of its picture.
    pub logo: Option<String>,
    /// Who is signed in, by their name.
    pub account: String,
    /// And by the name that they type, where that is another.
    pub username: Option<String>,
    /// The form that goes on.
    pub form: FormSeal,
    /// Where one signs in as somebody else.
    pub switch_href: String,
    /// The form that goes back to the client without an account.
    pub cancel: FormSeal,
}

impl Page for SelectAccountPage {
    fn title_key(&self) -> &'static str {
        "select-account-title"
    }
}

/// `GET /select-account`
///
/// # Errors
/// The page for an interaction that does not wait in this browser.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    let browser = visit.browser()?;
    let id = visit.query("interaction")?.unwrap_or_default();
    let waiting = visit.interaction(&browser, &id)?;
    match visit.person().await? {
        Some(person) => show(&visit, &browser, &waiting, &person),
        // Where nobody is signed in any more, there is nothing to choose from.
        None => Ok(resume(&visit, &id)),
    }
}

/// `POST /select-account`
///
/// # Errors
/// The page for a form that is not ours, or for an interaction that does not wait in this browser.
pub async fn post(visit: Visit, form: PageForm) -> Result<HttpResponse, PageError> {
    let id = form.get("interaction")?.unwrap_or_default().to_owned();
    let Some(person) = visit.person().await? else { return Ok(resume(&visit, &id)) };
    // Bound to the session too: whoever is signed in was the one who was shown.
    let subject = Subject { interaction: Some(&id), session: Some(person.session.sid) };
    let browser = visit.check_form(FormName::SelectAccount, subject, form.get("csrf")?)?;
    let (act, hash, location) = (visit.call.act.clone(), browser.hash(), resume(&visit, &id));
    let choose = visit.call.state.store.run(move |txn| interaction::choose(txn, &act, &id, &hash, &person));
    choose.await?;
    Ok(location)
}

fn show(
    visit: &Visit,
    browser: &Browser,
    waiting: &Interaction,
    person: &SignedIn,
) -> Result<HttpResponse, PageError> {
    let client: Option<Client> = find(&visit.call.state.store, &visit.call.act.tenant, &waiting.client_id)?;
    let client = client.ok_or(Phrase::ClientUnknown)?;
    let subject = Subject { interaction: Some(&waiting.id), session: Some(person.session.sid) };
    let account = account_of(&person.user);
    let page = SelectAccountPage {
        frame: visit.frame_in(waiting.ui_locales.as_deref()),
        client_name: client.display_name().to_owned(),
        logo: logos::href(visit, &client),
        username: Some(person.user.username.clone()).filter(|username| *username != account),
        account,
        form: csrf::seal(browser, FormName::SelectAccount, subject),
        switch_href: format!("{}?interaction={}", visit.href(paths::LOGIN), waiting.id),
        cancel: csrf::seal(browser, FormName::CancelLogin, Subject::interaction(Some(&waiting.id))),
    };
    page.answer(StatusCode::OK)
}

/// On to the authorization endpoint, which looks again at what is still needed.
fn resume(visit: &Visit, id: &str) -> HttpResponse {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("interaction", id).finish();
    redirect::see_other(&format!("{}?{query}", visit.href(paths::RESUME)))
}

/// The looks of the page.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    let seal = FormSeal { csrf: "CSRF".into(), interaction: Some("INTERACTION".into()) };
    let page = |client_name: &str, account: &str, username: Option<&str>| SelectAccountPage {
        frame: frame.clone(),
        client_name: client_name.into(),
        logo: None,
        account: account.into(),
        username: username.map(Into::into),
        form: seal.clone(),
        switch_href: frame.href("/login?interaction=INTERACTION"),
        cancel: seal.clone(),
    };
    let pictured = SelectAccountPage {
        logo: Some(frame.href("/logos/NAME")),
        ..page("Meadow Notes", "Ada Lovelace", Some("ada"))
    };
    vec![
        Sample::of("logo", &pictured),
        Sample::of("usual", &page("Meadow Notes", "Ada Lovelace", Some("ada"))),
        Sample::of("username", &page("Meadow Notes", "ada", None)),
        Sample::of("markup", &page("\"><script>alert(1)</script>", "<b>\"'&", Some("'><b>"))),
    ]
}
