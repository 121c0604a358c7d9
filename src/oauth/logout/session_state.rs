//! `session_state`: by which a client's page sees, without asking us, that the browser's session is another one now.
//! OIDC Session Management §2, §3.2.
//!
//! A frame of ours learns a value that stands for the browser's session and opens nothing ([`browser_state`]), and
//! compares its hash with what the client was given.

use crate::digest::sha256;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;
use uuid::Uuid;

/// What stands for this session while it lives.
pub fn browser_state(sid: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(sha256(&[b"browser_state", sid.as_bytes()]))
}

/// What the client gets with its code: the hash, a dot, the salt. None where its redirect URI has no web origin.
pub fn session_state(client_id: &str, redirect_uri: &str, sid: Uuid, salt: [u8; 16]) -> Option<String> {
    let origin = Url::parse(redirect_uri).ok()?.origin();
    if !origin.is_tuple() {
        return None;
    }
    let salt = URL_SAFE_NO_PAD.encode(salt);
    let text = [client_id, &origin.ascii_serialization(), &browser_state(sid), &salt].join(" ");
    Some(format!("{}.{salt}", URL_SAFE_NO_PAD.encode(sha256(&[text.as_bytes()]))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_client_origin_session_or_salt_gives_another_state() {
        let of = |client: &str, uri: &str, sid: u8, salt: u8| {
            session_state(client, uri, Uuid::from_bytes([sid; 16]), [salt; 16])
        };
        let state = of("web", "https://app.example/cb", 1, 1).unwrap();
        assert_eq!(state.split('.').count(), 2);
        assert_eq!(of("web", "https://app.example/other?x=y", 1, 1).as_ref(), Some(&state));
        for other in [
            of("webs", "https://app.example/cb", 1, 1),
            of("web", "https://app.example:8443/cb", 1, 1),
            of("web", "https://app.example/cb", 2, 1),
            of("web", "https://app.example/cb", 1, 2),
        ] {
            assert_ne!(other.unwrap(), state);
        }
        assert_eq!(of("web", "com.example.app:/cb", 1, 1), None);
    }
}
