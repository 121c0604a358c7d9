//! Orders about the APIs for which tokens are issued. RFC 9728.

use super::{Answer, OPERATOR, Refusal, Services};
use crate::oauth::protected_resource::{self, Document, ResourceError, address_of};
use crate::records::ProtectedResource;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An order about APIs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceOrder {
    /// Describes one.
    Add(Box<ResourceView>),
    /// Lists all.
    List,
    /// Shows one, with the document that it serves.
    Show {
        /// Which.
        resource: String,
    },
    /// Forgets one.
    Delete {
        /// Which.
        resource: String,
    },
}

/// An API as the operator sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResourceView {
    /// Its identifier.
    pub resource: String,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_name: Option<String>,
    /// The scope values that it knows.
    pub scopes_supported: Vec<String>,
    /// The algorithms with which it signs its own answers.
    pub resource_signing_alg_values_supported: Vec<String>,
    /// Whether it takes tokens with a DPoP proof alone.
    pub dpop_bound_access_tokens_required: bool,
    /// Whether it takes tokens that are bound to a certificate.
    pub tls_client_certificate_bound_access_tokens: bool,
    /// What developers should know of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_documentation: Option<String>,
    /// What it does with what it learns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_policy_uri: Option<String>,
    /// Its terms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_tos_uri: Option<String>,
    /// Where its document has to lie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata_uri: Option<String>,
    /// The document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Value>,
}

impl ResourceView {
    fn of(own: ProtectedResource) -> Self {
        Self {
            metadata_uri: address_of(&own.resource),
            metadata: None,
            resource: own.resource,
            resource_name: own.resource_name,
            scopes_supported: own.scopes_supported,
            resource_signing_alg_values_supported: own.resource_signing_alg_values_supported,
            dpop_bound_access_tokens_required: own.dpop_bound_access_tokens_required,
            tls_client_certificate_bound_access_tokens: own.tls_client_certificate_bound_access_tokens,
            resource_documentation: own.resource_documentation,
            resource_policy_uri: own.resource_policy_uri,
            resource_tos_uri: own.resource_tos_uri,
        }
    }

    fn record(self, created_at: time::OffsetDateTime) -> ProtectedResource {
        ProtectedResource {
            resource: self.resource,
            resource_name: self.resource_name,
            scopes_supported: self.scopes_supported,
            resource_signing_alg_values_supported: self.resource_signing_alg_values_supported,
            dpop_bound_access_tokens_required: self.dpop_bound_access_tokens_required,
            tls_client_certificate_bound_access_tokens: self.tls_client_certificate_bound_access_tokens,
            resource_documentation: self.resource_documentation,
            resource_policy_uri: self.resource_policy_uri,
            resource_tos_uri: self.resource_tos_uri,
            created_at,
        }
    }
}

pub(super) async fn execute(services: &Services, order: ResourceOrder) -> Result<Answer, Refusal> {
    let act = services.act();
    match order {
        ResourceOrder::Add(view) => {
            let own = view.record(act.now);
            let added = own.clone();
            services.run(move |txn| protected_resource::add(txn, &act, OPERATOR, &added)).await?;
            show(services, own)
        }
        ResourceOrder::List => {
            let found = protected_resource::list(&services.store, &services.tenant)?;
            Ok(Answer::Resources(found.into_iter().map(ResourceView::of).collect()))
        }
        ResourceOrder::Show { resource } => {
            let found = protected_resource::find(&services.store, &services.tenant, &resource)?;
            show(services, found.ok_or_else(|| Refusal::new(ResourceError::NotFound))?)
        }
        ResourceOrder::Delete { resource } => {
            let deleted = resource.clone();
            services.run(move |txn| protected_resource::delete(txn, &act, OPERATOR, &resource)).await?;
            Ok(Answer::Deleted(deleted))
        }
    }
}

fn show(services: &Services, own: ProtectedResource) -> Result<Answer, Refusal> {
    let document = Document::of(own.clone(), &services.rules.policy);
    let metadata = serde_json::to_value(document).map_err(Refusal::new)?;
    Ok(Answer::Resource(Box::new(ResourceView { metadata: Some(metadata), ..ResourceView::of(own) })))
}
