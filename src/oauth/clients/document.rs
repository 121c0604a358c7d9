//! Clients that are what a document at their own https address says: OAuth Client ID Metadata Documents, a draft of the
//! IETF (`draft-ietf-oauth-client-id-metadata-document`), cited as CIMD. MCP clients use it.
//!
//! What the document says is kept as a client like any other, so every rule for clients holds for these too; it is
//! fetched again when it is no longer fresh. Fetching is the edge's; here is which address may be one, what the
//! document must say, and what is kept of it. What only an operator may set, the document cannot say.

use super::dynamic::{RegistrationPolicy, described, note_unused};
use super::registration::{Metadata, Offer, document, refuse, uris};
use super::{change, find};
use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::keys::sealing::KekRing;
use crate::oauth::OAuthError;
use crate::records::{self, Client, GrantType, Origin, PublishedDocument, TokenEndpointAuthMethod};
use crate::storage::{Fault, Stop, Txn};
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use url::Url;

/// A longer address is none. In bytes.
const MAX_ADDRESS: usize = 512;

/// A document that cannot be fetched is used for so long after it was.
// Not done: CIMD §5.1: a request ends where its document is out of reach: one that is known serves for a day.
const LONGEST_STALE: Duration = Duration::DAY;

/// Who changes such a client, as the audit trail names it.
const BY: &str = "client_id_metadata_document";

/// Whether an identifier is an address, and so no other client's: those of registered ones hold no colon.
pub fn is_address(client_id: &str) -> bool {
    client_id.starts_with("https://")
}

/// Checks that a document may lie at this address. It is compared as a string everywhere, so there is one way to write
/// it. CIMD §3.
///
/// # Errors
/// `invalid_client_metadata`, with the cause.
pub fn check_address(client_id: &str) -> Result<(), OAuthError> {
    let refused = Err(refuse("client_id: no document can lie at this address.", "client_document.address"));
    let Some(url) = Url::parse(client_id).ok().filter(|_| client_id.len() <= MAX_ADDRESS) else {
        return refused;
    };
    // CIMD §3: https, a path, and neither fragment, user nor dot segments.
    // Not done: CIMD §3: a query is discouraged, and taken all the same: it is part of the name.
    let has_path = client_id.strip_prefix("https://").is_some_and(|rest| rest.contains('/'));
    let is_plain = client_id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        && url.username().is_empty()
        && url.password().is_none()
        && !client_id.contains(['#', '@'])
        && uris::is_well_encoded(client_id)
        && !uris::has_dot_segments(client_id);
    // What is fetched is what is named, to the letter.
    if has_path && is_plain && url.as_str() == client_id { Ok(()) } else { refused }
}

/// Whether the document has to be fetched before the client is looked at.
pub fn is_due(current: Option<&Client>, act: &Act) -> bool {
    match current.map(|client| &client.origin) {
        Some(Origin::Document(own)) => act.now >= own.fresh_until,
        Some(Origin::Operator | Origin::Registered(_)) => false,
        None => true,
    }
}

/// Whether what is kept may be used although the document cannot be fetched now.
pub fn is_usable(current: Option<&Client>, act: &Act) -> bool {
    match current.map(|client| &client.origin) {
        Some(Origin::Document(own)) => act.now < own.fetched_at.saturating_add(LONGEST_STALE),
        Some(Origin::Operator | Origin::Registered(_)) => true,
        None => false,
    }
}

/// Reads a document that was fetched from the address `client_id`. CIMD §4.
///
/// # Errors
/// `invalid_client_metadata` or `invalid_redirect_uri`.
pub fn read(
    client_id: &str,
    bytes: &[u8],
    policy: &RegistrationPolicy,
    current: Option<&Client>,
    (offer, act): (&Offer, &Act),
) -> Result<Client, OAuthError> {
    let members = document(bytes)?;
    // CIMD §4: the document names the address that it was fetched from, compared as a string.
    if members.get("client_id").and_then(Value::as_str) != Some(client_id) {
        return Err(refuse("client_id: is not where the document lies.", "client_document.client_id"));
    }
    // CIMD §4.1: there is nobody to share a secret with.
    if ["client_secret", "client_secret_expires_at"].iter().any(|name| members.contains_key(*name)) {
        return Err(refuse("client_secret: cannot stand in a document.", "client_document.secret"));
    }
    let mut metadata = Metadata::read(members)?;
    // Not done: CIMD §4.3: software statements in documents; those that need one register.
    // Not done: CIMD §8.1: redirect URIs need not be of the document's origin: MCP clients wait on loopback.
    // Not done: MCP Authorization "Implementation Requirements": a `client_name`, which CIMD does not ask for: its host is
    // shown in any case.
    if metadata.subjects.sector_identifier_uri.is_some() {
        return Err(refuse(
            "sector_identifier_uri: cannot stand in a document.",
            "client_document.sector_identifier_uri",
        ));
    }
    // RFC 7591 §2 would take a secret for the default, which cannot be.
    // CIMD §4.1, §8.2: no method that needs a shared secret; with `private_key_jwt` its keys stand in the document.
    let method = metadata.token_endpoint_auth_method.unwrap_or(TokenEndpointAuthMethod::None);
    if !matches!(method, TokenEndpointAuthMethod::None | TokenEndpointAuthMethod::PrivateKeyJwt) {
        return Err(refuse(
            "token_endpoint_auth_method: none or private_key_jwt in a document.",
            "client_document.method",
        ));
    }
    metadata.token_endpoint_auth_method = Some(method);
    let mut bounds = policy.bounds.clone();
    bounds.methods = vec![method];
    // The page of a device's code has no room for the host, without which a name is anybody's.
    bounds.grant_types.retain(|grant| *grant != GrantType::DeviceCode);
    described(&bounds, metadata, client_id, current, (offer, act))
}

/// Keeps a client that [`read`] made, for as long as its document is fresh.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn keep(
    txn: &mut dyn Txn,
    act: &Act,
    policy: &RegistrationPolicy,
    (mut next, lifetime): (Client, Duration),
    keks: &KekRing,
) -> Result<(), Fault> {
    let current = find(txn, &act.tenant, &next.client_id)?;
    let unused_until = match &current {
        Some(current) => current.origin.unused_until(),
        None => policy.unused_until(act),
    };
    let fresh_until = act.now.saturating_add(lifetime);
    next.origin = Origin::Document(PublishedDocument { fetched_at: act.now, fresh_until, unused_until });
    let Some(mut current) = current else {
        note_unused(txn, act, &next)?;
        records::insert(txn, &act.tenant, &next)?;
        return Entry::new(act, Event::ClientCreated).actor(BY).target(&next.client_id).append(txn);
    };
    if Metadata::from(current.clone()) == Metadata::from(next.clone()) {
        current.origin = next.origin;
        return records::update(txn, &act.tenant, &current);
    }
    match change::replace(txn, act, BY, next, keks) {
        Ok(_) => Ok(()),
        // It was found in this very unit of work.
        Err(Stop::Refused(error)) => Err(Fault::broken(error.to_string())),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

/// Uses what is kept of a document no longer, since its server says that it is gone, or what cannot be.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn outdate(txn: &mut dyn Txn, act: &Act, client_id: &str) -> Result<(), Fault> {
    let Some(mut current) = find(txn, &act.tenant, client_id)? else { return Ok(()) };
    if let Origin::Document(own) = &mut current.origin {
        own.fetched_at = OffsetDateTime::UNIX_EPOCH;
    }
    records::update(txn, &act.tenant, &current)?;
    Entry::new(act, Event::ClientUpdated)
        .actor(BY)
        .because("client_document.gone")
        .target(client_id)
        .append(txn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_in_one_way_alone() {
        for good in [
            "https://app.example/client.json",
            "https://app.example/",
            "https://app.example:8443/a/b?c=d",
            "https://app.example/a..b",
        ] {
            assert!(is_address(good));
            assert_eq!(check_address(good), Ok(()), "{good}");
        }
        for bad in [
            "https://app.example",
            "https://app.example?x=/",
            "http://app.example/client.json",
            "https://APP.example/client.json",
            "https://app.example:443/client.json",
            "https://app.example/client.json#x",
            "https://app.example/client.json#",
            "https://ada@app.example/client.json",
            "https://ada:pw@app.example/client.json",
            "https://@app.example/client.json",
            "https://app.example/a/../client.json",
            "https://app.example/./client.json",
            "https://app.example/%2e%2e/client.json",
            "https://app.example\\evil.example/",
            "https:app.example/client.json",
            "https:///client.json",
            "https://app.example/é",
            "https://app.example/ ",
            "https://0x7f.1/client.json",
            "javascript:alert(1)",
            "",
            &format!("https://app.example/{}", "a".repeat(500)),
        ] {
            assert_eq!(check_address(bad).unwrap_err().cause, "client_document.address", "{bad}");
        }
    }
}
