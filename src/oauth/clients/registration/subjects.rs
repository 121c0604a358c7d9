//! How a client's subjects are made: its sector. OIDC Core §8.1, OIDC Registration §5.

use super::{refuse, uris};
use crate::jose::json;
use crate::oauth::OAuthError;
use crate::records::{Client, SubjectType};
use serde_json::Value;
use url::Url;

pub(super) fn check(client: &Client) -> Result<(), OAuthError> {
    let own = &client.subjects;
    // OIDC Registration §2: https.
    if !own.sector_identifier_uri.iter().all(|uri| uris::is_secure(uri)) {
        return Err(refuse(
            "sector_identifier_uri: must be an https URI without a fragment.",
            "registration.sector_identifier_uri",
        ));
    }
    if own.subject_type == SubjectType::Public || own.sector_identifier_uri.is_some() {
        return Ok(());
    }
    // OIDC Core §8.1: without a sector of its own, the one host of the redirect URIs is the sector.
    let host = |uri: &String| Url::parse(uri).ok().and_then(|url| url.host_str().map(str::to_owned));
    let hosts: Vec<_> = client.redirect_uris.iter().map(host).collect();
    let one = hosts.first().is_some_and(|first| first.is_some() && hosts.iter().all(|other| other == first));
    if one {
        return Ok(());
    }
    Err(refuse(
        "sector_identifier_uri: subject_type pairwise needs it, unless all redirect URIs have one host.",
        "registration.sector_identifier_uri.missing",
    ))
}

/// Checks what lies at a client's `sector_identifier_uri`: a JSON list that holds every redirect URI. OIDC
/// Registration §5.
///
/// # Errors
/// `invalid_client_metadata`.
pub fn check_sector(client: &Client, fetched: &[u8]) -> Result<(), OAuthError> {
    let refused = |cause| {
        refuse(
            "sector_identifier_uri: must give a JSON list of texts that holds every redirect URI, by 200 OK.",
            cause,
        )
    };
    let list = serde_json::from_slice::<json::Strict>(fetched).ok();
    let Some(Value::Array(listed)) = list.map(|list| list.0) else {
        return Err(refused("registration.sector_identifier_uri.document"));
    };
    let is_listed = |uri: &String| listed.iter().any(|one| one.as_str() == Some(uri));
    // OIDC Registration §5: every redirect URI is in it, or there is no registration.
    if listed.iter().all(Value::is_string) && client.redirect_uris.iter().all(is_listed) {
        Ok(())
    } else {
        Err(refused("registration.sector_identifier_uri.redirect_uris"))
    }
}

/// Where nothing lies, or nobody answers: the same refusal, with the cause of the failure.
pub fn sector_unreachable(cause: &'static str) -> OAuthError {
    refuse("sector_identifier_uri: cannot be fetched.", cause)
}
