//! The whole URL map.

use super::protocol::{authorize, discovery, introspect, jwks, revoke, token, userinfo};
use crate::oauth::discovery::Paths;
use actix_web::web::{PayloadConfig, ServiceConfig, get, head, post, resource};

/// RFC 6749 §3.1.
pub const AUTHORIZE: &str = "/authorize";
/// Where a person comes back from a page of ours, to be sent on.
pub const RESUME: &str = "/authorize/resume";
/// Where a person signs in.
pub const LOGIN: &str = "/login";
/// Where a person says what a client may do.
pub const CONSENT: &str = "/consent";
/// RFC 6749 §3.2.
pub const TOKEN: &str = "/token";
/// OIDC Core §5.3.
pub const USERINFO: &str = "/userinfo";
/// RFC 7009 §2.
pub const REVOKE: &str = "/revoke";
/// RFC 7662 §2.
pub const INTROSPECT: &str = "/introspect";
/// RFC 7517 §5.
pub const JWKS: &str = "/.well-known/jwks.json";
/// OIDC Discovery §4.
pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
/// RFC 8414 §3.
pub const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";

/// The paths that the metadata names.
pub const PATHS: Paths = Paths {
    authorize: AUTHORIZE,
    token: TOKEN,
    userinfo: USERINFO,
    revoke: REVOKE,
    introspect: INTROSPECT,
    jwks: JWKS,
};

/// The largest body that is read, in bytes, where the composition root sets no other bound.
pub const MAX_BODY: usize = 64 * 1024;

/// Puts every resource into an application.
pub fn configure(app: &mut ServiceConfig) {
    app.app_data(PayloadConfig::new(MAX_BODY))
        .service(resource(AUTHORIZE).route(get().to(authorize::get)).route(post().to(authorize::post)))
        .service(resource(RESUME).route(get().to(authorize::resume)))
        .service(resource(TOKEN).route(post().to(token::post)))
        .service(resource(USERINFO).route(get().to(userinfo::get)).route(post().to(userinfo::post)))
        .service(resource(REVOKE).route(post().to(revoke::post)))
        .service(resource(INTROSPECT).route(post().to(introspect::post)))
        .service(resource(JWKS).route(get().to(jwks::get)).route(head().to(jwks::get)))
        .service(
            resource([OPENID_CONFIGURATION, OAUTH_METADATA])
                .route(get().to(discovery::get))
                .route(head().to(discovery::get)),
        );
}
