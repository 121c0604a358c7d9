//! Refusals of a resource of ours: the challenge says why. RFC 6750 §3.

use crate::oauth::{ErrorCode, OAuthError};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, WWW_AUTHENTICATE};

/// No token was shown: the challenge alone, without an error code. RFC 6750 §3.1.
pub fn missing() -> HttpResponse {
    HttpResponse::Unauthorized()
        .insert_header((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"latchkey\"")))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .finish()
}

/// The token, or how it was shown, is refused.
pub fn refused(error: OAuthError) -> HttpResponse {
    let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::UNAUTHORIZED);
    let scope = if error.code == ErrorCode::InsufficientScope { ", scope=\"openid\"" } else { "" };
    let challenge = format!(
        "Bearer realm=\"latchkey\", error=\"{}\", error_description=\"{}\"{scope}",
        error.code.as_str(),
        error.description
    );
    HttpResponse::build(status)
        .insert_header((WWW_AUTHENTICATE, challenge))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .json(serde_json::json!({ "error": error.code.as_str(), "error_description": error.description }))
}
