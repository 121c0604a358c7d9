//! Whose hands a token is good in: the key that its presenter must prove. RFC 7800 §3.1.

use serde::{Deserialize, Serialize};

/// The `cnf` of a token, and what a request proved. At most one of the two stands in a token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The SHA-256 thumbprint of the key of the DPoP proof. RFC 9449 §6.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jkt: Option<String>,
    /// The SHA-256 of the client's certificate. RFC 8705 §3.1.
    #[serde(rename = "x5t#S256", default, skip_serializing_if = "Option::is_none")]
    pub x5t_s256: Option<String>,
}

impl Confirmation {
    /// Whether no key is named: a bearer token, or a request without a proof.
    pub fn is_empty(&self) -> bool {
        self.jkt.is_none() && self.x5t_s256.is_none()
    }

    /// Whether a request that proved these keys may use what is bound to these: every key that is named is among
    /// them.
    ///
    /// # Errors
    /// The private cause.
    pub fn check(&self, proved: &Self) -> Result<(), &'static str> {
        match (&self.jkt, &proved.jkt) {
            (Some(_), None) => return Err("binding.proof_missing"),
            (Some(bound), Some(proved)) if bound != proved => return Err("binding.proof_of_other_key"),
            (Some(_) | None, _) => {}
        }
        match (&self.x5t_s256, &proved.x5t_s256) {
            (Some(_), None) => Err("binding.certificate_missing"),
            (Some(bound), Some(proved)) if bound != proved => Err("binding.other_certificate"),
            (Some(_) | None, _) => Ok(()),
        }
    }
}
