//! The published keys. RFC 7517 §5; caching: RFC 9111, RFC 5861.

use crate::web::state::Realm;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, RETRY_AFTER};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /.well-known/jwks.json`. Served from memory, whatever the store does.
pub async fn get(realm: web::Data<Realm>, request: HttpRequest) -> HttpResponse {
    let keys = realm.keys.load();
    // Never an empty set: a verifier would drop what it has.
    let Some(document) = keys.jwks() else {
        return HttpResponse::ServiceUnavailable()
            .insert_header((RETRY_AFTER, HeaderValue::from_static("1")))
            .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
            .finish();
    };
    let matches = request.headers().get(IF_NONE_MATCH).is_some_and(|tags| names(tags, &document.etag));
    let mut response = if matches { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        // RFC 9110 §15.4.5, RFC 9111 §4.3.2: a 304 has the same two.
        .insert_header((ETAG, document.etag.as_str()))
        .insert_header((CACHE_CONTROL, document.cache_control.as_str()));
    if matches {
        return response.finish();
    }
    response
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json")))
        .body(Bytes::from_owner(document.body.clone()))
}

/// Whether an `If-None-Match` names this tag, compared weakly. RFC 9110 §13.1.2.
fn names(tags: &HeaderValue, etag: &str) -> bool {
    let tags = tags.to_str().unwrap_or_default();
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}
