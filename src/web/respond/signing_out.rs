//! The page between signing out and whatever follows: unseen frames tell the clients that asked to be told through the
//! browser. OIDC Front-Channel Logout §3.

use crate::web::middleware::page_policy;
use crate::web::respond::page::{Frame, Page, Sample};
use crate::web::respond::page_error::PageError;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderName, HeaderValue};
use askama::Template;
use url::Url;

/// How long the frames have, in seconds. Whoever has no patience takes the link.
const WAIT: u32 = 2;

/// Sends a browser on after a while, without a script. HTML §4.2.5.3 describes it, for a `meta` of the same name.
const REFRESH: HeaderName = HeaderName::from_static("refresh");

/// The page with the frames.
#[derive(Debug, Template)]
#[template(path = "pages/signing_out.html")]
pub struct SigningOutPage {
    /// The frame of the page itself.
    pub frame: Frame,
    /// What the unseen frames load.
    pub frames: Vec<Url>,
    /// Where the person goes.
    pub location: String,
}

impl Page for SigningOutPage {
    fn title_key(&self) -> &'static str {
        "signing-out-title"
    }
}

/// Shows it.
///
/// # Errors
/// A fault where the page cannot be rendered.
pub fn show(frame: Frame, frames: Vec<Url>, location: String) -> Result<HttpResponse, PageError> {
    let broken = |_| PageError::broken("a header cannot be written");
    let origins: Vec<_> = frames.iter().map(|url| url.origin().ascii_serialization()).collect();
    // OIDC Front-Channel Logout §4: the frames of these origins alone.
    let policy = format!("{}; frame-src {}", page_policy(), origins.join(" "));
    let policy = HeaderValue::from_str(&policy).map_err(broken)?;
    let refresh = HeaderValue::from_str(&format!("{WAIT};url={location}")).map_err(broken)?;
    let mut response = SigningOutPage { frame, frames, location }.answer(StatusCode::OK)?;
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    response.headers_mut().insert(REFRESH, refresh);
    Ok(response)
}

/// The looks of the page.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    let frames = Url::parse("https://notes.example/logout?iss=x&sid=y").into_iter().collect();
    let location = "https://notes.example/bye".to_owned();
    vec![Sample::of("usual", &SigningOutPage { frame: frame.clone(), frames, location })]
}
