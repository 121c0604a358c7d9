//! Which client sends a request. RFC 6749 §2.3.
//!
//! The rule is `oauth::client_auth`'s; here stands what it cannot do by itself: fetch the keys that a client publishes,
//! spend what holds once, and write a refusal into the audit trail.

use super::client_document::{self, Unknown};
use super::extract::{Call, dpop};
use super::paths::TOKEN;
use super::respond::ProtocolError;
use crate::audit::{Entry, Event};
use crate::oauth::client_auth::{
    AuthenticatedClient, Claimed, Evidence, Presented, Proven, Unproven, claim, keys_unavailable,
};
use crate::oauth::one_time::{self, Spend};
use crate::oauth::{OAuthError, Params};
use crate::records::Client;
use crate::remote::RemoteError;
use crate::storage::Stop;

/// Authenticates the client of a request to the endpoint at this path; a refusal stands in the audit trail.
///
/// # Errors
/// `invalid_client` or `invalid_request`, as `oauth::client_auth` says.
pub(super) async fn authenticate(
    call: &Call,
    params: &Params,
    endpoint: &str,
) -> Result<AuthenticatedClient, ProtocolError> {
    let (claimed, proven) = claim_and_prove(call, params, endpoint).await?;
    let (client, spends) = match proven.proving(None) {
        Ok(all) => all,
        Err(error) => return Err(refuse(call, Some(&claimed), Stop::Refused(error)).await),
    };
    match spend(call, spends).await {
        Ok(()) => Ok(client),
        Err(stop) => Err(refuse(call, Some(&claimed), stop).await),
    }
}

/// The same, for an endpoint that binds what it gives to a key: the client comes with the key of its DPoP proof, where it
/// shows one. RFC 9449 §5, §10.1.
///
/// # Errors
/// As [`authenticate`]; `invalid_dpop_proof`, `use_dpop_nonce`.
pub(super) async fn authenticate_proving(
    call: &Call,
    params: &Params,
    endpoint: &str,
) -> Result<AuthenticatedClient, ProtocolError> {
    let (claimed, proven) = claim_and_prove(call, params, endpoint).await?;
    let proof = dpop::proof(call, endpoint, Some(&proven.client), None);
    let all = proof.and_then(|proof| {
        let (jkt, proof) = proof.map(|proof| (proof.jkt, proof.spend)).unzip();
        let (client, mut spends) = proven.proving(jkt)?;
        spends.extend(proof);
        Ok((client, spends))
    });
    let (client, spends) = match all {
        Ok(all) => all,
        Err(error) => return Err(refuse(call, Some(&claimed), Stop::Refused(error)).await),
    };
    if let Err(error) = check_stranger(call, &client, &spends) {
        return Err(tell(call, Some(&claimed), error).await);
    }
    // One unit of work for all: a request that is refused for one of them has spent none.
    if let Err(stop) = spend(call, spends).await {
        return Err(refuse(call, Some(&claimed), stop).await);
    }
    Ok(client)
}

async fn claim_and_prove(
    call: &Call,
    params: &Params,
    endpoint: &str,
) -> Result<(Claimed, Proven), ProtocolError> {
    let presented = match Presented::read(call.authorization(), params) {
        Ok(presented) => presented,
        Err(error) => return Err(refuse(call, None, Stop::Refused(error)).await),
    };
    if let Err(stop) = client_document::refresh(call, presented.client_id()).await {
        let stop = match stop {
            Stop::Refused(Unknown::TooMany(wait)) => {
                let cause = Unknown::TooMany(wait).cause();
                return Err(tell(call, None, ProtocolError::too_many(call, wait).because(cause)).await);
            }
            Stop::Refused(Unknown::Refused(error)) => Stop::Refused(keys_unavailable(error.cause)),
            Stop::Fault(fault) => Stop::Fault(fault),
        };
        return Err(refuse(call, None, stop).await);
    }
    let (state, policy) = (&call.state, &call.realm.rules.policy);
    let claimed = match claim(&state.store, &state.clients, &call.act, policy, presented) {
        Ok(claimed) => claimed,
        Err(stop) => return Err(refuse(call, None, stop).await),
    };
    match prove(call, &claimed, endpoint).await {
        Ok(proven) => Ok((claimed, proven)),
        Err(error) => Err(refuse(call, Some(&claimed), Stop::Refused(error)).await),
    }
}

/// Proves the client, with keys that are fetched where it publishes them. They are fetched again for a key that they
/// lack, as often as [`crate::remote::RemoteKeys`] allows.
async fn prove(call: &Call, claimed: &Claimed, endpoint: &str) -> Result<Proven, OAuthError> {
    let policy = &call.realm.rules.policy;
    let keks = call.realm.keys.keks();
    let anchors = call.state.certificates.anchors();
    let evidence = Evidence {
        policy,
        keks,
        keys: None,
        endpoints: [TOKEN, endpoint],
        certificate: call.certificate(),
        anchors: &anchors,
    };
    let Some(url) = claimed.keys_at(policy) else {
        return claimed.prove(&call.act, &evidence).map_err(Unproven::refusal);
    };
    let failed = |error: RemoteError| keys_unavailable(error.as_str());
    let kept = call.state.remote_keys.get(&url).await.map_err(failed)?;
    match claimed.prove(&call.act, &Evidence { keys: Some(&kept), ..evidence }) {
        Err(Unproven::KeyMissing(_)) => {
            let newer = call.state.remote_keys.get_newer(&url, &kept).await.map_err(failed)?;
            let evidence = Evidence { keys: Some(&newer), ..evidence };
            claimed.prove(&call.act, &evidence).map_err(Unproven::refusal)
        }
        Err(Unproven::Refused(error)) => Err(error),
        Ok(proven) => Ok(proven),
    }
}

/// Spends what holds once: durably, and before anything is decided. Where there is nothing to spend, nothing is written.
///
/// # Errors
/// The refusal of the first that was shown before.
pub(super) async fn spend(call: &Call, spends: Vec<Spend>) -> Result<(), Stop<OAuthError>> {
    if spends.is_empty() {
        return Ok(());
    }
    let act = call.act.clone();
    call.state.store.run(move |txn| one_time::spend(txn, &act, &spends)).await
}

/// Refuses an address from which public clients spend more than its bucket holds: what they show proves a key, and a key
/// is anybody's to make, while each spend is a durable write. Clients that prove who they are pay nothing here.
fn check_stranger(call: &Call, client: &Client, spends: &[Spend]) -> Result<(), ProtocolError> {
    let is_stranger = client.is_public() && !spends.is_empty();
    call.check_stranger(is_stranger).map_err(|wait| ProtocolError::too_many(call, wait))
}

async fn refuse(call: &Call, claimed: Option<&Claimed>, stop: Stop<OAuthError>) -> ProtocolError {
    tell(call, claimed, ProtocolError::stopped(call, stop)).await
}

/// Writes a refusal into the audit trail, and gives it back.
async fn tell(call: &Call, claimed: Option<&Claimed>, error: ProtocolError) -> ProtocolError {
    let mut entry = Entry::new(&call.act, Event::AuthnClient).refused(error.cause());
    if let Some(claimed) = claimed {
        entry = entry.client(claimed.client_id());
    }
    let written = call.state.trail.write(&call.act, entry).await;
    match written {
        Ok(()) => error,
        Err(fault) => ProtocolError::stopped(call, fault.into()),
    }
}
