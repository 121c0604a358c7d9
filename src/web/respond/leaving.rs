//! The page before a browser leaves for a site for which nobody here vouches: it says where to, and asks. Anybody may
//! register a client where registration is open, and would otherwise have a link that begins with our name and ends at a
//! site of theirs. RFC 9700 §4.11.2.

use crate::web::respond::page::{Frame, Page, Sample, host_of};
use crate::web::respond::page_error::PageError;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use std::fmt;
use url::Url;

/// Why somebody would leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The client is told that what it asked for is refused: this is what its developer reads.
    Refused(&'static str),
    /// The person did not want to sign in for it.
    Cancelled,
    /// Nobody is signed in any more.
    SignedOut,
}

impl Reason {
    const fn key(self) -> &'static str {
        match self {
            Self::Refused(_) => "leaving-refused",
            Self::Cancelled => "leaving-cancelled",
            Self::SignedOut => "leaving-signed-out",
        }
    }

    const fn detail(self) -> Option<&'static str> {
        match self {
            Self::Refused(detail) => Some(detail),
            Self::Cancelled | Self::SignedOut => None,
        }
    }

    // RFC 6749 §4.1.2.1: the person is told, and by the status whatever else reads it.
    const fn status(self) -> StatusCode {
        match self {
            Self::Refused(_) => StatusCode::BAD_REQUEST,
            Self::Cancelled | Self::SignedOut => StatusCode::OK,
        }
    }
}

/// The page.
#[derive(Template)]
#[template(path = "pages/leaving.html")]
pub struct LeavingPage {
    /// The frame.
    pub frame: Frame,
    /// Why.
    pub reason: Reason,
    /// What the client calls itself.
    pub client_name: String,
    /// The site, as people know it.
    pub host: String,
    /// Where to.
    pub location: String,
    /// What is posted there; where there is nothing, a link leads there.
    pub fields: Vec<(&'static str, String)>,
}

impl Page for LeavingPage {
    fn title_key(&self) -> &'static str {
        "leaving-title"
    }
}

impl fmt::Debug for LeavingPage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LeavingPage").field("host", &self.host).finish_non_exhaustive()
    }
}

impl LeavingPage {
    /// The page before a link.
    pub fn new(frame: Frame, reason: Reason, client_name: &str, location: String) -> Self {
        let host = Url::parse(&location).map(|url| host_of(&url)).unwrap_or_default();
        Self { frame, reason, client_name: client_name.to_owned(), host, location, fields: Vec::new() }
    }

    /// The page before a form with these fields.
    #[must_use]
    pub fn with(self, fields: Vec<(&'static str, String)>) -> Self {
        Self { fields, ..self }
    }

    /// The page as an answer.
    ///
    /// # Errors
    /// A fault where it cannot be rendered.
    pub fn show(&self) -> Result<HttpResponse, PageError> {
        self.answer(self.reason.status())
    }
}

/// The looks of the page.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    let page = |reason, name: &str| {
        let location = "https://notes.example/cb?error=invalid_scope&state=\"><b>".to_owned();
        LeavingPage::new(frame.clone(), reason, name, location)
    };
    let refused = Reason::Refused("The client may have nothing of the requested scope.");
    let form = page(refused, "Meadow Notes")
        .with(vec![("error", "invalid_scope".into()), ("state", "\"><b>".into())]);
    vec![
        Sample::of("refused", &page(refused, "Meadow Notes")),
        Sample::of("form", &form),
        Sample::of("cancelled", &page(Reason::Cancelled, "Meadow Notes")),
        Sample::of("signed_out", &page(Reason::SignedOut, "Meadow Notes")),
        Sample::of("markup", &page(refused, "\"><script>alert(1)</script>")),
    ]
}
