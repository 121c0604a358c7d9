//! The start page: what this server is, and who is signed in.

use crate::web::extract::Visit;
use crate::web::extract::csrf::{self, FormName, Subject};
use crate::web::paths;
use crate::web::respond::page::{FormSeal, Frame, Page, Sample, account_of};
use crate::web::respond::page_error::PageError;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::SET_COOKIE;
use askama::Template;

/// A person who is signed in, and the form with which they sign out.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub account: String,
    /// The form that signs out.
    pub sign_out: FormSeal,
}

/// The start page.
#[derive(Debug, Template)]
#[template(path = "pages/index.html")]
pub struct IndexPage {
    /// The frame.
    pub frame: Frame,
    /// Who is signed in with this browser, if anybody is.
    pub signed_in: Option<SignedIn>,
}

/// Where services find what they need.
#[derive(Debug)]
struct Fact {
    name: String,
    url: String,
    shown: String,
}

impl IndexPage {
    fn facts(&self) -> Vec<Fact> {
        let issuer = self.frame.issuer();
        [
            ("index-issuer", ""),
            ("index-openid", paths::OPENID_CONFIGURATION),
            ("index-oauth", paths::OAUTH_METADATA),
            ("index-jwks", paths::JWKS),
        ]
        .map(|(key, path)| Fact {
            name: self.frame.text(key),
            url: format!("{issuer}{path}"),
            shown: if path.is_empty() { issuer.to_owned() } else { path.to_owned() },
        })
        .into_iter()
        .collect()
    }
}

impl Page for IndexPage {
    fn title_key(&self) -> &'static str {
        "index-title"
    }
}

/// `GET /`
///
/// # Errors
/// A fault where the store fails.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    let browser = visit.browser()?;
    let signed_in = visit.person().await?.map(|person| SignedIn {
        account: account_of(&person.user),
        sign_out: csrf::seal(&browser, FormName::Logout, Subject::default()),
    });
    let needs_cookie = signed_in.is_some();
    let mut response = IndexPage { frame: visit.frame(), signed_in }.answer(StatusCode::OK)?;
    if let Some(cookie) = browser.set_cookie(visit.cookies()).filter(|_| needs_cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The looks of the page.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    let sign_out = FormSeal { csrf: "CSRF".into(), interaction: None };
    let somebody = SignedIn { account: "Ada Lovelace".into(), sign_out };
    vec![
        Sample::of("nobody", &IndexPage { frame: frame.clone(), signed_in: None }),
        Sample::of("somebody", &IndexPage { frame: frame.clone(), signed_in: Some(somebody) }),
    ]
}
