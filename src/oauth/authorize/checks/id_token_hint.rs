//! `id_token_hint`: who is expected. OIDC Core §3.1.2.1, §3.1.2.2.

use crate::keys::{Expected, Snapshot};
use crate::oauth::{OAuthError, Params, Rules};
use crate::records::Client;
use serde::Deserialize;
use time::{Duration, OffsetDateTime};

#[derive(Deserialize)]
struct Hint {
    sub: String,
    aud: String,
}

/// Reads an ID token that we gave this client, and gives its subject. It may have expired: it names a person, and
/// proves nothing.
pub(in crate::oauth::authorize) fn id_token_hint(
    params: &Params,
    client: &Client,
    rules: &Rules,
    keys: &Snapshot,
) -> Result<Option<String>, OAuthError> {
    let Some(token) = params.get("id_token_hint")? else { return Ok(None) };
    // At the beginning of time nothing has expired.
    let (now, leeway) = (OffsetDateTime::UNIX_EPOCH, Duration::ZERO);
    let expected = Expected { typ: "JWT", issuer: &rules.policy.issuer, now, leeway };
    let hint: Option<Hint> = keys.verify_own(token, &expected).ok();
    match hint.filter(|hint| hint.aud == client.client_id) {
        Some(hint) => Ok(Some(hint.sub)),
        None => Err(OAuthError::invalid_request(
            "id_token_hint is no ID token that this client was given.",
            "id_token_hint.invalid",
        )),
    }
}
