//! Sending a browser elsewhere.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, LOCATION};

/// 303: the browser follows with a GET, whatever it sent (RFC 9110 §15.4.4), so a form's body never travels on
/// (RFC 9700 §4.12).
pub fn see_other(location: &str) -> HttpResponse {
    // FAPI 2.0 Security Profile §5.3.2.2, OAuth 2.1 §7.5.4: never 307.
    HttpResponse::SeeOther()
        .insert_header((LOCATION, location))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .finish()
}
