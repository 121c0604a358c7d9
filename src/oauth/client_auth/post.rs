//! `client_secret_post`. RFC 6749 §2.3.1.

use super::presented::{Presented, Shown};
use super::{OAuthError, Params, invalid_client};

/// Reads `client_id` and `client_secret` from the form body.
pub(super) fn parse(params: &Params) -> Result<Presented, OAuthError> {
    let client_id = params.required("client_id", invalid_client("client_auth.missing"))?.to_owned();
    // RFC 6749 §2.3.1: from the body alone; a query is never looked at.
    let secret = params.required("client_secret", invalid_client("client_auth.missing"))?.to_owned();
    Ok(Presented { client_id, shown: Shown::Post(secret.into()) })
}
