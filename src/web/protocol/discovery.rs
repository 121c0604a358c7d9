//! The metadata document, the same at both places. OIDC Discovery §4, RFC 8414 §3.

use crate::oauth::protected_resource;
use crate::web::state::{AppState, Realm};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use actix_web::{HttpResponse, web};

/// `GET /.well-known/openid-configuration` and `GET /.well-known/oauth-authorization-server`.
pub async fn get(realm: web::Data<Realm>, state: web::Data<AppState>) -> HttpResponse {
    // Served whatever the store does: then with the APIs that it last told of.
    let resources = match protected_resource::list(&state.store, &realm.tenant) {
        Ok(all) => all.into_iter().map(|own| own.resource).collect(),
        Err(_) => realm.metadata.resources(),
    };
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json")))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")))
        .body(realm.metadata.json(&realm.keys.load(), state.clock.now(), resources))
}
