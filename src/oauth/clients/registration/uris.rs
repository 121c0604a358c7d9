//! URIs of a registration. RFC 6749 §3.1.2, RFC 9700 §4.1.3, RFC 8252 §7, OIDC Registration §2.

use super::{refuse, refuse_uri};
use crate::oauth::OAuthError;
use crate::records::{Client, GrantType};
use url::{Host, Url};

/// More URIs of one kind are refused.
pub(super) const MAX_URIS: usize = 32;
/// A longer URI is refused. In bytes.
pub(super) const MAX_BYTES: usize = 1024;

/// What is wrong with a URI to which a browser shall be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    Malformed,
    Fragment,
    User,
    Http,
    Scheme,
    Parameter,
}

/// What an authorization response says. RFC 6749 §4.1.2, §4.1.2.1; RFC 9207 §2; JARM §2.3; OIDC Session Management §2.
const RESPONSE_PARAMETERS: [&str; 8] =
    ["code", "state", "iss", "error", "error_description", "error_uri", "response", "session_state"];

pub(super) fn check(client: &Client) -> Result<(), OAuthError> {
    let uris = &client.redirect_uris;
    if uris.len() > MAX_URIS || !are_distinct(uris) {
        return Err(refuse_uri("redirect_uris: at most 32, each once.", "registration.redirect_uris.count"));
    }
    // RFC 7591 §2: needed for grants that go through the browser; of others they are kept, and never used.
    if uris.is_empty() && client.may_use(GrantType::AuthorizationCode) {
        return Err(refuse_uri(
            "redirect_uris: the authorization_code grant needs one.",
            "registration.redirect_uris.count",
        ));
    }
    // RFC 6749 §3.1.2.2, §10.6: whole URIs, registered before.
    uris.iter().try_for_each(|uri| check_redirect_uri(uri))?;
    if client.resources.len() > MAX_URIS || !client.resources.iter().all(|uri| is_absolute(uri)) {
        return Err(refuse(
            "resources: absolute URIs without a fragment, at most 32.",
            "registration.resources",
        ));
    }
    Ok(())
}

/// Checks one redirect URI. It is compared as a string later, so whatever two readers could read in two ways is
/// refused here: RFC 9700 §4.1.3, §2.1; RFC 8252 §7.
///
/// # Errors
/// `invalid_redirect_uri`, with the rule that is broken.
pub fn check_redirect_uri(uri: &str) -> Result<(), OAuthError> {
    let (description, cause) = match judge(uri) {
        Ok(()) => return Ok(()),
        Err(Wrong::Malformed) => (
            "redirect_uris: each must be an absolute URI of at most 1024 printable characters, without wildcards, dot \
             segments and broken percent-encoding.",
            "registration.redirect_uri.malformed",
        ),
        Err(Wrong::Fragment) => {
            ("redirect_uris: a redirect URI has no fragment.", "registration.redirect_uri.fragment")
        }
        Err(Wrong::User) => {
            ("redirect_uris: a redirect URI names no user.", "registration.redirect_uri.user")
        }
        Err(Wrong::Parameter) => (
            "redirect_uris: the query holds a parameter of the response (code, state, iss, error, response, \
             session_state), which would then stand there twice.",
            "registration.redirect_uri.parameter",
        ),
        Err(Wrong::Http) => (
            "redirect_uris: https, or http on 127.0.0.1, [::1] or localhost alone.",
            "registration.redirect_uri.http",
        ),
        Err(Wrong::Scheme) => (
            "redirect_uris: a scheme of your own must be a reversed domain name, such as com.example.app.",
            "registration.redirect_uri.scheme",
        ),
    };
    Err(refuse_uri(description, cause))
}

/// Judges a URI to which a browser shall be sent with an answer to an authorization request.
pub(super) fn judge(uri: &str) -> Result<(), Wrong> {
    judge_for(uri, &RESPONSE_PARAMETERS)
}

/// Judges a URI to which a browser shall be sent with an answer of these parameters.
pub(super) fn judge_for(uri: &str, parameters: &[&str]) -> Result<(), Wrong> {
    let url = parse(uri).ok_or(Wrong::Malformed)?;
    // RFC 6749 §3.1.2: no fragment, not even an empty one.
    if uri.contains('#') {
        return Err(Wrong::Fragment);
    }
    if names_a_user(&url, uri) {
        return Err(Wrong::User);
    }
    // RFC 6749 §3.1: no parameter of a response stands there twice; §3.1.2: the query of the URI stays.
    if names_one_of(&url, parameters) {
        return Err(Wrong::Parameter);
    }
    match url.scheme() {
        // RFC 8252 §7.2.
        // Not done: OIDC Registration §2: no https for native applications: RFC 8252 §7.2 recommends it to them.
        "https" => Ok(()),
        // RFC 6749 §3.1.2.1; RFC 8252 §8.3.
        // Not done: RFC 9700 §2.6: `http` on loopback for clients alone that say that they are native: RFC 7591 knows no
        // `application_type`, and by OIDC Registration §2 whoever leaves it out is a web client, so that native ones (those
        // of MCP, command line tools) would be refused. What the clause is for holds: such an answer never leaves the
        // device, as OAuth 2.1 §1.5 has it. The profiles of FAPI 2.0 do hold to it.
        "http" if is_loopback(&url) => Ok(()),
        // RFC 7591 §5: plain http to a local program alone; all else by TLS, or by a scheme that stays on the device.
        "http" => Err(Wrong::Http),
        // RFC 8252 §7.1: a scheme of one's own is a reversed domain name, so it has a dot.
        scheme if scheme.contains('.') => Ok(()),
        _ => Err(Wrong::Scheme),
    }
}

/// A URI that every reader reads alike: printable ASCII, no wildcard, no dot segments, no broken percent-encoding, and of http and https with the
/// host where it belongs.
pub(super) fn parse(uri: &str) -> Option<Url> {
    let plain = uri.bytes().all(|b| b.is_ascii_graphic() && !b"*\\\"<>^`{|}".contains(&b));
    let url = Url::parse(uri).ok().filter(|_| plain && is_well_encoded(uri) && uri.len() <= MAX_BYTES)?;
    if matches!(url.scheme(), "http" | "https") {
        // `https:host` and `https:///host` are forgiven by some readers, and mean another thing to others.
        let beginning = format!("{}://{}", url.scheme(), url.host_str()?);
        let as_written = uri.get(..beginning.len()).is_some_and(|own| own.eq_ignore_ascii_case(&beginning));
        let is_plain = (as_written || names_a_user(&url, uri)) && !has_dot_segments(uri);
        is_plain.then_some(url)
    } else {
        Some(url)
    }
}

fn names_a_user(url: &Url, uri: &str) -> bool {
    !url.username().is_empty() || url.password().is_some() || uri.contains('@') && url.path().is_empty()
}

/// Whether behind each percent sign stand two hexadecimal digits. RFC 3986 §2.1.
pub(in crate::oauth::clients) fn is_well_encoded(uri: &str) -> bool {
    uri.split('%').skip(1).all(|rest| {
        let digits = rest.as_bytes().first_chunk::<2>();
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// Whether the query of this URI holds a parameter of one of these names, however it is written.
pub(super) fn names_one_of(url: &Url, parameters: &[&str]) -> bool {
    url.query_pairs().any(|(name, _)| parameters.contains(&name.as_ref()))
}

/// Whether the path has a segment `.` or `..`, however it is written. RFC 3986 §5.2.4.
pub(in crate::oauth::clients) fn has_dot_segments(uri: &str) -> bool {
    let path = uri.split(['?', '#']).next().unwrap_or_default();
    let dots =
        |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    path.split('/').any(dots)
}

/// A page that is shown to people as a link: http or https, nothing that a browser would run.
pub(super) fn is_page(uri: &str) -> bool {
    parse(uri).is_some_and(|url| matches!(url.scheme(), "http" | "https") && !names_a_user(&url, uri))
}

/// An address that is called, by us or by a browser: https, or http on loopback; no user, no fragment.
pub(in crate::oauth::clients) fn is_called(uri: &str) -> bool {
    let secure = |url: &Url| url.scheme() == "https" || url.scheme() == "http" && is_loopback(url);
    parse(uri).is_some_and(|url| secure(&url) && !names_a_user(&url, uri) && !uri.contains('#'))
}

/// As [`is_called`], of https alone.
pub(super) fn is_secure(uri: &str) -> bool {
    is_called(uri) && parse(uri).is_some_and(|url| url.scheme() == "https")
}

/// An identifier of something: an absolute URI without a fragment. RFC 8707 §2.
pub(in crate::oauth) fn is_absolute(uri: &str) -> bool {
    Url::parse(uri).is_ok()
        && !uri.contains('#')
        && uri.len() <= MAX_BYTES
        && is_well_encoded(uri)
        && uri.bytes().all(|b| b.is_ascii_graphic())
}

pub(super) fn are_distinct(uris: &[String]) -> bool {
    uris.iter().enumerate().all(|(at, uri)| !uris.iter().take(at).any(|before| before == uri))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::ErrorCode;

    #[test]
    fn redirect_uris_that_can_be_read_in_two_ways_are_refused() {
        for good in [
            "https://app.example/cb",
            "https://APP.example/cb",
            "https://app.example",
            "https://app.example:443/cb",
            "https://app.example:8443/cb",
            "https://app.example/cb?tenant=1",
            "https://app.example/cb?next=/../x",
            "https://app.example/a..b/.c",
            "https://app.example/a%20b?c=%C3%a4&codes=1&State=2",
            "https://app.example/state/code?next=state%3D1",
            "http://127.0.0.1/cb",
            "http://[::1]:9/cb",
            "http://localhost:8081/callback",
            "com.example.app:/cb",
            "com.example.app://callback",
        ] {
            assert_eq!(check_redirect_uri(good), Ok(()), "{good}");
        }
        for (bad, cause) in [
            ("/cb", "malformed"),
            ("", "malformed"),
            ("https://*.example/cb", "malformed"),
            ("https://app.example/*", "malformed"),
            ("https://app.example/c b", "malformed"),
            ("http://evil.example\\@host/cb", "malformed"),
            ("https://app.example/cb\r\nX: y", "malformed"),
            ("https://app.example/é", "malformed"),
            ("https://", "malformed"),
            ("https:app.example/cb", "malformed"),
            ("https:///app.example/cb", "malformed"),
            ("https:/app.example/cb", "malformed"),
            ("https://0x7f.1/cb", "malformed"),
            ("https://app.example/a/../cb", "malformed"),
            ("https://app.example/a/%2E%2e/cb", "malformed"),
            ("https://app.example/./cb", "malformed"),
            ("https://app.example/cb/..", "malformed"),
            ("https://app.example/cb#", "fragment"),
            ("https://app.example/cb#x", "fragment"),
            ("https://ada@app.example/cb", "user"),
            ("https://ada:pw@app.example/cb", "user"),
            ("http://app.example/cb", "http"),
            ("http://127.0.0.1.evil.example/cb", "http"),
            ("http://localhost.evil.example/cb", "http"),
            ("http://localhost./cb", "http"),
            ("javascript:alert(1)", "scheme"),
            ("JAVASCRIPT:alert(1)", "scheme"),
            ("data:text/html,x", "scheme"),
            ("vbscript:x", "scheme"),
            ("blob:https://app.example/1", "scheme"),
            ("myapp:/cb", "scheme"),
            ("file:///etc/passwd", "scheme"),
        ] {
            let error = check_redirect_uri(bad).unwrap_err();
            assert_eq!(error.cause, format!("registration.redirect_uri.{cause}"), "{bad}");
            assert_eq!(error.code, ErrorCode::InvalidRedirectUri);
        }
    }

    /// RFC 3986 §2.1; RFC 6749 §3.1: what is added to the query stands there once.
    #[test]
    fn what_cannot_be_decoded_or_would_stand_there_twice_is_refused() {
        for (bad, cause) in [
            ("https://app.example/%zz", "malformed"),
            ("https://app.example/cb?a=%", "malformed"),
            ("https://app.example/cb?a=%4", "malformed"),
            ("https://app.example/%%41", "malformed"),
            ("com.example.app:/cb%g0", "malformed"),
            ("https://app.example/cb?code=1", "parameter"),
            ("https://app.example/cb?a=b&state", "parameter"),
            ("https://app.example/cb?%69ss=x", "parameter"),
            ("https://app.example/cb?error=", "parameter"),
            ("https://app.example/cb?error_description=x", "parameter"),
            ("https://app.example/cb?error_uri=x", "parameter"),
            ("https://app.example/cb?response=x", "parameter"),
            ("https://app.example/cb?session_state=x", "parameter"),
            ("com.example.app:/cb?state=x", "parameter"),
        ] {
            let error = check_redirect_uri(bad).unwrap_err();
            assert_eq!(error.cause, format!("registration.redirect_uri.{cause}"), "{bad}");
        }
    }

    #[test]
    fn what_is_called_is_https_or_on_loopback() {
        for good in ["https://app.example/x?y=1", "http://localhost:9/x", "http://127.0.0.1/x"] {
            assert!(is_called(good), "{good}");
        }
        for bad in [
            "http://app.example/x",
            "https://app.example/x#y",
            "https://a@app.example/x",
            "ftp://app.example/",
            "javascript:x",
            "com.example.app:/x",
        ] {
            assert!(!is_called(bad), "{bad}");
        }
        assert!(is_page("http://app.example/tos#part") && is_page("https://app.example"));
        assert!(
            !is_page("javascript:alert(1)") && !is_page("data:image/svg+xml,x") && !is_page("//app.example")
        );
        assert!(is_secure("https://app.example/x") && !is_secure("http://localhost/x"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_judged(text in "\\PC{0,60}", tail in "[ -~]{0,40}") {
            let _ = (judge(&text), judge(&format!("https://{tail}")), is_page(&text), is_called(&text));
        }
    }
}
