//! What a proof is judged by, and why it may fail.

use super::OAuthError;
use crate::jose::JwkSet;
use crate::keys::sealing::KekRing;
use crate::oauth::TokenPolicy;
use crate::records::Confirmation;
use crate::x509::{Anchors, ClientCertificate};

/// What a proof is judged by, beside the request itself.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The rules: the issuer, and how far clocks may differ.
    pub policy: &'a TokenPolicy,
    /// What opens the secrets that are kept sealed.
    pub keks: &'a KekRing,
    /// The client's keys, where they were fetched: see [`super::Claimed::keys_at`].
    pub keys: Option<&'a JwkSet>,
    /// The paths of the endpoints whose URLs an assertion may name as its audience beside the issuer: of the token
    /// endpoint, and of the one that is called.
    pub endpoints: [&'a str; 2],
    /// The certificate that the client showed, where it showed one. RFC 8705 §2.
    pub certificate: Option<&'a ClientCertificate>,
    /// The authorities whose certificates are taken.
    pub anchors: &'a Anchors,
}

impl Evidence<'_> {
    /// The keys that the request proves.
    pub(super) fn proved(&self) -> Confirmation {
        Confirmation { jkt: None, x5t_s256: self.certificate.map(|shown| shown.thumbprint().to_owned()) }
    }
}

/// Why a client is not who it says it is.
#[derive(Debug, Clone, Copy)]
pub enum Unproven {
    /// It showed the wrong thing.
    Refused(OAuthError),
    /// None of its fetched keys made what it showed; newer ones may have.
    KeyMissing(OAuthError),
}

impl Unproven {
    /// The refusal, once there is nothing more to try.
    pub fn refusal(self) -> OAuthError {
        match self {
            Self::Refused(error) | Self::KeyMissing(error) => error,
        }
    }
}
