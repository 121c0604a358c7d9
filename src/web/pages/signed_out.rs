//! The page after signing out.

use crate::web::respond::page::{Frame, Page, Sample};
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

/// The looks of the page.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    vec![Sample::of("usual", &SignedOutPage { frame: frame.clone() })]
}
