//! The headers of security. Constants all: the answers that services ask for by the thousand get the few that mean
//! something to a program, pages get the whole set.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Own files only, no inline script or style, in nobody's frame. `form-action` is left out on purpose: Chromium
/// applies it to the redirects after a POST, and those lead to the clients.
// OIDC Core §3.1.2.3, RFC 6749 §10.13, RFC 9700 §4.16: nobody frames a page of ours; no script of others runs there
// (RFC 6749 §3.1.2.5).
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'";

/// The policy of pages, for one that must add to it.
pub fn page_policy() -> &'static str {
    POLICY
}

/// Nothing to anybody else. Not `no-referrer`: by Fetch §3.1 the forms of such a page come with `Origin: null`, and a
/// browser that does not know `Sec-Fetch-Site` could then send none.
// RFC 9700 §4.2.4: neither code nor state goes to others in a `Referer`.
const REFERRER: HeaderValue = HeaderValue::from_static("same-origin");

/// What a page never needs.
const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

const PAGE: [(HeaderName, HeaderValue); 6] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, REFERRER),
    (header::CROSS_ORIGIN_OPENER_POLICY, HeaderValue::from_static("same-origin")),
    (header::CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("same-origin")),
    (header::PERMISSIONS_POLICY, HeaderValue::from_static(PERMISSIONS)),
];

const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// RFC 6797 §6.1, RFC 9325 §3.2, FAPI 2.0 Security Profile §5.2.3: a year. Subdomains belong to others, so they are not included.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Adds what is missing. What an endpoint has set itself (a policy with a hash, a cache time) stays.
pub(super) fn apply(headers: &mut HeaderMap, https: bool) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    // RFC 9440 §2.4: nor may a cache give to one client what another's certificate was answered with.
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, NO_STORE);
    }
    if is_for_programs(headers) {
        return;
    }
    for (name, value) in PAGE {
        if !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }
}

/// JSON, JWTs and key sets. A redirect has no content type and counts as a page: a browser follows it.
fn is_for_programs(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(content_type: Option<&'static str>, https: bool) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Some(kind) = content_type {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        apply(&mut headers, https);
        headers
    }

    /// attacks: B02, M23, M27.
    #[test]
    fn a_page_and_a_redirect_get_the_whole_set() {
        for kind in [Some("text/html; charset=utf-8"), None] {
            let headers = applied(kind, true);
            for (name, value) in PAGE {
                assert_eq!(headers.get(name), Some(&value));
            }
            assert_eq!(headers.get("cache-control").unwrap(), "no-store");
            assert_eq!(headers.get("x-content-type-options").unwrap(), "nosniff");
            assert_eq!(headers.get("strict-transport-security").unwrap(), "max-age=31536000");
        }
    }

    #[test]
    fn programs_get_what_means_something_to_them() {
        let headers = applied(Some("application/json"), false);
        let names: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(names.len(), 3, "{names:?}");
    }

    #[test]
    fn what_the_endpoint_has_set_stays() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'self'"));
        apply(&mut headers, false);
        assert_eq!(headers.get("cache-control").unwrap(), "public, max-age=300");
        assert_eq!(headers.get("content-security-policy").unwrap(), "default-src 'self'");
        assert_eq!(headers.get_all("cache-control").count(), 1);
    }
}
