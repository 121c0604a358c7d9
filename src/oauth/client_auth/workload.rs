//! A client that is a workload of a trusted issuer: the issuer's token for it proves who it is. RFC 7521 §4.2, RFC 7523
//! §2.2, §3. Which workloads a client is stands in its registration (`workload_identities`).

use super::evidence::{Evidence, Unproven};
use super::invalid_client;
use crate::act::Act;
use crate::oauth::one_time::Spend;
use crate::oauth::trust::{self, Candidate, Unverified};
use crate::oauth::{OAuthError, TokenPolicy};
use crate::records::{Client, Confirmation};
use secrecy::{ExposeSecret as _, SecretString};

/// Where the issuer publishes its keys; none where they are known, or where nothing needs them.
pub(super) fn keys_at(client: &Client, token: &SecretString, policy: &TokenPolicy) -> Option<String> {
    let candidate = find(client, token, policy).ok().filter(|_| !client.disabled)?;
    candidate.keys_at().map(str::to_owned)
}

/// Checks the token, and that its subject is this client. Gives what is to be spent, and the key that the request has to
/// prove beside it.
pub(super) fn check(
    client: &Client,
    token: &SecretString,
    act: &Act,
    evidence: &Evidence<'_>,
) -> Result<(Option<Spend>, Confirmation), Unproven> {
    let candidate = find(client, token, evidence.policy).map_err(Unproven::Refused)?;
    let [token_endpoint, _] = evidence.endpoints;
    let endpoint = format!("{}{token_endpoint}", evidence.policy.issuer);
    let assertion =
        candidate.verify(act, evidence.policy, evidence.keys, &endpoint).map_err(|why| match why {
            Unverified::Refused(error) => Unproven::Refused(refused(error)),
            Unverified::KeyMissing(error) => Unproven::KeyMissing(refused(error)),
        })?;
    let is_client = client
        .authentication
        .workload_identities
        .iter()
        .any(|own| own.issuer == assertion.issuer.issuer && own.subject == assertion.subject);
    if !is_client {
        return Err(Unproven::Refused(invalid_client("client_assertion.other_workload")));
    }
    // RFC 7800 §3: a key that nobody can prove here is refused now, any other once all is known that the request proves.
    if assertion.confirmation.as_ref().is_some_and(Confirmation::is_empty) {
        return Err(Unproven::Refused(invalid_client(trust::UNBOUND)));
    }
    let bound = assertion.confirmation.unwrap_or_default();
    Ok((assertion.spend.map(|spend| Spend { replayed: refused(spend.replayed), ..spend }), bound))
}

/// Whose token it may be. A client that is no workload is told what it would be told of anybody's assertion.
fn find<'a>(
    client: &Client,
    token: &'a SecretString,
    policy: &'a TokenPolicy,
) -> Result<Candidate<'a>, OAuthError> {
    let own = &client.authentication.workload_identities;
    if own.is_empty() {
        return Err(invalid_client("client_assertion.other_client"));
    }
    let candidate = trust::find(policy, token.expose_secret()).map_err(refused)?;
    if own.iter().any(|one| one.issuer == candidate.issuer()) {
        Ok(candidate)
    } else {
        Err(invalid_client("client_assertion.other_workload"))
    }
}

const fn refused(error: OAuthError) -> OAuthError {
    invalid_client(error.cause)
}
