//! Errors of the protocol endpoints, as JSON for programs. RFC 6749 §5.2.
//!
//! OIDC Core §3.1.3.4, §12.3.

use super::page_error::READ_CODING;
use super::{dpop_nonce, retry_after};
use crate::oauth::{ErrorCode, OAuthError};
use crate::storage::{Fault, FaultKind, Stop};
use crate::web::extract::Call;
use crate::web::middleware::RequestId;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;
use std::fmt;
use std::time::Duration;

/// An error of a protocol endpoint, ready to be sent.
#[derive(Debug)]
pub struct ProtocolError {
    error: OAuthError,
    status: StatusCode,
    request_id: String,
    nonce: Option<String>,
    retry_after: Option<u32>,
}

/// What every error of an endpoint for programs says.
#[derive(Debug, Serialize)]
pub struct Body<'a> {
    error: &'static str,
    error_description: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    request_id: &'a str,
}

impl<'a> Body<'a> {
    /// The body of this refusal.
    pub fn of(error: OAuthError, request_id: &'a str) -> Self {
        Self { error: error.code.as_str(), error_description: error.description, request_id }
    }
}

impl ProtocolError {
    /// A refusal.
    pub fn refused(request: &HttpRequest, error: OAuthError) -> Self {
        let request_id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
        Self { error, status: status(error), request_id, nonce: None, retry_after: None }
    }

    /// A body that cannot be read: encoded, too large, or cut off.
    pub fn body(request: &HttpRequest, error: &actix_web::Error) -> Self {
        let status = error.as_response_error().status_code();
        let description = match status {
            StatusCode::PAYLOAD_TOO_LARGE => "The body is larger than this server reads.",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "The body is encoded, which this server does not read.",
            _ => "The body cannot be read.",
        };
        let error = OAuthError::new(ErrorCode::InvalidRequest, description, "params.body");
        Self { status, ..Self::refused(request, error) }
    }

    /// An address that asks more often than its bucket allows, in which there is a try again after `wait`. RFC 6585 §4.
    pub fn too_many(call: &Call, wait: Duration) -> Self {
        let description = "Too many requests from this address. Try again after the seconds of Retry-After.";
        Self {
            error: OAuthError::new(ErrorCode::TemporarilyUnavailable, description, "address.too_many"),
            status: StatusCode::TOO_MANY_REQUESTS,
            request_id: call.act.request_id.clone(),
            nonce: None,
            retry_after: Some(retry_after::whole_seconds(wait)),
        }
    }

    /// The same refusal with another private cause.
    #[must_use]
    pub fn because(self, cause: &'static str) -> Self {
        Self { error: OAuthError { cause, ..self.error }, ..self }
    }

    /// How a unit of work, or a rule, ended early. A fault is logged here, with its request id; the client learns
    /// `server_error` or `temporarily_unavailable`.
    pub fn stopped(call: &Call, stop: Stop<OAuthError>) -> Self {
        let error = match stop {
            Stop::Refused(error) => error,
            Stop::Fault(fault) => faulted(call, &fault),
        };
        Self {
            error,
            status: status(error),
            request_id: call.act.request_id.clone(),
            nonce: dpop_nonce::current(call, Some(error.code)),
            retry_after: None,
        }
    }

    /// The private cause, for the audit trail.
    pub fn cause(&self) -> &'static str {
        self.error.cause
    }
}

fn faulted(call: &Call, fault: &Fault) -> OAuthError {
    tracing::error!(request_id = %call.act.request_id, %fault, "a request failed");
    match fault.kind {
        FaultKind::Broken => OAuthError::new(ErrorCode::ServerError, "The server failed.", "fault"),
        FaultKind::Unavailable => OAuthError::new(
            ErrorCode::TemporarilyUnavailable,
            "The server cannot do this now. Try again shortly.",
            "fault.unavailable",
        ),
    }
}

fn status(error: OAuthError) -> StatusCode {
    StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(formatter)
    }
}

impl ResponseError for ProtocolError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")));
        // RFC 6749 §5.1 asks for it beside the former, for caches of HTTP/1.0.
        response.insert_header((header::PRAGMA, HeaderValue::from_static("no-cache")));
        // RFC 7617 §2: with a realm. Not done: RFC 7617 §2.1: `charset`: both halves are form-encoded, so ASCII.
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 6749 §5.2: with 401 goes the scheme by which a client may authenticate.
            response.insert_header((
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Basic realm=\"latchkey\""),
            ));
        }
        if self.status == StatusCode::REQUEST_TIMEOUT {
            response.force_close();
        }
        if self.status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
            response.insert_header(READ_CODING);
        }
        // RFC 7009 §2.2.1.
        let soon = (self.status == StatusCode::SERVICE_UNAVAILABLE).then_some(1);
        let mut response = response.json(Body::of(self.error, &self.request_id));
        if let Some(seconds) = self.retry_after.or(soon) {
            retry_after::insert(&mut response, seconds);
        }
        if let Some(nonce) = &self.nonce {
            dpop_nonce::insert(&mut response, nonce);
        }
        response
    }
}
