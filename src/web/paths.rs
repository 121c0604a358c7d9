//! The path of every endpoint and page, below the path of the issuer. What answers there stands in [`super::routes`].

use crate::oauth::discovery::Paths;

/// RFC 6749 §3.1.
pub const AUTHORIZE: &str = "/authorize";
/// RFC 9126 §2.
pub const PAR: &str = "/par";
/// Where a person comes back from a page of ours, to be sent on.
pub const RESUME: &str = "/authorize/resume";
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

/// RFC 8628 §3.1.
pub const DEVICE_AUTHORIZATION: &str = "/device_authorization";

/// RFC 7591 §3.
pub const REGISTER: &str = "/register";
/// RFC 7592 §2: one client's own registration.
pub const REGISTRATION: &str = "/register/{client_id}";

/// What this server is.
pub const INDEX: &str = "/";
/// Where people sign in.
pub const LOGIN: &str = "/login";
/// Where they go back to the client without signing in.
pub const CANCEL_LOGIN: &str = "/login/cancel";
/// Where they say with which account they go on.
pub const SELECT_ACCOUNT: &str = "/select-account";
/// Where they say what a client may do.
pub const CONSENT: &str = "/consent";
/// Where they type the code that a device shows: RFC 8628 §3.3.
pub const DEVICE: &str = "/device";
/// Where they say whether it is theirs, and what it may do.
pub const DEVICE_CONFIRM: &str = "/device/confirm";
/// Where they are when it may.
pub const DEVICE_ALLOWED: &str = "/device/allowed";
/// Where they are when it may not.
pub const DEVICE_DENIED: &str = "/device/denied";
/// Where they sign out, and where clients send them for that. OIDC RP-Initiated Logout §2.
pub const LOGOUT: &str = "/logout";
/// Where they are then.
pub const SIGNED_OUT: &str = "/signed-out";
/// What clients load into a frame to see whether the session is still the same. OIDC Session Management §3.3.
pub const CHECK_SESSION: &str = "/check-session";
/// What that frame asks.
pub const SESSION_STATE: &str = "/check-session/state";
/// Where the first administrator is made.
pub const SETUP: &str = "/setup";
/// The pictures of clients.
pub const LOGOS: &str = "/logos/{name}";
/// The style sheet, the script and the icon.
pub const STATIC: &str = "/static/{name}";

/// The paths that the metadata names.
pub const PATHS: Paths = Paths {
    authorize: AUTHORIZE,
    par: PAR,
    token: TOKEN,
    userinfo: USERINFO,
    revoke: REVOKE,
    introspect: INTROSPECT,
    device_authorization: DEVICE_AUTHORIZATION,
    jwks: JWKS,
    end_session: LOGOUT,
    check_session: CHECK_SESSION,
    register: REGISTER,
};
