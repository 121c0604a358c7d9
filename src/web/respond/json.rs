//! JSON for programs.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, PRAGMA};
use serde::Serialize;

/// An answer that nobody may keep: tokens, and what is told about them. RFC 6749 §5.1.
pub fn no_store(body: &impl Serialize) -> HttpResponse {
    with_status(StatusCode::OK, body)
}

/// The same for something that was made. RFC 9126 §2.2.
pub fn created_no_store(body: &impl Serialize) -> HttpResponse {
    with_status(StatusCode::CREATED, body)
}

fn with_status(status: StatusCode, body: &impl Serialize) -> HttpResponse {
    HttpResponse::build(status)
        // RFC 9111 §5.2.2.5, §5.4.
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header((PRAGMA, HeaderValue::from_static("no-cache")))
        .json(body)
}

/// A signed answer of this media type that nobody may keep.
pub fn signed(media_type: &'static str, jwt: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header((CONTENT_TYPE, HeaderValue::from_static(media_type)))
        .body(jwt)
}
