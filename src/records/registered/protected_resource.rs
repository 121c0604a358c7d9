//! APIs for which this server issues tokens, as an operator described them. RFC 9728.

use crate::records::Record;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// An API. Its members have the registered names of RFC 9728 §2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectedResource {
    /// Its identifier, which is also the audience of its tokens: an https URL without a fragment. RFC 9728 §1.2.
    pub resource: String,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_name: Option<String>,
    /// The scope values that it knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    /// The algorithms with which it signs its own answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resource_signing_alg_values_supported: Vec<String>,
    /// Whether it takes tokens with a DPoP proof alone. RFC 9449.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dpop_bound_access_tokens_required: bool,
    /// Whether it takes tokens that are bound to a certificate. RFC 8705.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// What developers should know of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_documentation: Option<String>,
    /// What it does with what it learns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_policy_uri: Option<String>,
    /// Its terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_tos_uri: Option<String>,
    /// When it was described.
    #[serde(with = "time::serde::timestamp")]
    pub created_at: OffsetDateTime,
}

impl Record for ProtectedResource {
    const SPACE: &'static str = "protected_resource";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        self.resource.clone()
    }
}
