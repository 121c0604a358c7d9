//! `dpop_jkt`: the key that the token request must prove. RFC 9449 §10.

use crate::oauth::{OAuthError, Params};
use crate::records::Confirmation;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Reads the thumbprint of a key: a SHA-256 in base64url.
pub(in crate::oauth::authorize) fn dpop_jkt(params: &Params) -> Result<Confirmation, OAuthError> {
    let Some(jkt) = params.get("dpop_jkt")? else { return Ok(Confirmation::default()) };
    let is_thumbprint = URL_SAFE_NO_PAD.decode(jkt).is_ok_and(|hash| hash.len() == 32);
    if !is_thumbprint {
        return Err(OAuthError::invalid_request(
            "dpop_jkt must be the SHA-256 thumbprint of a key, in base64url.",
            "dpop_jkt.malformed",
        ));
    }
    Ok(Confirmation { jkt: Some(jkt.to_owned()), x5t_s256: None })
}
