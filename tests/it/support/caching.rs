//! What caches may keep: a line for each route. Every answer that a test gets is held against it.
//! RFC 9111 §5.2.2.5, RFC 6749 §5.1, RFC 7662 §4.

use super::Answer;
use latchkey::oauth::protected_resource::WELL_KNOWN;
use latchkey::web::paths;

/// Who may keep an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Everybody, where it is what was asked for; a refusal nobody.
    Public,
    /// Nobody: it holds a token, or concerns somebody.
    Never,
}

/// Every route: its path, the methods that it answers, and who may keep what it says.
pub(crate) const ROUTES: [(&str, &[&str], Kept); 30] = {
    use Kept::{Never, Public};
    const PAGE: &[&str] = &["GET", "HEAD"];
    const FORM: &[&str] = &["GET", "HEAD", "POST"];
    const OPEN_POST: &[&str] = &["OPTIONS", "POST"];
    const OPEN_GET: &[&str] = &["GET", "HEAD", "OPTIONS"];
    [
        (paths::TOKEN, OPEN_POST, Never),
        (paths::PAR, OPEN_POST, Never),
        (paths::REVOKE, OPEN_POST, Never),
        (paths::DEVICE_AUTHORIZATION, OPEN_POST, Never),
        (paths::REGISTER, OPEN_POST, Never),
        (paths::REGISTRATION, &["DELETE", "GET", "HEAD", "PUT"], Never),
        (paths::INTROSPECT, &["POST"], Never),
        (paths::USERINFO, &["GET", "HEAD", "OPTIONS", "POST"], Never),
        (paths::AUTHORIZE, &["GET", "POST"], Never),
        (paths::RESUME, &["GET"], Never),
        (paths::JWKS, OPEN_GET, Public),
        (paths::OPENID_CONFIGURATION, OPEN_GET, Public),
        (paths::OAUTH_METADATA, OPEN_GET, Public),
        (WELL_KNOWN, OPEN_GET, Public),
        (paths::LOGOS, PAGE, Public),
        (paths::STATIC, PAGE, Public),
        (paths::INDEX, PAGE, Never),
        (paths::LOGIN, FORM, Never),
        (paths::CANCEL_LOGIN, &["POST"], Never),
        (paths::SELECT_ACCOUNT, FORM, Never),
        (paths::CONSENT, FORM, Never),
        (paths::DEVICE, FORM, Never),
        (paths::DEVICE_CONFIRM, FORM, Never),
        (paths::DEVICE_ALLOWED, PAGE, Never),
        (paths::DEVICE_DENIED, PAGE, Never),
        (paths::LOGOUT, FORM, Never),
        (paths::SIGNED_OUT, PAGE, Never),
        (paths::CHECK_SESSION, PAGE, Never),
        (paths::SESSION_STATE, PAGE, Never),
        (paths::SETUP, FORM, Never),
    ]
};

/// The route of a path; `base` is the path of the issuer. None where there is no such route.
fn route_of(path: &str, base: &str) -> Option<(&'static str, Kept)> {
    let is = |route: &str| match route {
        // These stand before the path of the issuer, and what they describe behind them.
        paths::OPENID_CONFIGURATION | paths::OAUTH_METADATA | WELL_KNOWN if path.starts_with(route) => true,
        paths::INDEX => path.strip_prefix(base).is_some_and(|rest| matches!(rest, "" | "/")),
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
    if matches!(route, Some((paths::TOKEN, _))) && answer.status == 200 {
        assert_eq!(answer.header("pragma"), "no-cache");
    }
}
