//! The whole URL map.

use super::logos;
use super::middleware::open;
use super::pages::{check_session, consent, device, index, login, logout, select_account, setup, signed_out};
use super::paths::{
    AUTHORIZE, CANCEL_LOGIN, CHECK_SESSION, CONSENT, DEVICE, DEVICE_ALLOWED, DEVICE_AUTHORIZATION,
    DEVICE_CONFIRM, DEVICE_DENIED, INDEX, INTROSPECT, JWKS, LOGIN, LOGOS, LOGOUT, OAUTH_METADATA,
    OPENID_CONFIGURATION, PAR, REGISTER, REGISTRATION, RESUME, REVOKE, SELECT_ACCOUNT, SESSION_STATE, SETUP,
    SIGNED_OUT, STATIC, TOKEN, USERINFO,
};
use super::protocol::{
    authorize, device_authorization, discovery, introspect, jwks, par, protected_resource, registration,
    revoke, token, userinfo,
};
use super::state::Realm;
use super::static_files;
use crate::oauth::protected_resource::WELL_KNOWN;
use actix_web::Resource;
use actix_web::guard::{Any, Get, Head};
use actix_web::web::{
    Data, PayloadConfig, ServiceConfig, delete, get, head, post, put, resource, route, scope,
};

/// The largest body that is read, in bytes, where the composition root sets no other bound.
pub const MAX_BODY: usize = 64 * 1024;

/// Puts a realm into an application: everything lies below the path of its issuer.
pub fn configure(app: &mut ServiceConfig, realm: &Data<Realm>) {
    let base = realm.base_path();
    app.app_data(PayloadConfig::new(MAX_BODY));
    // OIDC Discovery §4.1: the other document stands below the path.
    if !base.is_empty() {
        // RFC 8414 §3.1: the well-known part stands between the host and the path of the issuer.
        for path in [OPENID_CONFIGURATION, OAUTH_METADATA] {
            app.service(open(metadata(&format!("{path}{base}")).app_data(realm.clone())));
        }
    }
    let realm_scope =
        scope(&base).app_data(realm.clone()).configure(configure_protocol).configure(configure_pages);
    // Last, as it is matched by a regular expression, and most of the others are not.
    let described = open(described(realm));
    if base.is_empty() {
        app.service(realm_scope.service(described));
    } else {
        app.service(realm_scope).service(described);
    }
}

/// RFC 9728 §3.1: the rest of the path is that of the resource, wherever on our origin it lies.
fn described(realm: &Data<Realm>) -> Resource {
    resource(format!("{WELL_KNOWN}{{resource:.*}}"))
        .app_data(realm.clone())
        .route(get().to(protected_resource::get))
        .route(head().to(protected_resource::get))
}

/// Where a client in a browser calls, scripts of other origins may ([`open`]); at the authorization endpoint never: OAuth
/// 2.1 §3.1 and §3.2, Browser-Based Apps §6.3.3.4, FAPI 2.0 Security Profile §5.2.3.
/// Compared one after the other, as plain strings: what is asked for most stands first, and each resource has one path,
/// since several would be matched as regular expressions.
fn configure_protocol(app: &mut ServiceConfig) {
    app.service(open(resource(TOKEN).route(post().to(token::post))))
        .service(open(resource(JWKS).route(get().to(jwks::get)).route(head().to(jwks::get))))
        .service(open(metadata(OPENID_CONFIGURATION)))
        .service(open(metadata(OAUTH_METADATA)))
        // Not done: Browser-Based Apps §6.3.3.4: introspection: confidential clients alone may, and none is a script.
        .service(resource(INTROSPECT).route(post().to(introspect::post)))
        // OIDC Core §5.3.1: GET and POST, and scripts of other origins.
        .service(open(
            resource(USERINFO)
                .route(get().to(userinfo::get))
                .route(post().to(userinfo::post))
                .route(head().to(userinfo::get)),
        ))
        // RFC 7009 §2.3: scripts of other origins.
        // Not done: RFC 7009 §2.3: JSONP: scripts that may call need none.
        .service(open(resource(REVOKE).route(post().to(revoke::post))))
        .service(open(resource(DEVICE_AUTHORIZATION).route(post().to(device_authorization::post))))
        // Not done: RFC 9110 §9.1: HEAD: who looks ahead at a link begins no sign-in, and gets no code.
        .service(resource(AUTHORIZE).route(get().to(authorize::get)).route(post().to(authorize::post)))
        .service(open(resource(PAR).route(post().to(par::post))))
        .service(open(resource(REGISTER).route(post().to(registration::register::post))))
        .service(
            resource(REGISTRATION)
                .route(get().to(registration::configuration::get))
                .route(head().to(registration::configuration::get))
                .route(put().to(registration::configuration::put))
                .route(delete().to(registration::configuration::delete)),
        )
        .service(resource(RESUME).route(get().to(authorize::resume)));
}

fn metadata(path: &str) -> Resource {
    resource(path).route(get().to(discovery::get)).route(head().to(discovery::get))
}

/// What people see. A HEAD is answered as a GET is; the server drops the body.
fn configure_pages(app: &mut ServiceConfig) {
    let seen = || route().guard(Any(Get()).or(Head()));
    app.service(resource(["", INDEX]).route(seen().to(index::get)))
        .service(resource(LOGIN).route(seen().to(login::get)).route(post().to(login::post)))
        .service(resource(CANCEL_LOGIN).route(post().to(login::cancel)))
        .service(
            resource(SELECT_ACCOUNT)
                .route(seen().to(select_account::get))
                .route(post().to(select_account::post)),
        )
        .service(resource(CONSENT).route(seen().to(consent::get)).route(post().to(consent::post)))
        .service(resource(DEVICE).route(seen().to(device::code::get)).route(post().to(device::code::post)))
        .service(
            resource(DEVICE_CONFIRM)
                .route(seen().to(device::confirm::get))
                .route(post().to(device::confirm::post)),
        )
        .service(resource(DEVICE_ALLOWED).route(seen().to(device::done::allowed)))
        .service(resource(DEVICE_DENIED).route(seen().to(device::done::denied)))
        .service(resource(LOGOUT).route(seen().to(logout::get)).route(post().to(logout::post)))
        .service(resource(CHECK_SESSION).route(seen().to(check_session::get)))
        .service(resource(SESSION_STATE).route(seen().to(check_session::state)))
        .service(resource(SIGNED_OUT).route(seen().to(signed_out::get)))
        .service(resource(SETUP).route(seen().to(setup::get)).route(post().to(setup::post)))
        .service(resource(LOGOS).route(seen().to(logos::get)))
        .service(resource(STATIC).route(seen().to(static_files::get)));
}
