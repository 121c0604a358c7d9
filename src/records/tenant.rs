//! The tenant as a typed value: every storage key begins with one, and nothing takes one from a body or a header.

use std::sync::Arc;

/// The name of a tenant: an issuer of its own with its own keys, people, clients, sessions and audit trail.
///
/// Today there is the default tenant alone; its name reaches no URL.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tenant(Arc<str>);

impl Tenant {
    /// The tenant at the server's own issuer.
    pub fn default_tenant() -> Self {
        Self(Arc::from("default"))
    }

    /// The name: lower-case ASCII letters, digits and hyphens.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
