//! Whose hands a request comes from: the keys that it proves, beside or instead of who its client is. RFC 9449, RFC 8705
//! §3.

use super::authentication::spend;
use super::extract::{Call, Presented, dpop};
use crate::oauth::bearer::{self, Scheme};
use crate::oauth::dpop::missing;
use crate::oauth::tokens::AccessToken;
use crate::oauth::{OAuthError, clients};
use crate::records::Confirmation;
use crate::storage::Stop;

/// Verifies an access token that was shown at the endpoint of ours at `path`, with everything that proves that it is in
/// the right hands. Whether it was revoked is still to be asked.
///
/// # Errors
/// `invalid_token`, `invalid_dpop_proof`, `use_dpop_nonce`.
pub(super) async fn verify_token(
    call: &Call,
    presented: &Presented,
    path: &str,
) -> Result<AccessToken, Stop<OAuthError>> {
    let keys = call.realm.keys.load_full();
    let token =
        bearer::verify(&call.act, &call.realm.rules, &keys, &presented.token).map_err(Stop::Refused)?;
    let mut proved = Confirmation { jkt: None, ..call.proved() };
    let mut spends = Vec::new();
    if presented.scheme == Scheme::Dpop {
        let client = clients::find(&call.state.store, &call.act.tenant, &token.client_id)?;
        let proof =
            dpop::proof(call, path, client.as_ref(), Some(&presented.token)).map_err(Stop::Refused)?;
        let proof = proof.ok_or(Stop::Refused(missing()))?;
        proved.jkt = Some(proof.jkt);
        spends.push(proof.spend);
    }
    bearer::check_binding(&token, presented.scheme, &proved).map_err(Stop::Refused)?;
    spend(call, spends).await?;
    Ok(token)
}
