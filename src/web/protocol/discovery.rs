//! The metadata document, the same at both places. OIDC Discovery §4, RFC 8414 §3.
//!
//! Not done: OIDC Discovery §2: `WebFinger`, by which a person's issuer is found: whoever comes here has found it.

use crate::oauth::protected_resource;
use crate::web::state::{AppState, Realm};
use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /.well-known/openid-configuration` and `GET /.well-known/oauth-authorization-server`.
pub async fn get(realm: web::Data<Realm>, state: web::Data<AppState>, request: HttpRequest) -> HttpResponse {
    let now = state.clock.now();
    // Served whatever the store does: then with the APIs that it last told of. It is asked once a second at most.
    if realm.metadata.is_due(now)
        && let Ok(described) = protected_resource::list(&state.store, &realm.tenant)
    {
        realm.metadata.describe(described.into_iter().map(|own| own.resource).collect());
    }
    // OIDC Discovery §4.2, RFC 8414 §3.2; RFC 9111 §5.2.2.1, §5.2.2.9.
    let document = realm.metadata.json(&realm.keys.load(), now);
    document.answer(&request, HeaderValue::from_static("public, max-age=300"))
}
