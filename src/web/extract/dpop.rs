//! The proof of a request, for the endpoint that was called. RFC 9449 §4.3.

use super::Call;
use crate::oauth::OAuthError;
use crate::oauth::dpop::{self, Expected, Proof};
use crate::records::Client;

/// The proof that came with this call of the endpoint at `path`, made for the access token where one goes along. None
/// where there is no `DPoP` header.
///
/// # Errors
/// `invalid_dpop_proof`, `use_dpop_nonce`.
pub fn proof(
    call: &Call,
    path: &str,
    client: Option<&Client>,
    access_token: Option<&str>,
) -> Result<Option<Proof>, OAuthError> {
    let rules = &call.realm.rules;
    let expected = Expected {
        method: call.method(),
        urls: &rules.policy.urls(path),
        access_token,
        profile: client.and_then(|client| client.profile).or(rules.policy.profile),
        needs_nonce: client.is_some_and(|client| client.binding.require_dpop_nonce),
    };
    dpop::verify(call.dpop(), &call.act, rules, &expected)
}
