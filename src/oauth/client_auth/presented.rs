//! What a request shows to prove who its client is. RFC 6749 §2.3.

use crate::jose::Jws;
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
    Assertion(Box<Jws>),
    /// A token that another issuer signed for a workload. RFC 7521 §4.2.
    Workload(SecretString),
}

impl Presented {
    /// The identifier of the client, by its own word.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }
}
