//! Puts a page (or, for programs, JSON) in the place of a bare error, on the URL where it arose.

use super::request_id::RequestId;
use crate::web::extract::language;
use crate::web::pages::error::ErrorPage;
use crate::web::respond::page::{Frame, Stationery};
use crate::web::respond::page_error::{PageError, Phrase};
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template as _;
use std::sync::Arc;

/// Seconds after which a caller may try again when we were too busy, and nobody knows better.
const RETRY_AFTER: u32 = 5;

/// The body that says what the error is, where the response has none of its own.
pub(super) struct Body {
    text: String,
    media_type: &'static str,
    retry_after: Option<u32>,
}

/// The body for a response that failed without one; none for every other response.
pub(super) fn body_for<B: MessageBody>(
    stationery: &Arc<Stationery>,
    request: &HttpRequest,
    response: &HttpResponse<B>,
    id: RequestId,
) -> Option<Body> {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return None;
    }
    let raised = response.error().and_then(|error| error.as_error::<PageError>());
    if let Some(fault) = raised.and_then(|error| error.fault.as_ref()) {
        tracing::error!(request_id = %id, fault = %fault, "the request failed");
    }
    let phrase = match raised {
        Some(error) => error.phrase,
        None if is_bare(response) => phrase_of(status),
        None => return None,
    };
    let frame = Frame::new(Arc::clone(stationery), language::of(request, stationery.texts(), None));
    let soon = matches!(phrase, Phrase::Unavailable | Phrase::TooMany).then_some(RETRY_AFTER);
    let retry_after = raised.and_then(|error| error.retry_after).or(soon);
    if wants_page(request, raised.is_some()) {
        let page = ErrorPage {
            frame,
            phrase,
            detail: raised.and_then(|error| error.detail),
            request_id: id.to_string(),
        };
        let text = page.render().unwrap_or_default();
        return Some(Body { text, media_type: "text/html; charset=utf-8", retry_after });
    }
    let text = serde_json::json!({
        "error": phrase.code(), "error_description": frame.text(phrase.key()), "request_id": id.as_str(),
    });
    Some(Body { text: text.to_string(), media_type: "application/json", retry_after })
}

impl Body {
    /// The response with this body; its status and its other headers stay.
    pub(super) fn put_into<B>(self, response: HttpResponse<B>) -> HttpResponse<String> {
        let mut response = response.set_body(self.text);
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        let seconds = self.retry_after.filter(|_| !response.headers().contains_key(header::RETRY_AFTER));
        if let Some(seconds) = seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Whether nobody has written an answer yet: no body, or the plain text of the framework. A challenge (RFC 9110
/// §11.6.1) is an answer.
fn is_bare<B: MessageBody>(response: &HttpResponse<B>) -> bool {
    let headers = response.headers();
    let empty = matches!(response.body().size(), BodySize::None | BodySize::Sized(0));
    let plain =
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    (empty || plain) && !headers.contains_key(header::WWW_AUTHENTICATE)
}

fn phrase_of(status: StatusCode) -> Phrase {
    match status {
        StatusCode::NOT_FOUND => Phrase::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Phrase::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Phrase::TooLarge,
        StatusCode::REQUEST_TIMEOUT => Phrase::TooSlow,
        StatusCode::TOO_MANY_REQUESTS => Phrase::TooMany,
        StatusCode::SERVICE_UNAVAILABLE => Phrase::Unavailable,
        status if status.is_server_error() => Phrase::Server,
        _ => Phrase::BadRequest,
    }
}

/// A browser says that it takes HTML. Where nobody says anything, the error of a page is a page and any other JSON.
fn wants_page(request: &HttpRequest, raised_by_a_page: bool) -> bool {
    let accept = request.headers().get(header::ACCEPT).map(HeaderValue::as_bytes).unwrap_or_default();
    let names = |kind: &[u8]| accept.windows(kind.len()).any(|window| window.eq_ignore_ascii_case(kind));
    names(b"text/html") || (raised_by_a_page && !names(b"application/json"))
}
