//! The error page.

use crate::web::respond::page::{Frame, Page, Sample};
use crate::web::respond::page_error::Phrase;
use askama::Template;

/// The error page.
#[derive(Debug, Template)]
#[template(path = "pages/error.html")]
pub struct ErrorPage {
    /// The frame.
    pub frame: Frame,
    /// What happened.
    pub phrase: Phrase,
    /// What the developer of a client is told beside it.
    pub detail: Option<&'static str>,
    /// The request, as the log knows it.
    pub request_id: String,
}

impl Page for ErrorPage {
    fn title_key(&self) -> &'static str {
        self.phrase.key()
    }
}

/// The looks of the page.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    let page = |phrase: Phrase, detail| ErrorPage {
        frame: frame.clone(),
        phrase,
        detail,
        request_id: "0123456789abcdef".into(),
    };
    let mut samples: Vec<Sample> =
        Phrase::ALL.iter().map(|&phrase| Sample::of(phrase.key(), &page(phrase, None))).collect();
    let detail = Some("redirect_uri is missing.");
    samples.push(Sample::of("detail", &page(Phrase::RedirectUri, detail)));
    samples
}
