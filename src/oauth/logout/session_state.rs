//! `session_state`: by which a client's page sees, without asking us, that the browser's session is another one now.
//! OIDC Session Management §2, §3.2.
//!
//! A frame of ours learns a value that stands for the browser's session and opens nothing ([`browser_state`]), and
//! compares its hash with what the client was given. Clients cannot compute it from what they know, such as the `sid`.

use crate::digest::sha256;
use crate::identity::browser_session::state_of;
use crate::records::BrowserSession;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;

/// What stands for this session until its person signs in again, or out.
// OIDC Session Management §3.2: another one whenever the state of the login changes in a way that matters to clients.
pub fn browser_state(session: &BrowserSession) -> String {
    URL_SAFE_NO_PAD.encode(sha256(&[b"browser_state", state_of(session).as_bytes()]))
}

/// What the client gets with its code, or with a refusal: the hash, a dot, the salt. None where its redirect URI has no web
/// origin.
// OIDC Session Management §3.2: the salt keeps a person from being known again by it.
pub fn session_state(
    client_id: &str,
    redirect_uri: &str,
    session: Option<&BrowserSession>,
    salt: [u8; 16],
) -> Option<String> {
    let origin = Url::parse(redirect_uri).ok()?.origin();
    if !origin.is_tuple() {
        return None;
    }
    let salt = URL_SAFE_NO_PAD.encode(salt);
    // Where nobody is signed in, the frame is told nothing.
    let state = session.map(browser_state).unwrap_or_default();
    let text = [client_id, &origin.ascii_serialization(), &state, &salt].join(" ");
    Some(format!("{}.{salt}", URL_SAFE_NO_PAD.encode(sha256(&[text.as_bytes()]))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::OffsetDateTime;
    use uuid::Uuid;

    fn session(cookie_hash: &str) -> BrowserSession {
        let now = OffsetDateTime::UNIX_EPOCH;
        BrowserSession {
            sid: Uuid::nil(),
            user_id: Uuid::nil(),
            cookie_hash: cookie_hash.to_owned(),
            credential_epoch: 0,
            auth_time: now,
            amr: Vec::new(),
            seen_at: now,
            created_at: now,
            expires_at: now,
            remote: None,
            user_agent: None,
        }
    }

    /// The same session, too, has another one after the next login.
    #[test]
    fn another_client_origin_cookie_or_salt_gives_another_state() {
        let of = |client: &str, uri: &str, cookie: u8, salt: u8| {
            session_state(client, uri, Some(&session(&cookie.to_string())), [salt; 16])
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
