//! `Retry-After`: when whoever came too often may come again. RFC 9110 §10.2.3, RFC 6585 §4.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use std::time::Duration;

/// Rounded up, and at least one: who comes back after so many seconds does not come too early.
pub fn whole_seconds(wait: Duration) -> u32 {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    u32::try_from(seconds).unwrap_or(u32::MAX).max(1)
}

/// Puts the header into an answer.
pub fn insert(response: &mut HttpResponse, seconds: u32) {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
}
