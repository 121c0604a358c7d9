//! Pushed authorization requests. RFC 9126.
//!
//! A push is checked as the authorization endpoint would check it, and again when a browser takes it up: what the client
//! may do can have changed. It is used up by the answer, not by the first visit, so a page that is loaded again still
//! works; a second answer is refused.
//!
//! RFC 9126 §7.4: what a client may do is asked at the visit, not at the push alone.

use super::Asked;
use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::clients::profile;
use crate::oauth::request_object::unacceptable;
use crate::oauth::{ErrorCode, OAuthError, Params, TokenPolicy};
use crate::records::{PushedRequest, find, hash_of, insert, update};
use crate::storage::{Read, Stop, Txn};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use std::fmt;

/// By which our references are told from URIs of others. RFC 9126 §2.2.
pub const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// What authenticates the client is no part of its request, and never stored.
const CREDENTIALS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// The most that is kept of a request, in bytes of names and values.
const MAX_BYTES: usize = 24 * 1024;

/// The answer to a push. RFC 9126 §2.2. Never printed: whoever has the reference can begin the sign-in.
#[derive(Serialize)]
pub struct Pushed {
    request_uri: String,
    expires_in: i64,
}

impl fmt::Debug for Pushed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pushed").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

/// The request that a push holds, without what authenticated its client; the client is the authenticated one.
///
/// # Errors
/// `invalid_request` where it names a reference (RFC 9126 §2.1) or another client, or is too large to keep.
pub fn parse(params: &Params, client: &AuthenticatedClient) -> Result<Params, OAuthError> {
    params.refuse_duplicates()?;
    if params.get("request_uri")?.is_some() {
        return Err(OAuthError::invalid_request(
            "request_uri cannot be pushed.",
            "pushed_request.request_uri",
        ));
    }
    // RFC 9126 §3: a pushed object is read as one, and what stands beside it counts for nothing.
    let request = params.without(&CREDENTIALS);
    match request.get("client_id")? {
        Some(named) if named == client.client_id => Ok(request),
        Some(_) => Err(OAuthError::invalid_request(
            "client_id is not the client that authenticated.",
            "pushed_request.other_client",
        )),
        None => Ok(request.without(&["client_id"]).with("client_id", &client.client_id)),
    }
}

/// Binds what is pushed to the key that its sender proved, as if the request had named it. RFC 9449 §10.1.
///
/// # Errors
/// `invalid_dpop_proof` where the request names another key.
pub fn bind(asked: Asked, client: &AuthenticatedClient) -> Result<Asked, OAuthError> {
    let Some(jkt) = client.proved().jkt.as_deref() else { return Ok(asked) };
    match asked.params().get("dpop_jkt")? {
        Some(named) if named != jkt => Err(OAuthError::new(
            ErrorCode::InvalidDpopProof,
            "dpop_jkt is not the key of the DPoP proof.",
            "dpop.jkt_differs",
        )),
        Some(_) => Ok(asked),
        None => Ok(asked.map(|params| params.without(&["dpop_jkt"]).with("dpop_jkt", jkt))),
    }
}

/// Stores a request that has passed every check.
///
/// # Errors
/// `invalid_request` where it is too large to keep.
pub fn store(
    txn: &mut dyn Txn,
    act: &Act,
    policy: &TokenPolicy,
    client: &AuthenticatedClient,
    asked: &Asked,
) -> Result<Pushed, Stop<OAuthError>> {
    let params = asked.params().pairs().to_vec();
    if params.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > MAX_BYTES {
        return Err(Stop::Refused(OAuthError::invalid_request(
            "The request is larger than this server keeps.",
            "pushed_request.too_large",
        )));
    }
    // RFC 9126 §2.2, §7.1: 256 random bits, so that nobody guesses one.
    let request_uri = [PREFIX, &URL_SAFE_NO_PAD.encode(act.seed.expand("pushed_request"))].concat();
    let pushed_ttl = profile::pushed_ttl(policy.requests.pushed_ttl, client);
    let usable_until = act.now + pushed_ttl;
    let request = PushedRequest {
        hash: hash_of(request_uri.as_bytes()),
        client_id: client.client_id.clone(),
        params,
        signed: asked.is_signed(),
        consumed_at: None,
        usable_until,
        expires_at: usable_until + policy.interaction_ttl,
    };
    insert(txn, &act.tenant, &request)?;
    Entry::new(act, Event::AuthorizationPushed).client(&client.client_id).append(txn)?;
    Ok(Pushed { request_uri, expires_in: pushed_ttl.whole_seconds() })
}

/// The request under this reference, for the client that pushed it. RFC 9126 §4.
///
/// # Errors
/// `invalid_request_uri` where there is none (any more), or it is another client's. All read the same from outside.
pub fn load(
    read: &(impl Read + ?Sized),
    act: &Act,
    client_id: &str,
    request_uri: &str,
) -> Result<PushedRequest, Stop<OAuthError>> {
    let refuse = |cause| Err(Stop::Refused(unacceptable(cause)));
    let found: Option<PushedRequest> = find(read, &act.tenant, &hash_of(request_uri.as_bytes()))?;
    let Some(request) = found else { return refuse("request_uri.unknown") };
    // RFC 9126 §2.2: bound to the client that pushed it.
    // RFC 9126 §7.5.
    if request.client_id != client_id {
        return refuse("request_uri.foreign_client");
    }
    if request.consumed_at.is_some() {
        return refuse("request_uri.used");
    }
    // RFC 9126 §4.
    if act.now >= request.usable_until {
        return refuse("request_uri.expired");
    }
    Ok(request)
}

/// Uses up the request of this hash: its answer is given. RFC 9126 §4, §7.3.
///
/// # Errors
/// `invalid_request_uri` where that was done before, in another tab or by whoever else has the reference.
pub fn consume(txn: &mut dyn Txn, act: &Act, hash: &str) -> Result<(), Stop<OAuthError>> {
    let found: Option<PushedRequest> = find(txn, &act.tenant, hash)?;
    match found {
        Some(mut request) if request.consumed_at.is_none() => {
            request.consumed_at = Some(act.now);
            update(txn, &act.tenant, &request)?;
            Ok(())
        }
        Some(_) | None => Err(Stop::Refused(unacceptable("request_uri.used"))),
    }
}
