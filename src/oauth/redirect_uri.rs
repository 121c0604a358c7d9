//! Which redirect URI is a client's own. RFC 9700 §4.1.3, RFC 8252 §7.3.

use crate::records::Client;
use url::Url;

/// Whether `requested` is one of the client's redirect URIs.
///
/// Compared as strings, without decoding or normalising anything: RFC 9700 §4.1.3. The one exception is the port of
/// a loopback IP address, which a native application learns only when it starts (RFC 8252 §7.3): it may differ
/// where the client registered as native, or registered the URI without a port.
// OIDC Core §14, RFC 6749 §10.15; RFC 8252 §8.4.
pub fn is_registered(client: &Client, requested: &str) -> bool {
    client.redirect_uris.iter().any(|registered| {
        // OIDC Discovery §5, RFC 8414 §4: strings are compared as they are.
        // OAuth 2.1 §2.3.1, §4.1.1; Browser-Based Apps §6.3.3.2; MCP Authorization "Open Redirection": exactly.
        registered == requested || differs_in_loopback_port_alone(registered, requested, client.native)
    })
}

/// Whether a browser may be sent to this URI of the client's before the person has said so. What stays on the person's
/// device is no site that could pretend to be another.
// RFC 9700 §4.11.2: trust follows from who registered the client.
pub fn is_vouched_for(client: &Client, uri: &str) -> bool {
    client.origin.is_vouched_for() || stays_on_device(uri)
}

/// Whether this registered URI leads to the person's own device: to a loopback address, or to an application by a scheme of
/// its own (RFC 8252 §7.1, §7.3). What cannot be read does not.
pub fn stays_on_device(uri: &str) -> bool {
    // RFC 3986 §3.1: schemes do not mind case. http is registered for loopback addresses alone.
    Url::parse(uri).is_ok_and(|uri| uri.scheme() != "https")
}

fn differs_in_loopback_port_alone(registered: &str, requested: &str, native: bool) -> bool {
    ["http://127.0.0.1", "http://[::1]"].iter().any(|origin| {
        let (Some(registered), Some(requested)) =
            (registered.strip_prefix(origin), requested.strip_prefix(origin))
        else {
            return false;
        };
        let (Some((registered_port, registered_rest)), Some((_, requested_rest))) =
            (split_port(registered), split_port(requested))
        else {
            return false;
        };
        (native || registered_port.is_none()) && registered_rest == requested_rest
    })
}

/// Splits `:8080/cb` into the port and the rest; none where what stands behind the host is neither a port nor a path.
fn split_port(behind_host: &str) -> Option<(Option<u16>, &str)> {
    let Some(behind_colon) = behind_host.strip_prefix(':') else {
        return (behind_host.is_empty() || behind_host.starts_with('/')).then_some((None, behind_host));
    };
    let end = behind_colon.find('/').unwrap_or(behind_colon.len());
    let (port, rest) = behind_colon.split_at_checked(end)?;
    let plain = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    Some((Some(plain.then(|| port.parse().ok()).flatten()?), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::fixtures::client;

    fn registered(uri: &str, native: bool, requested: &str) -> bool {
        let mut client = client();
        client.redirect_uris = vec![uri.to_owned()];
        client.native = native;
        is_registered(&client, requested)
    }

    #[test]
    fn only_the_very_same_string_matches() {
        let own = "https://app.example/cb";
        assert!(registered(own, false, own));
        for other in [
            "https://app.example/cb/evil",
            "https://app.example/cbevil",
            "https://app.example/cb?a=b",
            "https://app.example:8443/cb",
            "https://app.example/cb/../../evil",
            "https://app.example/cb/%2e%2e/evil",
            "https://app.example/cb#x",
            "https://app.example@evil.example/cb",
            "https://APP.example/cb",
            "https://app.example/CB",
            "javascript:alert(1)",
            "https://app.example/cb\r\nX: y",
            "",
            "http://evil.example\\@app.example/cb",
        ] {
            assert!(!registered(own, false, other), "{other}");
        }
    }

    #[test]
    fn a_web_client_on_loopback_keeps_its_port() {
        let own = "http://127.0.0.1:14400/cb";
        assert!(!registered(own, false, "http://127.0.0.1:14401/cb"));
        assert!(!registered(own, false, "http://127.0.0.1:14400@evil.example/cb"));
    }

    #[test]
    fn a_native_client_may_choose_the_port_of_a_loopback_address() {
        for (own, requested) in [
            ("http://127.0.0.1:1/cb", "http://127.0.0.1:50123/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:50123/cb"),
            ("http://[::1]/cb", "http://[::1]:50123/cb"),
        ] {
            assert!(registered(own, true, requested), "{requested}");
        }
        assert!(registered("http://127.0.0.1/cb", false, "http://127.0.0.1:50123/cb"));
        for (own, requested) in [
            ("http://localhost/cb", "http://localhost:50123/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:50123/other"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:5@evil.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:+1/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb"),
            ("http://127.0.0.1/cb", "https://127.0.0.1:5/cb"),
        ] {
            assert!(!registered(own, true, requested), "{requested}");
        }
    }
}
