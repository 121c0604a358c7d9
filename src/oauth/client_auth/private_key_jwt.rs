//! `private_key_jwt`: an assertion that the client's own key signs. RFC 7523 §2.2, OIDC Core §9.

use super::assertion::Check;
use super::evidence::{Evidence, Unproven};
use super::invalid_client;
use crate::act::Act;
use crate::jose::{JwkSet, Jws, JwsAlgorithm, With};
use crate::oauth::one_time::Spend;
use crate::records::Client;

/// Checks the assertion with the keys that the client registered, or published where it registered.
pub(super) fn check(
    client: &Client,
    assertion: &Jws,
    act: &Act,
    evidence: &Evidence<'_>,
) -> Result<Spend, Unproven> {
    let unusable = Unproven::Refused(invalid_client("client.keys_unusable"));
    let candidates = |set| JwkSet::candidates(set, assertion.header());
    let registered = client.keys.jwks.as_ref().map(candidates).transpose().map_err(|_| unusable)?;
    let keys = registered.as_ref().or(evidence.keys).ok_or(unusable)?;
    // HMAC is not among them, so nobody can sign with a public key as if it were a secret. RFC 8725 §2.1.
    let check = Check { client, with: With::Set(keys), allowed: &JwsAlgorithm::ALL_ASYMMETRIC };
    check.run(assertion, act, evidence)
}
