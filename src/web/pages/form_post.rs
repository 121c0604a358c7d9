//! The form in which a browser posts an answer to the client: by itself, or by a button where scripts do not run.
//! OIDC Form Post §2.
//!
//! The policy of the page names no `form-action`: Chromium applies that to the redirects after the POST, and where a
//! client sends its people then is its own affair.

use crate::web::respond::page::{Frame, Page, Sample, host_of};
use askama::Template;
use std::fmt;
use url::Url;

/// The page.
#[derive(Template)]
#[template(path = "pages/form_post.html")]
pub struct FormPostPage {
    /// The frame.
    pub frame: Frame,
    /// The redirect URI.
    pub action: String,
    /// The host of that, as people know it.
    pub host: String,
    /// Names and values of the answer.
    pub fields: Vec<(&'static str, String)>,
}

impl FormPostPage {
    /// The page that posts these fields.
    pub fn new(frame: Frame, action: String, fields: Vec<(&'static str, String)>) -> Self {
        let host = Url::parse(&action).map(|url| host_of(&url)).unwrap_or_default();
        Self { frame, action, host, fields }
    }
}

impl Page for FormPostPage {
    fn title_key(&self) -> &'static str {
        "form-post-title"
    }
}

impl fmt::Debug for FormPostPage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FormPostPage").field("host", &self.host).finish_non_exhaustive()
    }
}

/// The looks of the page.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    let page = |state: &str| {
        let fields = vec![("code", "CODE".into()), ("state", state.into()), ("iss", frame.issuer().into())];
        FormPostPage::new(frame.clone(), "https://notes.meadow.example/cb".into(), fields)
    };
    vec![
        Sample::of("usual", &page("STATE")),
        Sample::of("markup", &page("\"><script>alert(1)</script><b>'&")),
    ]
}
