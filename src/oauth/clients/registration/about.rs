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
        (
            &client.client_name,
            "client_name: 1 to 256 bytes; no control characters, none that are invisible or turn the direction.",
        ),
        (
            &about.software_id,
            "software_id: 1 to 256 bytes; no control characters, none that are invisible or turn the direction.",
        ),
        (
            &about.software_version,
            "software_version: 1 to 256 bytes; no control characters, none that are invisible or turn the direction.",
        ),
    ];
    for (text, description) in texts {
        if !text.iter().all(|name| is_name(name)) {
            return Err(refuse(description, "registration.text"));
        }
    }
    if about.contacts.len() > MAX_CONTACTS || !about.contacts.iter().all(|name| is_name(name)) {
        return Err(refuse(
            "contacts: at most 8, each of 1 to 256 bytes; no control characters, none that are invisible or turn the direction.",
            "registration.contacts",
        ));
    }
    Ok(())
}

/// A text that can stand in a line: something is seen of it, and nothing hides in it or turns what follows around.
fn is_name(name: &str) -> bool {
    let is_seen = |c: char| !c.is_whitespace() && !is_joiner(c);
    name.chars().any(is_seen)
        && name.len() <= MAX_NAME
        && !name.chars().any(|c| c.is_control() || is_hidden(c))
}

/// What joins letters, keeps them apart or chooses their form: some scripts are not written without it.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// What leaves no mark, or turns the direction (Unicode: default ignorable code points, format characters, fillers and
/// line separators).
fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}' | '\u{200e}'
            | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}'
    )
}
