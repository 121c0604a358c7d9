//! The page that ends a person's answer to a device: they may go back to it.

use crate::web::extract::Visit;
use crate::web::respond::page::{Frame, Page, Sample};
use crate::web::respond::page_error::PageError;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

/// The page.
#[derive(Debug, Template)]
#[template(path = "pages/device/done.html")]
pub struct DonePage {
    /// The frame.
    pub frame: Frame,
    /// Whether the device was allowed what it asked for.
    pub allowed: bool,
}

impl Page for DonePage {
    fn title_key(&self) -> &'static str {
        if self.allowed { "device-allowed-title" } else { "device-denied-title" }
    }
}

/// `GET /device/allowed`
///
/// # Errors
/// A fault where the template cannot be rendered.
pub async fn allowed(visit: Visit) -> Result<HttpResponse, PageError> {
    DonePage { frame: visit.frame(), allowed: true }.answer(StatusCode::OK)
}

/// `GET /device/denied`
///
/// # Errors
/// A fault where the template cannot be rendered.
pub async fn denied(visit: Visit) -> Result<HttpResponse, PageError> {
    DonePage { frame: visit.frame(), allowed: false }.answer(StatusCode::OK)
}

/// The looks of the page.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    let page = |allowed| DonePage { frame: frame.clone(), allowed };
    vec![Sample::of("allowed", &page(true)), Sample::of("denied", &page(false))]
}
