//! The page after signing out.

use crate::web::extract::Visit;
use crate::web::respond::page::{Frame, Page, Sample};
use crate::web::respond::page_error::PageError;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

/// The page after signing out.
#[derive(Debug, Template)]
#[template(path = "pages/signed_out.html")]
pub struct SignedOutPage {
    /// The frame.
    pub frame: Frame,
}

impl Page for SignedOutPage {
    fn title_key(&self) -> &'static str {
        "signed-out-title"
    }
}

/// `GET /signed-out`
///
/// # Errors
/// A fault where the page cannot be rendered.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    SignedOutPage { frame: visit.frame() }.answer(StatusCode::OK)
}

/// The looks of the page.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    vec![Sample::of("usual", &SignedOutPage { frame: frame.clone() })]
}
