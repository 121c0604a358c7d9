//! The page that shows what runs on the device and what it asks for, with its code, and asks whether that is the
//! person's own device. Nothing is allowed without it: RFC 8628 §3.3, §5.4.

use crate::oauth::authorize::SignedIn;
use crate::oauth::device;
use crate::records::Scope;
use crate::web::extract::csrf::{self, FormName, Subject};
use crate::web::extract::{PageForm, Visit};
use crate::web::logos;
use crate::web::paths;
use crate::web::respond::page::{FormSeal, Frame, Page, Sample, account_of};
use crate::web::respond::page_error::{PageError, Phrase};
use crate::web::respond::permissions::{details, sentences};
use crate::web::respond::redirect;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use url::form_urlencoded;

/// The page.
#[derive(Debug, Template)]
#[template(path = "pages/device/confirm.html")]
pub struct ConfirmPage {
    /// The frame.
    pub frame: Frame,
    /// What runs on the device.
    pub client_name: String,
    /// The path of its picture.
    pub logo: Option<String>,
    /// The code that the device should show.
    pub code: String,
    /// Who is signed in.
    pub account: String,
    /// What is asked for.
    pub scope: Scope,
    /// Where the tokens are to be used. RFC 8707.
    pub resources: Vec<String>,
    /// What is asked for in detail. RFC 9396.
    pub details: Vec<String>,
    /// The form that answers.
    pub form: FormSeal,
    /// Where one signs in as somebody else.
    pub switch_href: String,
}

impl ConfirmPage {
    fn sentences(&self) -> Vec<String> {
        let mut all = self.details.clone();
        all.extend(sentences(&self.frame, &self.scope, &self.resources));
        all
    }
}

impl Page for ConfirmPage {
    fn title_key(&self) -> &'static str {
        "device-confirm-title"
    }
}

/// `GET /device/confirm`
///
/// # Errors
/// The page for an interaction that does not wait in this browser, and for a device that does not wait.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    let browser = visit.browser()?;
    let id = visit.query("interaction")?.unwrap_or_default();
    let (store, act) = (&visit.call.state.store, &visit.call.act);
    let (waiting, _, client) = device::load(store, act, &id, &browser.hash())?;
    let Some(person) = visit.person().await?.filter(|person| device::is_fresh(act, &waiting, person)) else {
        return Ok(login(&visit, &id));
    };
    let types = &visit.call.realm.rules.policy.requests.details;
    let page = ConfirmPage {
        details: details(&visit.frame(), &waiting.authorization_details, types),
        frame: visit.frame(),
        client_name: client.display_name().to_owned(),
        logo: logos::href(&visit, &client),
        code: waiting.device.map(|device| device.user_code).unwrap_or_default(),
        account: account_of(&person.user),
        form: csrf::seal(&browser, FormName::Device, subject(&id, &person)),
        switch_href: format!("{}?{}", visit.href(paths::LOGIN), query(&id)),
        scope: waiting.scope,
        resources: waiting.resources,
    };
    page.answer(StatusCode::OK)
}

/// `POST /device/confirm`
///
/// # Errors
/// The page for a form that is not ours, for an interaction that does not wait in this browser, and for a device that
/// does not wait.
pub async fn post(visit: Visit, form: PageForm) -> Result<HttpResponse, PageError> {
    let id = form.get("interaction")?.unwrap_or_default().to_owned();
    let Some(person) = visit.person().await? else { return Ok(login(&visit, &id)) };
    // Bound to the session too: what one person was shown, another does not answer.
    let browser = visit.check_form(FormName::Device, subject(&id, &person), form.get("csrf")?)?;
    match form.get("decision")? {
        Some("allow") => {
            let (act, realm, hash) = (visit.call.act.clone(), visit.call.realm.clone(), browser.hash());
            let unit = visit
                .call
                .state
                .store
                .run(move |txn| device::allow(txn, &act, &realm.rules, (&id, &hash), &person));
            unit.await?;
            Ok(redirect::see_other(&visit.href(paths::DEVICE_ALLOWED)))
        }
        Some("deny") => {
            let (act, hash) = (visit.call.act.clone(), browser.hash());
            visit.call.state.store.run(move |txn| device::deny(txn, &act, &id, &hash)).await?;
            Ok(redirect::see_other(&visit.href(paths::DEVICE_DENIED)))
        }
        _ => Err(Phrase::BadRequest.into()),
    }
}

fn subject<'a>(id: &'a str, person: &SignedIn) -> Subject<'a> {
    Subject { interaction: Some(id), session: Some(person.session.sid) }
}

fn login(visit: &Visit, id: &str) -> HttpResponse {
    redirect::see_other(&format!("{}?{}", visit.href(paths::LOGIN), query(id)))
}

fn query(id: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("interaction", id).finish()
}

/// The looks of the page.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    let page = |client_name: &str, scope: &str, resources: &[&str]| ConfirmPage {
        frame: frame.clone(),
        client_name: client_name.into(),
        logo: None,
        code: "BCDF-GHJK".into(),
        account: "Ada Lovelace".into(),
        scope: Scope::parse(scope).unwrap_or_default(),
        resources: resources.iter().map(|&at| at.into()).collect(),
        details: Vec::new(),
        form: FormSeal { csrf: "CSRF".into(), interaction: Some("INTERACTION".into()) },
        switch_href: frame.href("/login?interaction=INTERACTION"),
    };
    let pictured =
        ConfirmPage { logo: Some(frame.href("/logos/NAME")), ..page("Meadow TV", "openid profile", &[]) };
    vec![
        Sample::of("logo", &pictured),
        Sample::of("usual", &page("Meadow TV", "openid profile", &[])),
        Sample::of(
            "all",
            &page("Meadow TV", "openid email offline_access films:watch", &["https://api.meadow.example"]),
        ),
        Sample::of("markup", &page("\"><script>alert(1)</script>", "openid <script>", &["'><b>"])),
    ]
}
