//! The consent page: what a client asks for, in plain sentences.

use crate::oauth::authorize::SignedIn;
use crate::oauth::claims::{self, CLAIMS};
use crate::oauth::{interaction, redirect_uri};
use crate::records::{Client, Interaction, Origin, Scope, find};
use crate::web::extract::csrf::{self, FormName, Subject};
use crate::web::extract::interaction_cookie::Browser;
use crate::web::extract::{PageForm, Visit};
use crate::web::logos;
use crate::web::paths;
use crate::web::respond::page::{FormSeal, Frame, Page, Sample, account_of, host_of};
use crate::web::respond::page_error::{PageError, Phrase};
use crate::web::respond::permissions::{claim_sentences, details, sentences};
use crate::web::respond::{authorization, redirect};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use url::{Url, form_urlencoded};

/// The consent page.
#[derive(Debug, Template)]
#[template(path = "pages/consent.html")]
pub struct ConsentPage {
    /// The frame.
    pub frame: Frame,
    /// Who asks.
    pub client_name: String,
    /// The path of its picture.
    pub logo: Option<String>,
    /// The host that describes the client, where nobody registered it. CIMD §8.5.
    pub publisher: Option<String>,
    /// What more may be read about it: the key of a text, the host, and the address. OIDC Registration §2.
    pub links: Vec<(&'static str, String, String)>,
    /// The host to which the answer goes.
    pub redirect_host: String,
    /// Whether a program on the person's own device waits for it that nobody here has registered.
    pub stays_here: bool,
    /// Who is signed in.
    pub account: String,
    /// What is asked for.
    pub scope: Scope,
    /// The claims that are asked for one by one. OIDC Core §5.5.
    pub claims: Vec<String>,
    /// Where the tokens are to be used. RFC 8707.
    pub resources: Vec<String>,
    /// What is asked for in detail. RFC 9396.
    pub details: Vec<String>,
    /// The form that answers.
    pub form: FormSeal,
    /// Where one signs in as somebody else.
    pub switch_href: String,
}

impl ConsentPage {
    fn sentences(&self) -> Vec<String> {
        let mut all = self.details.clone();
        all.extend(sentences(&self.frame, &self.scope, &self.resources));
        for sentence in claim_sentences(&self.frame, &self.claims) {
            if !all.contains(&sentence) {
                all.push(sentence);
            }
        }
        all
    }
}

impl Page for ConsentPage {
    fn title_key(&self) -> &'static str {
        "consent-title"
    }
}

/// `GET /consent`
///
/// # Errors
/// The page for an interaction that does not wait in this browser.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    let browser = visit.browser()?;
    let id = visit.query("interaction")?.unwrap_or_default();
    let waiting = visit.interaction(&browser, &id)?;
    match visit.person().await? {
        Some(person) => show(&visit, &browser, waiting, &person),
        // Whose session has ended meanwhile signs in first: the authorization endpoint knows how to go on.
        None => Ok(resume(&visit, &id)),
    }
}

/// `POST /consent`
///
/// # Errors
/// The page for a form that is not ours, or for an interaction that does not wait in this browser.
pub async fn post(visit: Visit, form: PageForm) -> Result<HttpResponse, PageError> {
    let id = form.get("interaction")?.unwrap_or_default().to_owned();
    let Some(person) = visit.person().await? else { return Ok(resume(&visit, &id)) };
    // Bound to the session too: what one person was shown, another does not answer.
    let subject = Subject { interaction: Some(&id), session: Some(person.session.sid) };
    let browser = visit.check_form(FormName::Consent, subject, form.get("csrf")?)?;
    let (act, hash, store) = (visit.call.act.clone(), browser.hash(), &visit.call.state.store);
    match form.get("decision")? {
        Some("allow") => {
            let location = resume(&visit, &id);
            store.run(move |txn| interaction::allow(txn, &act, &id, &hash, &person)).await?;
            Ok(location)
        }
        Some("deny") => {
            let denied = store.run(move |txn| interaction::deny(txn, &act, &id, &hash)).await?;
            // RFC 9700 §4.11.2: the page has said that either answer leads there.
            authorization::tell(&visit, &denied)
        }
        _ => Err(Phrase::BadRequest.into()),
    }
}

fn show(
    visit: &Visit,
    browser: &Browser,
    waiting: Interaction,
    person: &SignedIn,
) -> Result<HttpResponse, PageError> {
    let client: Option<Client> = find(&visit.call.state.store, &visit.call.act.tenant, &waiting.client_id)?;
    let client = client.ok_or(Phrase::ClientUnknown)?;
    let subject = Subject { interaction: Some(&waiting.id), session: Some(person.session.sid) };
    let types = &visit.call.realm.rules.policy.requests.details;
    let frame = visit.frame_in(waiting.ui_locales.as_deref());
    let page = ConsentPage {
        details: details(&frame, &waiting.authorization_details, types),
        frame,
        client_name: client.display_name().to_owned(),
        logo: logos::href(visit, &client),
        publisher: publisher(&client),
        links: links(&client),
        redirect_host: Url::parse(&waiting.redirect_uri).map(|url| host_of(&url)).unwrap_or_default(),
        stays_here: stays_here(&client, &waiting.redirect_uri),
        account: account_of(&person.user),
        form: csrf::seal(browser, FormName::Consent, subject),
        switch_href: format!("{}?interaction={}", visit.href(paths::LOGIN), waiting.id),
        claims: claims::beyond_scope(waiting.claims.as_ref(), &waiting.scope),
        scope: waiting.scope,
        resources: waiting.resources,
    };
    page.answer(StatusCode::OK)
}

/// CIMD §8.5: where the client describes itself, since its name is its own word.
fn publisher(client: &Client) -> Option<String> {
    let address = client.origin.is_document().then(|| Url::parse(&client.client_id).ok()).flatten()?;
    Some(host_of(&address))
}

/// OIDC Registration §2: the person should be able to read what the client says of itself. Each address is shown with its
/// host, since it is the client's own word.
fn links(client: &Client) -> Vec<(&'static str, String, String)> {
    let about = &client.about;
    let all = [
        ("consent-site", &about.client_uri),
        ("consent-policy", &about.policy_uri),
        ("consent-terms", &about.tos_uri),
    ];
    let link = |(key, uri): (&'static str, &Option<String>)| {
        let uri = uri.clone()?;
        Some((key, host_of(&Url::parse(&uri).ok()?), uri))
    };
    all.into_iter().filter_map(link).collect()
}

/// MCP Authorization, "Localhost Redirect URI Risks": any program on a device can wait at its loopback addresses, or claim
/// a private scheme, in the name of any client that anybody may be.
fn stays_here(client: &Client, redirect_uri: &str) -> bool {
    client.origin != Origin::Operator && redirect_uri::stays_on_device(redirect_uri)
}

/// On to the authorization endpoint, which looks again at what is still needed.
fn resume(visit: &Visit, id: &str) -> HttpResponse {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("interaction", id).finish();
    redirect::see_other(&format!("{}?{query}", visit.href(paths::RESUME)))
}

/// The looks of the page.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    let page = |client_name: &str, scope: &str, resources: &[&str]| ConsentPage {
        frame: frame.clone(),
        client_name: client_name.into(),
        logo: None,
        publisher: None,
        links: Vec::new(),
        stays_here: false,
        redirect_host: "notes.meadow.example".into(),
        account: "Ada Lovelace".into(),
        scope: Scope::parse(scope).unwrap_or_default(),
        claims: Vec::new(),
        resources: resources.iter().map(|&at| at.into()).collect(),
        details: Vec::new(),
        form: FormSeal { csrf: "CSRF".into(), interaction: Some("INTERACTION".into()) },
        switch_href: frame.href("/login?interaction=INTERACTION"),
    };
    let described = ConsentPage {
        publisher: Some("notes.example".into()),
        links: ["consent-site", "consent-policy", "consent-terms"]
            .map(|key| (key, "notes.example".into(), "https://notes.example/\"><b>".into()))
            .to_vec(),
        redirect_host: "127.0.0.1:3000".into(),
        stays_here: true,
        ..page("Meadow Notes", "openid profile", &[])
    };
    let all = "openid profile email address phone offline_access roles groups orders:read";
    let every_claim = CLAIMS.map(|(claim, _)| claim.to_owned()).to_vec();
    let detailed = ConsentPage {
        details: vec!["Pay 123.50 EUR from your account DE02…2051 to Meadow Books".into()],
        ..page("Meadow Pay", "openid", &[])
    };
    let pictured = ConsentPage {
        logo: Some(frame.href("/logos/NAME")),
        ..page("Meadow Notes", "openid profile email", &[])
    };
    vec![
        Sample::of("logo", &pictured),
        Sample::of("detailed", &detailed),
        Sample::of("usual", &page("Meadow Notes", "openid profile email", &[])),
        Sample::of("all", &page("Meadow Notes", all, &["https://api.meadow.example"])),
        Sample::of("claims", &ConsentPage { claims: every_claim, ..page("Meadow Notes", "openid", &[]) }),
        Sample::of("document", &described),
        Sample::of("nothing", &page("Meadow Notes", "", &[])),
        Sample::of("markup", &page("\"><script>alert(1)</script>", "openid <script>", &["'><b>"])),
    ]
}
