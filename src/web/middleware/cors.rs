//! Which endpoints a script of another origin may call: those at which no cookie counts. Fetch §3.2.

use actix_cors::Cors;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, WWW_AUTHENTICATE};

/// How long a browser may remember it, in seconds.
const MAX_AGE: usize = 3600;

/// Lets scripts of every origin call, and never with cookies: whoever calls must bring a code, a token or a proof in the
/// request itself. For clients that run in a browser.
pub fn cors() -> Cors {
    let header = HeaderName::from_static;
    Cors::default()
        .allow_any_origin()
        .send_wildcard()
        .allowed_methods(["GET", "HEAD", "POST"])
        .allowed_headers([AUTHORIZATION, CONTENT_TYPE, header("dpop")])
        .expose_headers([WWW_AUTHENTICATE, header("dpop-nonce"), header("x-request-id")])
        .max_age(MAX_AGE)
}
