//! `client_secret_jwt`: an assertion that the client's secret authenticates. RFC 7523 §2.2, OIDC Core §9.

use super::assertion::Check;
use super::evidence::{Evidence, Unproven};
use super::invalid_client;
use crate::act::Act;
use crate::jose::{JoseError, Jws, JwsAlgorithm, With};
use crate::oauth::clients::secret;
use crate::oauth::one_time::Spend;
use crate::records::Client;

/// Checks the assertion with each secret that is valid now; while one is being exchanged, there are two.
pub(super) fn check(
    client: &Client,
    assertion: &Jws,
    act: &Act,
    evidence: &Evidence<'_>,
) -> Result<Spend, Unproven> {
    let mut answer = Err(Unproven::Refused(invalid_client("client.keys_unusable")));
    for known in client.secrets.iter().filter(|known| known.expires_at.is_none_or(|at| act.now < at)) {
        let Some(opened) = secret::open(evidence.keks, &client.client_id, known) else { continue };
        let check = Check { client, with: With::Secret(&opened), allowed: &JwsAlgorithm::ALL_SYMMETRIC };
        answer = check.run(assertion, act, evidence);
        if !answer.as_ref().is_err_and(is_of_another) {
            break;
        }
    }
    answer
}

/// Whether another secret may have made it. Whatever else is wrong with it stays wrong, and is told.
fn is_of_another(unproven: &Unproven) -> bool {
    unproven.refusal().cause == JoseError::Signature.as_str()
}
