//! A client's request that its person be signed out. OIDC RP-Initiated Logout §2.

use crate::act::Act;
use crate::keys::{Expected, Snapshot};
use crate::oauth::{OAuthError, Params, Rules, redirect_uri, subject};
use crate::records::{Client, find};
use crate::storage::{Read, Stop};
use serde::Deserialize;
use time::{Duration, OffsetDateTime};
use url::form_urlencoded;
use uuid::Uuid;

/// The longest `state` that we carry, in bytes.
const MAX_STATE: usize = 2048;

/// The parameters that a page carries from the request to its form.
const CARRIED: [&str; 4] = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"];

/// A checked request. What it cannot prove, it does not have.
#[derive(Debug, Clone, Default)]
pub struct LogoutRequest {
    /// The client that asks, where it named itself.
    pub client: Option<Client>,
    /// The session of its hint: an ID token that we gave this client.
    pub hinted: Option<Uuid>,
    /// Where the person goes afterwards.
    pub back: Option<Return>,
    carried: Vec<(&'static str, String)>,
}

/// A URI that a client registered for the way back. Made in this file alone.
#[derive(Debug, Clone)]
pub struct Return {
    uri: String,
    state: Option<String>,
}

impl Return {
    /// Where to: the registered URI, with the state where there is one. OIDC RP-Initiated Logout §3.
    pub fn location(&self) -> String {
        let Some(state) = &self.state else { return self.uri.clone() };
        let joint = if self.uri.contains('?') { '&' } else { '?' };
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("state", state).finish();
        format!("{}{joint}{query}", self.uri)
    }
}

impl LogoutRequest {
    /// Whether the client has shown that it means this very session, so that nobody needs to be asked. OIDC
    /// RP-Initiated Logout §2.
    pub fn proves(&self, sid: Uuid, rules: &Rules) -> bool {
        let known = self.client.as_ref().map(|client| subject::session_of(client, sid, rules));
        self.hinted.is_some() && self.hinted == known
    }

    /// Whether the way back may be gone unasked. RFC 9700 §4.11.2.
    pub fn back_is_vouched_for(&self) -> bool {
        match (&self.client, &self.back) {
            (Some(client), Some(back)) => redirect_uri::is_vouched_for(client, &back.uri),
            (None, _) | (_, None) => true,
        }
    }

    /// What a form must carry so that the request can be read again: names and values.
    pub fn carried(&self) -> &[(&'static str, String)] {
        &self.carried
    }
}

#[derive(Deserialize)]
struct Hint {
    aud: String,
    sid: Uuid,
}

/// Reads the request. All of it is optional.
///
/// A hint that is not ours counts as none: it proves nothing, so the person is asked. A way back needs a client that
/// registered it; another one is refused, whatever else the request holds.
///
/// # Errors
/// `invalid_request`, for a page of ours: a repeated parameter, an unknown client, a hint of another client than
/// `client_id` names, an address that is not registered.
pub fn parse(
    read: &(impl Read + ?Sized),
    act: &Act,
    (rules, keys): (&Rules, &Snapshot),
    params: &Params,
) -> Result<LogoutRequest, Stop<OAuthError>> {
    params.refuse_duplicates().map_err(Stop::Refused)?;
    let get = |name| params.get(name).map_err(Stop::Refused);
    let hint = get("id_token_hint")?.and_then(|token| hint(token, rules, keys));
    let named = get("client_id")?;
    if let (Some(hint), Some(named)) = (&hint, named)
        && hint.aud != named
    {
        // OIDC RP-Initiated Logout §2: the two name the same client.
        return refuse("The id_token_hint was given to another client.", "logout.foreign_hint");
    }
    let client = match named.or(hint.as_ref().map(|hint| hint.aud.as_str())) {
        Some(client_id) => Some(load(read, act, client_id)?),
        None => None,
    };
    let back = back(client.as_ref(), get("post_logout_redirect_uri")?, get("state")?)?;
    let mut carried = Vec::new();
    for name in CARRIED {
        carried.extend(get(name)?.map(|value| (name, value.to_owned())));
    }
    Ok(LogoutRequest { client, hinted: hint.map(|hint| hint.sid), back, carried })
}

/// OIDC RP-Initiated Logout §2: it may have expired, for it proves no more than which session is meant.
fn hint(token: &str, rules: &Rules, keys: &Snapshot) -> Option<Hint> {
    // At the beginning of time nothing has expired.
    let (now, leeway) = (OffsetDateTime::UNIX_EPOCH, Duration::ZERO);
    keys.verify_own(token, &Expected { typ: "JWT", issuer: &rules.policy.issuer, now, leeway }).ok()
}

fn load(read: &(impl Read + ?Sized), act: &Act, client_id: &str) -> Result<Client, Stop<OAuthError>> {
    match find(read, &act.tenant, client_id)? {
        Some(client) => Ok(client),
        None => refuse("The client is not known here.", "client.unknown"),
    }
}

/// OIDC RP-Initiated Logout §3: never to an address that the client did not register, compared as strings.
fn back(
    client: Option<&Client>,
    uri: Option<&str>,
    state: Option<&str>,
) -> Result<Option<Return>, Stop<OAuthError>> {
    // OIDC RP-Initiated Logout §4: what cannot be validated ends the request, and is not used.
    let Some(uri) = uri else { return Ok(None) };
    // OIDC RP-Initiated Logout §3: without a hint `client_id` and exact registration vouch for it.
    let registered = client
        .filter(|client| !client.disabled)
        .is_some_and(|client| client.logout.post_logout_redirect_uris.iter().any(|known| known == uri));
    if !registered {
        return refuse(
            "The post_logout_redirect_uri is not registered for this client.",
            "logout.redirect_uri_not_registered",
        );
    }
    if state.is_some_and(|state| state.len() > MAX_STATE) {
        return refuse("state is longer than 2048 bytes.", "state.too_long");
    }
    Ok(Some(Return { uri: uri.to_owned(), state: state.map(str::to_owned) }))
}

const fn refuse<T>(description: &'static str, cause: &'static str) -> Result<T, Stop<OAuthError>> {
    Err(Stop::Refused(OAuthError::invalid_request(description, cause)))
}
