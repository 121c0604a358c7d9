//! One line for each request: method, path, status, time taken, id. Never a query, a header or a body, for those hold
//! codes, cookies and passwords.
//!
//! Failures of ours are errors and pages are news; the rest (keys, tokens, static files: thousands a second) is for
//! `debug`, where the audit trail is not enough.

use super::request_id::RequestId;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use std::time::{Duration, Instant};

/// How many bytes of a method and of a path are logged.
const LIMIT: usize = 128;

/// A request on its way.
pub(super) struct Started {
    at: Instant,
}

impl Started {
    pub(super) fn now() -> Self {
        Self { at: Instant::now() }
    }
}

/// Writes the line.
pub(super) fn record(
    started: &Started,
    request: &HttpRequest,
    status: StatusCode,
    headers: &HeaderMap,
    id: RequestId,
) {
    let line = Line {
        method: cut(request.method().as_str()),
        path: cut(request.path()),
        status: status.as_u16(),
        took: started.at.elapsed(),
        id,
    };
    if status.is_server_error() {
        tracing::error!(target: "latchkey::access", method = line.method, path = line.path, status = line.status,
            took_us = line.micros(), request_id = %line.id, "answered");
    } else if is_page(headers) {
        tracing::info!(target: "latchkey::access", method = line.method, path = line.path, status = line.status,
            took_us = line.micros(), request_id = %line.id, "answered");
    } else {
        tracing::debug!(target: "latchkey::access", method = line.method, path = line.path, status = line.status,
            took_us = line.micros(), request_id = %line.id, "answered");
    }
}

struct Line<'a> {
    method: &'a str,
    path: &'a str,
    status: u16,
    took: Duration,
    id: RequestId,
}

impl Line<'_> {
    fn micros(&self) -> u64 {
        u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX)
    }
}

fn is_page(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// Methods and the paths of URLs are ASCII; should one ever not be, a cut within a character gives nothing.
fn cut(text: &str) -> &str {
    text.get(..text.len().min(LIMIT)).unwrap_or_default()
}
