//! Forms that only our own pages can send.
//!
//! Two fences. The browser says from where a form comes: `Sec-Fetch-Site`, or `Origin` where it does not know the
//! former. And every form, the login form too, carries a token made from the browser's cookie, which no other site
//! can read. A program without a browser says nothing about its origin, and passes with cookie and token alone.
//!
//! OIDC Core §3.1.2.3, RFC 6749 §10.12.

use super::cookie::Cookies;
use super::interaction_cookie::Browser;
use crate::records::hash_of;
use crate::web::respond::page::FormSeal;
use crate::web::respond::page_error::Phrase;
use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The forms. A token of one is worth nothing in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormName {
    /// Username and password.
    Login,
    /// Back to the client without signing in.
    CancelLogin,
    /// With which account one goes on.
    SelectAccount,
    /// What a client asks for.
    Consent,
    /// The code that a device shows.
    UserCode,
    /// What a device asks for.
    Device,
    /// Out.
    Logout,
    /// The first administrator.
    Setup,
}

impl FormName {
    const fn label(self) -> &'static str {
        match self {
            Self::Login => "form login",
            Self::CancelLogin => "form cancel login",
            Self::SelectAccount => "form select account",
            Self::Consent => "form consent",
            Self::UserCode => "form user code",
            Self::Device => "form device",
            Self::Logout => "form logout",
            Self::Setup => "form setup",
        }
    }
}

/// What a form is about, beside the browser that it is shown in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subject<'a> {
    /// The interaction that it carries on.
    pub interaction: Option<&'a str>,
    /// The session of the person who is asked: an answer counts for nobody else.
    pub session: Option<Uuid>,
}

impl<'a> Subject<'a> {
    /// An interaction, whoever carries it on.
    pub fn interaction(interaction: Option<&'a str>) -> Self {
        Self { interaction, session: None }
    }
}

/// What the form carries when it is shown in this browser.
pub fn seal(browser: &Browser, form: FormName, subject: Subject<'_>) -> FormSeal {
    FormSeal { csrf: token(browser, form, subject), interaction: subject.interaction.map(str::to_owned) }
}

/// The browser that sent this form, if our own page in that browser did.
///
/// # Errors
/// [`Phrase::CrossSite`], [`Phrase::CookiesMissing`] or [`Phrase::FormExpired`].
pub fn check(
    request: &HttpRequest,
    cookies: Cookies,
    own_origin: &str,
    form: FormName,
    subject: Subject<'_>,
    sent: &str,
) -> Result<Browser, Phrase> {
    if !is_same_origin(request, own_origin) {
        return Err(Phrase::CrossSite);
    }
    let browser = Browser::find(request, cookies).ok_or(Phrase::CookiesMissing)?;
    let expected = token(&browser, form, subject);
    // Compared by their hashes, so that the time taken tells nothing about the expected token.
    if hash_of(sent.as_bytes()) == hash_of(expected.as_bytes()) {
        Ok(browser)
    } else {
        Err(Phrase::FormExpired)
    }
}

/// HMAC-SHA-256 under the browser's cookie over the form and what it is about.
fn token(browser: &Browser, form: FormName, subject: Subject<'_>) -> String {
    let session = subject.session.map(|sid| sid.to_string()).unwrap_or_default();
    let label = [form.label(), &session, subject.interaction.unwrap_or_default()].join("\n");
    URL_SAFE_NO_PAD.encode(browser.secret().expand(&label))
}

/// Whether every header that tells of the sender's origin tells of ours.
fn is_same_origin(request: &HttpRequest, own_origin: &str) -> bool {
    let one = |name: HeaderName| {
        let mut values = request.headers().get_all(name);
        (values.next().map(HeaderValue::as_bytes), values.next().is_some())
    };
    let (site, several_sites) = one(SEC_FETCH_SITE);
    let (origin, several_origins) = one(header::ORIGIN);
    if several_sites || several_origins {
        return false;
    }
    // Fetch Metadata §2.3: `none` is a person who did it without any site.
    let site_is_ours = site.map(|site| matches!(site, b"same-origin" | b"none"));
    // Fetch §3.1: `null` is nobody's origin, and never that of a page of ours.
    site_is_ours != Some(false) && origin.is_none_or(|origin| origin == own_origin.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::Seed;
    use actix_web::test::TestRequest;

    const COOKIES: Cookies = Cookies::new(true);
    const OWN: &str = "https://id.example.com";

    fn came_from(headers: &[(&str, &str)]) -> bool {
        let request =
            headers.iter().fold(TestRequest::post(), |request, header| request.append_header(*header));
        is_same_origin(&request.to_http_request(), OWN)
    }

    /// attacks: B05, M23.
    #[test]
    fn a_form_comes_from_our_own_origin() {
        for good in [
            &[][..],
            &[("origin", OWN)],
            &[("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "same-origin"), ("origin", OWN)],
        ] {
            assert!(came_from(good), "{good:?}");
        }
        for bad in [
            &[("origin", "https://evil.example")][..],
            &[("origin", "null")],
            &[("origin", "")],
            &[("origin", "https://id.example.com.evil.example")],
            &[("origin", "http://id.example.com")],
            &[("origin", OWN), ("origin", OWN)],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site"), ("origin", OWN)],
            &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")],
            &[("sec-fetch-site", "none"), ("origin", "null")],
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            &[("sec-fetch-site", "SAME-ORIGIN")],
        ] {
            assert!(!came_from(bad), "{bad:?}");
        }
    }

    fn browser(byte: u8) -> (Browser, String) {
        let stranger = TestRequest::default().to_http_request();
        let browser = Browser::find_or_name(&stranger, COOKIES, &Seed::new([byte; 32])).unwrap();
        let line = browser.set_cookie(COOKIES).unwrap();
        let pair = line.to_str().unwrap().split(';').next().unwrap().to_owned();
        (browser, pair)
    }

    fn sent(cookie: Option<&str>, form: FormName, token: &str, subject: Subject<'_>) -> Result<(), Phrase> {
        let request =
            cookie.into_iter().fold(TestRequest::post(), |r, pair| r.append_header(("cookie", pair)));
        check(&request.to_http_request(), COOKIES, OWN, form, subject, token).map(|_| ())
    }

    /// attacks: B04.
    #[test]
    fn a_token_belongs_to_one_browser_one_form_one_interaction_and_one_person() {
        let (ada, cookie) = browser(1);
        let (_, foreign) = browser(2);
        let own = Subject { interaction: Some("i"), session: Some(Uuid::from_u128(1)) };
        let token = seal(&ada, FormName::Consent, own).csrf;
        assert_eq!(sent(Some(&cookie), FormName::Consent, &token, own), Ok(()));
        assert_eq!(sent(None, FormName::Consent, &token, own), Err(Phrase::CookiesMissing));
        let other = |interaction, session: Option<u128>| Subject {
            interaction,
            session: session.map(Uuid::from_u128),
        };
        for (cookie, form, token, subject) in [
            (&foreign, FormName::Consent, token.as_str(), own),
            (&cookie, FormName::Login, token.as_str(), own),
            (&cookie, FormName::Consent, token.as_str(), other(Some("j"), Some(1))),
            (&cookie, FormName::Consent, token.as_str(), other(None, Some(1))),
            (&cookie, FormName::Consent, token.as_str(), other(Some("i"), Some(2))),
            (&cookie, FormName::Consent, token.as_str(), other(Some("i"), None)),
            (&cookie, FormName::Consent, "", own),
        ] {
            assert_eq!(sent(Some(cookie), form, token, subject), Err(Phrase::FormExpired));
        }
    }
}
