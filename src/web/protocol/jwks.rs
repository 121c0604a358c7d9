//! The published keys. RFC 7517 §5; caching: RFC 9111, RFC 5861.

use crate::web::respond::document::Document;
use crate::web::state::Realm;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, RETRY_AFTER};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /.well-known/jwks.json`. Served from memory, whatever the store does.
pub async fn get(realm: web::Data<Realm>, request: HttpRequest) -> HttpResponse {
    let keys = realm.keys.load();
    // Never an empty set: a verifier would drop what it has.
    let served =
        keys.jwks().and_then(|served| Some((served, HeaderValue::from_str(&served.cache_control).ok()?)));
    let Some((served, cache_control)) = served else {
        return HttpResponse::ServiceUnavailable()
            .insert_header((RETRY_AFTER, HeaderValue::from_static("1")))
            .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
            .finish();
    };
    Document::tagged(Bytes::from_owner(served.body.clone()), &served.etag).answer(&request, cache_control)
}
