//! The issuer: the URL by which every token, link and cookie is named.

use super::raw::Written;
use super::value::{Value, quote, text};
use std::fmt;
use url::{Host, Url};

/// An issuer identifier: a URL without query and fragment. RFC 8414 §2, OIDC Discovery §3.
///
/// It is compared as a string by every verifier, so it is kept exactly as it was written, and only its one
/// canonical form is accepted: lower-case host, no default port, no slash at the end. It is https, or http on a
/// loopback host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer(String);

impl Issuer {
    fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let loopback = match url.host()? {
            Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        // TLS: RFC 6749 §3.1, §3.2, §10.9; RFC 6750 §5.2; RFC 8414 §6.1; RFC 9126 §2; RFC 9700 §2.6;
        // OIDC Core §16.17; OIDC Discovery §7.1.
        let secure = url.scheme() == "https" || (url.scheme() == "http" && loopback);
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        // OIDC Core §16.15, OIDC Discovery §7.2, RFC 8414 §6.2: one form, compared to the letter.
        let canonical = url.as_str().strip_suffix('/').unwrap_or(url.as_str()) == text;
        (secure && bare && canonical).then(|| Self(text.to_owned()))
    }

    /// The issuer at a loopback address, over http.
    pub fn loopback(address: std::net::SocketAddr) -> Self {
        Self(format!("http://{address}"))
    }

    /// The issuer as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The issuer as a URL.
    pub fn to_url(&self) -> Option<Url> {
        Url::parse(&self.0).ok()
    }
}

impl Default for Issuer {
    fn default() -> Self {
        Self("http://localhost:8080".to_owned())
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Value for Issuer {
    const ALLOWED: &'static str = "an https URL (http on localhost alone) in lower case, without user, query, \
         fragment and slash at the end, such as \"https://id.example.com\"";
    fn read(written: &Written) -> Option<Self> {
        Self::parse(text(written)?)
    }
    fn render(&self) -> String {
        quote(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_or_http_on_a_loopback_host_is_an_issuer() {
        for good in [
            "https://id.example.com",
            "https://id.example.com:8443/auth",
            "http://localhost:8080",
            "http://127.0.0.1:9000",
            "http://[::1]:9000",
        ] {
            assert_eq!(Issuer::parse(good).map(|issuer| issuer.0), Some(good.to_owned()));
        }
    }

    #[test]
    fn anything_but_the_canonical_form_is_refused() {
        for bad in [
            "http://id.example.com",
            "https://id.example.com/",
            "https://ID.example.com",
            "https://id.example.com:443",
            "https://id.example.com?a=b",
            "https://id.example.com#x",
            "https://ada@id.example.com",
            "http://localhost.example.com",
            "ftp://localhost",
            "id.example.com",
            "",
        ] {
            assert_eq!(Issuer::parse(bad), None, "{bad}");
        }
    }
}
