//! From a request to what it shows to prove who its client is. RFC 6749 §2.3: by one method at a time.

use super::presented::Presented;
use super::{OAuthError, Params, assertion, basic, none, post};

impl Presented {
    /// Reads it from the value of the `Authorization` header, where there is one, and the parameters.
    ///
    /// # Errors
    /// `invalid_request` where two methods are used at a time (RFC 6749 §2.3); `invalid_client` where what is shown
    /// cannot be read.
    pub fn read(authorization: Option<&[u8]>, params: &Params) -> Result<Self, OAuthError> {
        let has_secret = params.get("client_secret")?.is_some();
        let has_assertion =
            params.get("client_assertion")?.is_some() || params.get("client_assertion_type")?.is_some();
        match (authorization, has_secret, has_assertion) {
            (Some(header), false, false) => basic::parse(header, params),
            (None, true, false) => post::parse(params),
            (None, false, true) => assertion::parse(params),
            (None, false, false) => none::parse(params),
            (Some(_), ..) | (None, true, true) => Err(OAuthError::invalid_request(
                "The client authenticates in two ways at once.",
                "client_auth.two_methods",
            )),
        }
    }
}
