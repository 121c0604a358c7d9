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
    let page =
        |phrase: Phrase| ErrorPage { frame: frame.clone(), phrase, request_id: "0123456789abcdef".into() };
    Phrase::ALL.map(|phrase| Sample::of(phrase.key(), &page(phrase))).into_iter().collect()
}
