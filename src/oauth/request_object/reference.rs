//! `request_uri`: an object that lies at a URI of the client. RFC 9101 §5.2, §10.4.1; OIDC Core §6.2.

use crate::oauth::{ErrorCode, OAuthError};
use crate::records::Client;
use url::Url;

/// RFC 9101 §5.2: a URI should not be longer.
const MAX_BYTES: usize = 512;

/// Where to fetch the object from, if the client registered this very URI. A fragment tells one content from another and
/// is compared with nothing: OIDC Core §6.2.
///
/// # Errors
/// `invalid_request_uri`; nothing is fetched then.
pub fn check_reference(uri: &str, client: &Client) -> Result<String, OAuthError> {
    // RFC 9101 §5.2.1, §10.4.2.
    let bare = |uri: &str| uri.split('#').next().unwrap_or_default().to_owned();
    let wanted = bare(uri);
    // OIDC Core §6.2.1: registered before.
    // Not done: OIDC Core §6.2.1: what lies there is fetched each time, whatever the hash in the fragment.
    if !client.requests.request_uris.iter().any(|registered| bare(registered) == wanted) {
        return Err(unacceptable("request_uri.not_registered"));
    }
    // RFC 9101 §5.2: what is fetched is fetched by https, whatever was registered.
    let is_https = Url::parse(&wanted).is_ok_and(|url| url.scheme() == "https");
    if !is_https || uri.len() > MAX_BYTES {
        return Err(unacceptable("request_uri.malformed"));
    }
    Ok(wanted)
}

/// The refusal of a reference, for this private cause.
pub const fn unacceptable(cause: &'static str) -> OAuthError {
    OAuthError::new(
        ErrorCode::InvalidRequestUri,
        "The request_uri is not registered, not known, used or expired, or gives no request object.",
        cause,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::fixtures::client;
    use crate::records::Requests;

    #[test]
    fn a_reference_is_a_registered_one_to_the_letter() {
        let registered =
            ["https://app.example/request.jwt#sha", "https://app.example/r?x=1", "http://app.example/r"];
        let request_uris = registered.map(str::to_owned).to_vec();
        let client = Client { requests: Requests { request_uris, ..Requests::default() }, ..client() };
        let read = |uri: &str| check_reference(uri, &client).map_err(|error| error.cause);
        assert_eq!(read("https://app.example/request.jwt"), Ok("https://app.example/request.jwt".into()));
        assert_eq!(
            read("https://app.example/request.jwt#other"),
            Ok("https://app.example/request.jwt".into())
        );
        assert_eq!(read("https://app.example/r?x=1"), Ok("https://app.example/r?x=1".into()));
        for uri in [
            "https://app.example/r",
            "https://app.example/r?x=2",
            "https://app.example/request.jwt/",
            "https://app.example/request.jwt?",
            "https://APP.example/request.jwt",
            "https://app.example:443/request.jwt",
            "https://app.example/x/../request.jwt",
            "http://127.0.0.1/canary",
            "file:///etc/passwd",
            "",
        ] {
            assert_eq!(read(uri), Err("request_uri.not_registered"), "{uri}");
        }
        assert_eq!(read("http://app.example/r"), Err("request_uri.malformed"), "though registered");
        let long = format!("https://app.example/request.jwt#{}", "x".repeat(512));
        assert_eq!(read(&long), Err("request_uri.malformed"));
    }
}
