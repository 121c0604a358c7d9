//! `none`: a public client names itself. RFC 6749 §2.1, §3.2.1.

use super::{OAuthError, Params, Presented, TokenEndpointAuthMethod, invalid_client};

/// Reads `client_id` from the form body.
pub(super) fn parse(params: &Params) -> Result<Presented, OAuthError> {
    let client_id = params.required("client_id", invalid_client("client_auth.missing"))?.to_owned();
    Ok(Presented { client_id, method: TokenEndpointAuthMethod::None, secret: None })
}
