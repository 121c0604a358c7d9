//! What caches may keep: a line for each route. Every answer that a test gets is held against it.
//! RFC 9111 §5.2.2.5, RFC 6749 §5.1, RFC 7662 §4.

use super::Answer;
use latchkey::oauth::protected_resource::WELL_KNOWN;
use latchkey::web::routes;

/// Who may keep an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Everybody, where it is what was asked for; a refusal nobody.
    Public,
    /// Nobody: it holds a token, or concerns somebody.
    Never,
}

/// Every route: its path, the methods that it answers, and who may keep what it says.
pub(crate) const ROUTES: [(&str, &[&str], Kept); 29] = {
    use Kept::{Never, Public};
    const PAGE: &[&str] = &["GET", "HEAD"];
    const FORM: &[&str] = &["GET", "HEAD", "POST"];
    const OPEN_POST: &[&str] = &["OPTIONS", "POST"];
    const OPEN_GET: &[&str] = &["GET", "HEAD", "OPTIONS"];
    [
        (routes::TOKEN, OPEN_POST, Never),
        (routes::PAR, OPEN_POST, Never),
        (routes::REVOKE, OPEN_POST, Never),
        (routes::DEVICE_AUTHORIZATION, OPEN_POST, Never),
        (routes::REGISTER, OPEN_POST, Never),
        (routes::REGISTRATION, &["DELETE", "GET", "HEAD", "PUT"], Never),
        (routes::INTROSPECT, &["POST"], Never),
        (routes::USERINFO, &["GET", "HEAD", "OPTIONS", "POST"], Never),
        (routes::AUTHORIZE, &["GET", "POST"], Never),
        (routes::RESUME, &["GET"], Never),
        (routes::JWKS, OPEN_GET, Public),
        (routes::OPENID_CONFIGURATION, OPEN_GET, Public),
        (routes::OAUTH_METADATA, OPEN_GET, Public),
        (WELL_KNOWN, OPEN_GET, Public),
        (routes::STATIC, PAGE, Public),
        (routes::INDEX, PAGE, Never),
        (routes::LOGIN, FORM, Never),
        (routes::CANCEL_LOGIN, &["POST"], Never),
        (routes::SELECT_ACCOUNT, FORM, Never),
        (routes::CONSENT, FORM, Never),
        (routes::DEVICE, FORM, Never),
        (routes::DEVICE_CONFIRM, FORM, Never),
        (routes::DEVICE_ALLOWED, PAGE, Never),
        (routes::DEVICE_DENIED, PAGE, Never),
        (routes::LOGOUT, FORM, Never),
        (routes::SIGNED_OUT, PAGE, Never),
        (routes::CHECK_SESSION, PAGE, Never),
        (routes::SESSION_STATE, PAGE, Never),
        (routes::SETUP, FORM, Never),
    ]
};

/// The route of a path; `base` is the path of the issuer. None where there is no such route.
fn route_of(path: &str, base: &str) -> Option<(&'static str, Kept)> {
    let is = |route: &str| match route {
        // These stand before the path of the issuer, and what they describe behind them.
        routes::OPENID_CONFIGURATION | routes::OAUTH_METADATA | WELL_KNOWN if path.starts_with(route) => true,
        routes::INDEX => path.strip_prefix(base).is_some_and(|rest| matches!(rest, "" | "/")),
        _ => match (path.strip_prefix(base), route.split_once('{')) {
            (Some(rest), Some((beginning, _))) => rest.starts_with(beginning),
            (Some(rest), None) => rest == route,
            (None, _) => false,
        },
    };
    ROUTES.iter().find(|(route, ..)| is(route)).map(|(route, _, kept)| (*route, *kept))
}

/// Fails where a cache may keep what it must not, or not what it should.
pub(crate) fn check(path: &str, base: &str, answer: &Answer) {
    let (said, route) = (answer.header("cache-control"), route_of(path, base));
    let is_public = matches!(route, Some((_, Kept::Public))) && matches!(answer.status, 200 | 304);
    if is_public {
        assert!(said.starts_with("public, max-age="), "{path}: {said:?}");
        assert!(!answer.headers.contains_key("set-cookie"), "{path} sets a cookie for everybody");
    } else {
        assert_eq!(said, "no-store", "{path}, answered with {}", answer.status);
    }
    assert_eq!(answer.headers.get_all("cache-control").count(), 1, "{path}");
    // RFC 6749 §5.1.
    if matches!(route, Some((routes::TOKEN, _))) && answer.status == 200 {
        assert_eq!(answer.header("pragma"), "no-cache");
    }
}
