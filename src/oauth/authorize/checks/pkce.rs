//! PKCE at the authorization endpoint. RFC 7636 §4.4.1, RFC 9700 §2.1.1.

use crate::oauth::{OAuthError, Params, pkce as proof};
use crate::records::Client;

/// Reads the challenge; a public client, and one whose policy says so, must send one.
pub(in crate::oauth::authorize) fn pkce(
    params: &Params,
    client: &Client,
) -> Result<Option<String>, OAuthError> {
    // RFC 7636 §5: a confidential client whose policy says so may come without. RFC 9700 §4.7: against CSRF, too.
    let challenge = proof::parse_challenge(params)?;
    // RFC 8252 §6, §8.1: native applications are public clients.
    // OAuth 2.1 §4.1.1, §7.5.1; Browser-Based Apps §6.3.2.1.
    if challenge.is_none() && (client.require_pkce || client.is_public()) {
        return Err(OAuthError::invalid_request(
            "This client must use PKCE: code_challenge is missing.",
            "pkce.required",
        ));
    }
    Ok(challenge)
}
