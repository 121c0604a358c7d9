//! Cookies: their names, how they are read, and how they are set. RFC 6265.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderValue};
use secrecy::SecretString;
use std::fmt;
use time::Duration;

/// The cookies that we set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieKind {
    /// Opens a browser session.
    Session,
    /// Names the browser: interactions and forms are bound to it.
    Browser,
    /// Says that somebody has signed in with this browser before.
    Device,
    /// Tells frames of ours, in pages of other sites too, which session is open. It opens nothing itself.
    State,
}

/// The rules for cookies at this server.
///
/// Every cookie is `HttpOnly`, `SameSite=Lax` and for the whole host, and `Secure` with the prefix `__Host-`, which
/// keeps other hosts and plain http from planting one. An issuer on plain http (a loopback host, by configuration)
/// does without both, for a browser would not store them. One cookie, which opens nothing, is `SameSite=None`: frames of
/// ours in pages of other sites get it, where the browser allows that, and where there is https.
#[derive(Debug, Clone, Copy)]
pub struct Cookies {
    https: bool,
}

/// The value of a cookie: a secret. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct CookieValue(String);

impl CookieValue {
    /// A value of ours. Letters, digits, `-`, `_` and `.`, at most 128 of them; nothing else is a value.
    pub fn new(value: impl Into<String>) -> Option<Self> {
        let value = value.into();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        (!value.is_empty() && value.len() <= 128 && value.bytes().all(plain)).then_some(Self(value))
    }

    /// The secret, for the layers below.
    pub fn into_secret(self) -> SecretString {
        SecretString::from(self.0)
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CookieValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CookieValue(..)")
    }
}

impl Cookies {
    /// The rules at an issuer with or without https.
    pub const fn new(https: bool) -> Self {
        Self { https }
    }

    /// The name of a cookie. Those of the default tenant have no more than this.
    pub const fn name(self, kind: CookieKind) -> &'static str {
        match (self.https, kind) {
            (true, CookieKind::Session) => "__Host-lk",
            (true, CookieKind::Browser) => "__Host-lkb",
            (true, CookieKind::Device) => "__Host-lkd",
            (true, CookieKind::State) => "__Host-lks",
            (false, CookieKind::Session) => "lk",
            (false, CookieKind::Browser) => "lkb",
            (false, CookieKind::Device) => "lkd",
            (false, CookieKind::State) => "lks",
        }
    }

    /// Whether any cookie goes into frames in pages of other sites.
    pub const fn reach_other_sites(self) -> bool {
        self.https
    }

    /// The value that the browser sent. None where there is none, where it cannot be ours, and where two came under
    /// one name: then somebody has planted one, and which is ours cannot be told.
    pub fn read(self, request: &HttpRequest, kind: CookieKind) -> Option<CookieValue> {
        let name = self.name(kind);
        let mut values = request
            .headers()
            .get_all(header::COOKIE)
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(known, _)| *known == name);
        let (_, value) = values.next()?;
        if values.next().is_some() { None } else { CookieValue::new(value) }
    }

    /// `Set-Cookie` for a value. Without `lives` the cookie ends with the browser.
    pub fn set(self, kind: CookieKind, value: &CookieValue, lives: Option<Duration>) -> Option<HeaderValue> {
        let age = lives.map(|lives| format!("; Max-Age={}", lives.whole_seconds())).unwrap_or_default();
        self.line(kind, value.expose(), &age)
    }

    /// `Set-Cookie` that takes the cookie away.
    pub fn clear(self, kind: CookieKind) -> Option<HeaderValue> {
        self.line(kind, "", "; Max-Age=0")
    }

    fn line(self, kind: CookieKind, value: &str, age: &str) -> Option<HeaderValue> {
        let attributes = match (self.https, kind) {
            // OIDC Session Management §3.2: a frame in a client's page sees it.
            (true, CookieKind::State) => "SameSite=None; Secure",
            (true, _) => "SameSite=Lax; Secure",
            (false, _) => "SameSite=Lax",
        };
        let line = format!("{}={value}; Path=/; HttpOnly; {attributes}{age}", self.name(kind));
        HeaderValue::from_str(&line).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    const COOKIES: Cookies = Cookies::new(true);

    fn read(lines: &[&str]) -> Option<String> {
        let mut request = TestRequest::default();
        for line in lines {
            request = request.append_header((header::COOKIE, *line));
        }
        COOKIES.read(&request.to_http_request(), CookieKind::Session).map(|value| value.expose().to_owned())
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        assert_eq!(read(&["a=b; __Host-lk=abc;c=d"]).as_deref(), Some("abc"));
        assert_eq!(read(&["a=b", "__Host-lk=abc"]).as_deref(), Some("abc"));
        assert_eq!(read(&["lk=abc; __Host-lkb=def; x__Host-lk=ghi"]), None);
    }

    #[test]
    fn two_of_one_name_are_none() {
        assert_eq!(read(&["__Host-lk=abc; __Host-lk=def"]), None);
        assert_eq!(read(&["__Host-lk=abc", "__Host-lk=abc"]), None);
    }

    #[test]
    fn a_value_that_cannot_be_ours_is_none() {
        let long = format!("__Host-lk={}", "a".repeat(129));
        for line in ["__Host-lk=", "__Host-lk=a b", "__Host-lk=\"abc\"", "__Host-lk=a%00", long.as_str()] {
            assert_eq!(read(&[line]), None, "{line}");
        }
    }

    /// attacks: B03.
    #[test]
    fn every_cookie_is_closed_to_scripts_to_other_sites_and_to_plain_http() {
        let value = CookieValue::new("abc").unwrap();
        let line = COOKIES.set(CookieKind::Session, &value, None).unwrap();
        assert_eq!(line, "__Host-lk=abc; Path=/; HttpOnly; SameSite=Lax; Secure");
        let line = COOKIES.set(CookieKind::Device, &value, Some(Duration::hours(1))).unwrap();
        assert_eq!(line, "__Host-lkd=abc; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=3600");
        let line = Cookies::new(false).clear(CookieKind::Browser).unwrap();
        assert_eq!(line, "lkb=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }

    /// OIDC Session Management §3.2: but for the one that opens nothing.
    #[test]
    fn the_state_goes_into_other_sites_where_there_is_https() {
        let value = CookieValue::new("abc").unwrap();
        let line = COOKIES.set(CookieKind::State, &value, None).unwrap();
        assert_eq!(line, "__Host-lks=abc; Path=/; HttpOnly; SameSite=None; Secure");
        let line = COOKIES.clear(CookieKind::State).unwrap();
        assert_eq!(line, "__Host-lks=; Path=/; HttpOnly; SameSite=None; Secure; Max-Age=0");
        let line = Cookies::new(false).set(CookieKind::State, &value, None).unwrap();
        assert_eq!(line, "lks=abc; Path=/; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn a_value_is_never_printed() {
        assert_eq!(format!("{:?}", CookieValue::new("abc")), "Some(CookieValue(..))");
    }
}
