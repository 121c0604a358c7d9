//! What people may be told about a client. RFC 7591 §2: shown, never fetched.
//!
//! Not done: RFC 7591 §5, OIDC Registration §9.1: pages of the same host as the redirect URIs: consent shows each host
//! instead.

use super::{refuse, uris};
use crate::oauth::OAuthError;
use crate::records::Client;

/// A longer name is refused. In bytes.
const MAX_NAME: usize = 256;
/// More contacts are refused.
const MAX_CONTACTS: usize = 8;

pub(super) fn check(client: &Client) -> Result<(), OAuthError> {
    let about = &client.about;
    let pages = [
        (&about.client_uri, "client_uri: must be the address of a page, by http or https."),
        (&about.logo_uri, "logo_uri: must be the address of a picture, by http or https."),
        (&about.policy_uri, "policy_uri: must be the address of a page, by http or https."),
        (&about.tos_uri, "tos_uri: must be the address of a page, by http or https."),
    ];
    for (uri, description) in pages {
        // RFC 7591 §5: nothing that a browser would run, `javascript:` and the like.
        if !uri.iter().all(|uri| uris::is_page(uri)) {
            return Err(refuse(description, "registration.page"));
        }
    }
    // OIDC Registration §2: https.
    if !about.initiate_login_uri.iter().all(|uri| uris::is_secure(uri)) {
        return Err(refuse(
            "initiate_login_uri: must be an https URI without a fragment.",
            "registration.initiate_login_uri",
        ));
    }
    let texts = [
        (&client.client_name, "client_name: 1 to 256 bytes without control characters."),
        (&about.software_id, "software_id: 1 to 256 bytes without control characters."),
        (&about.software_version, "software_version: 1 to 256 bytes without control characters."),
    ];
    for (text, description) in texts {
        if !text.iter().all(|name| is_name(name)) {
            return Err(refuse(description, "registration.text"));
        }
    }
    if about.contacts.len() > MAX_CONTACTS || !about.contacts.iter().all(|name| is_name(name)) {
        return Err(refuse(
            "contacts: at most 8, each of 1 to 256 bytes without control characters.",
            "registration.contacts",
        ));
    }
    Ok(())
}

/// A text that can stand in a line: nothing that is invisible, or turns the direction of what follows.
fn is_name(name: &str) -> bool {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    !name.trim().is_empty() && name.len() <= MAX_NAME && !name.chars().any(steers)
}
