//! Which endpoints a script of another origin may call: those at which no cookie counts. Fetch §3.2.
//!
//! Every origin may, so what is answered depends on no request: constants, which a cache may keep for everybody. A browser
//! compares them with what its script wants, and refuses what they do not name (Fetch §4.8).

use actix_web::dev::HttpServiceFactory;
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, HeaderValue,
};
use actix_web::middleware::DefaultHeaders;
use actix_web::web::method;
use actix_web::{HttpResponse, Resource};

const ANYBODY: HeaderValue = HeaderValue::from_static("*");
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST");
/// What a script may send beside what every page may: named one by one, for it sends from where its browser is, which may be
/// an address whose `X-Forwarded-For` or `Client-Cert` is believed. An MCP client sends its protocol's version wherever it
/// asks (MCP 2025-11-25, Transports, "Protocol Version Header").
const SENT: HeaderValue = HeaderValue::from_static("authorization, content-type, dpop, mcp-protocol-version");
/// What it may read beside what every page may.
const READ: HeaderValue = HeaderValue::from_static("www-authenticate, dpop-nonce, x-request-id");
/// How long a browser may remember all that, in seconds.
const MAX_AGE: HeaderValue = HeaderValue::from_static("3600");

/// Lets scripts of every origin call this resource, and never with cookies: whoever calls must bring a code, a token or a
/// proof in the request itself. For clients that run in a browser.
pub fn open(resource: Resource) -> impl HttpServiceFactory + 'static {
    let headers = DefaultHeaders::new()
        .add((ACCESS_CONTROL_ALLOW_ORIGIN, ANYBODY))
        .add((ACCESS_CONTROL_EXPOSE_HEADERS, READ));
    resource.route(method(Method::OPTIONS).to(preflight)).wrap(headers)
}

/// What a browser asks before it lets a script send such a request. Fetch §3.2.2.
async fn preflight() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((ACCESS_CONTROL_ALLOW_METHODS, METHODS))
        .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, SENT))
        .insert_header((ACCESS_CONTROL_MAX_AGE, MAX_AGE))
        .finish()
}
