//! The page that asks before it signs out.

use crate::web::respond::page::{FormSeal, Frame, Page, Sample};
use askama::Template;

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

/// The looks of the page.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    let form = FormSeal { csrf: "CSRF".into(), interaction: None };
    vec![Sample::of("usual", &LogoutPage { frame: frame.clone(), account: "Ada Lovelace".into(), form })]
}
