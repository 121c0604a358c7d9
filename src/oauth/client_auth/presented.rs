//! What a request shows to prove who its client is. RFC 6749 §2.3: by one method at a time.

use super::{OAuthError, Params, assertion, basic, none, post};
use secrecy::SecretString;

/// The client that a request names, and what it shows for it. Nothing is known of it yet.
#[derive(Debug)]
pub struct Presented {
    pub(super) client_id: String,
    pub(super) shown: Shown,
}

/// What is shown.
#[derive(Debug)]
pub(super) enum Shown {
    /// Nothing in the request itself.
    Nothing,
    /// A secret in the `Authorization` header.
    Basic(SecretString),
    /// A secret in the body.
    Post(SecretString),
    /// A signed assertion in the body.
    Assertion(SecretString),
    /// A token that another issuer signed for a workload. RFC 7521 §4.2.
    Workload(SecretString),
}

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

    /// The identifier of the client, by its own word.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }
}
