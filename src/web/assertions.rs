//! What a token request shows that others, or we, have signed: verified before anything is decided.
//!
//! The rules are those of `oauth::trust` and `oauth::bearer`; here stands what they cannot do by themselves: fetch the
//! keys that an issuer publishes.

use super::extract::Call;
use super::paths::TOKEN;
use crate::oauth::grants::Request;
use crate::oauth::grants::token_exchange::{self, Shown};
use crate::oauth::trust::{Assertion, Candidate, Unverified, keys_unavailable};
use crate::oauth::{OAuthError, TokenPolicy};
use crate::remote::RemoteError;

/// The same request, with whatever signed thing it shows verified.
///
/// # Errors
/// `invalid_grant` for an assertion, `invalid_request` for a subject or actor token (RFC 8693 §2.2.2).
pub(super) async fn verify(call: &Call, request: Request) -> Result<Request, OAuthError> {
    let policy = &call.realm.rules.policy;
    match request {
        Request::JwtBearer(own) => {
            let assertion = believe(call, &own.candidate(policy)?).await?;
            Ok(Request::JwtBearer(own.with(assertion)))
        }
        Request::TokenExchange(mut own) => {
            own.subject = exchange(call, policy, own.subject).await?;
            if let Some(actor) = own.actor.take() {
                own.actor = Some(exchange(call, policy, actor).await?);
            }
            Ok(Request::TokenExchange(own))
        }
        own @ (Request::AuthorizationCode(_)
        | Request::RefreshToken(_)
        | Request::ClientCredentials(_)
        | Request::DeviceCode(_)) => Ok(own),
    }
}

/// A subject or actor token: ours, or a trusted issuer's.
async fn exchange(call: &Call, policy: &TokenPolicy, shown: Shown) -> Result<Shown, OAuthError> {
    let keys = call.realm.keys.load_full();
    let read = token_exchange::read(&call.act, &call.realm.rules, &keys, shown)?;
    let Some(candidate) = read.candidate(policy)? else { return Ok(read) };
    let assertion = believe(call, &candidate).await.map_err(token_exchange::refused)?;
    Ok(Shown::Foreign(Box::new(assertion)))
}

/// Verifies the token with its issuer's keys, which are fetched again for a key that they lack, as often as
/// [`crate::remote::RemoteKeys`] allows.
async fn believe(call: &Call, candidate: &Candidate<'_>) -> Result<Assertion, OAuthError> {
    let policy = &call.realm.rules.policy;
    let endpoint = format!("{}{TOKEN}", policy.issuer);
    let failed = |error: RemoteError| keys_unavailable(error.as_str());
    let Some(url) = candidate.keys_at() else {
        return candidate.verify(&call.act, policy, None, &endpoint).map_err(Unverified::refusal);
    };
    let keys = call.state.remote_keys.get(url).await.map_err(failed)?;
    match candidate.verify(&call.act, policy, Some(&keys), &endpoint) {
        Err(Unverified::KeyMissing(_)) => {
            let newer = call.state.remote_keys.get_newer(url, &keys).await.map_err(failed)?;
            candidate.verify(&call.act, policy, Some(&newer), &endpoint).map_err(Unverified::refusal)
        }
        Err(Unverified::Refused(error)) => Err(error),
        Ok(assertion) => Ok(assertion),
    }
}
