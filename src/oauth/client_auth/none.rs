//! A client that shows nothing names itself: a public one (RFC 6749 §2.1, §3.2.1).

use super::presented::{Presented, Shown};
use super::{OAuthError, Params, invalid_client};

/// Reads `client_id` from the form body.
pub(super) fn parse(params: &Params) -> Result<Presented, OAuthError> {
    // RFC 8252 §8.5: what everybody can read in an application is no secret, so none is asked for.
    // RFC 8705 §2: a client that shows a certificate sends its `client_id` too.
    let client_id = params.required("client_id", invalid_client("client_auth.missing"))?.to_owned();
    Ok(Presented { client_id, shown: Shown::Nothing })
}
