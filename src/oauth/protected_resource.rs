//! What an API says about itself, so that a client that knows nothing but its address finds the way: RFC 9728.
//!
//! An operator describes his APIs here. The document of each is served by us where the API shares our origin, and else
//! printed for the API to serve. Our userinfo endpoint has one too.
//!
//! Not done: RFC 9728 §2.1: names in other languages. Not done: RFC 9728 §2.2: a signed copy: an API that we serve here says
//! nothing that our own signed metadata does not.

use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::oauth::clients::profile;
use crate::oauth::{TokenPolicy, scope};
use crate::records::{self, JwsAlgorithm, ProtectedResource, Scope, Tenant};
use crate::storage::{Fault, Read, Stop, Txn};
use serde::Serialize;
use std::fmt;
use url::Url;

/// The well-known part of the address of a document. RFC 9728 §3.
pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// How many APIs there may be.
const MAX: usize = 1000;

/// The metadata of one API. RFC 9728 §2.
#[derive(Debug, Serialize)]
pub struct Document {
    resource: String,
    authorization_servers: [String; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_name: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<String>,
    bearer_methods_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource_signing_alg_values_supported: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    tls_client_certificate_bound_access_tokens: bool,
    dpop_signing_alg_values_supported: Vec<&'static str>,
    dpop_bound_access_tokens_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_documentation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_policy_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_tos_uri: Option<String>,
}

impl Document {
    /// The document of an API that an operator described.
    pub fn of(own: ProtectedResource, policy: &TokenPolicy) -> Self {
        Self {
            resource: own.resource,
            authorization_servers: [policy.issuer.as_ref().to_owned()],
            resource_name: own.resource_name,
            // RFC 9728 §2: recommended; a member without a value is left out (§3.2).
            scopes_supported: own.scopes_supported,
            // RFC 6750 §2.1: the header alone; a proof has no other place either.
            bearer_methods_supported: vec!["header"],
            resource_signing_alg_values_supported: own.resource_signing_alg_values_supported,
            tls_client_certificate_bound_access_tokens: own.tls_client_certificate_bound_access_tokens,
            dpop_signing_alg_values_supported: proofs(policy),
            dpop_bound_access_tokens_required: own.dpop_bound_access_tokens_required,
            resource_documentation: own.resource_documentation,
            resource_policy_uri: own.resource_policy_uri,
            resource_tos_uri: own.resource_tos_uri,
        }
    }

    /// The document of our userinfo endpoint at this address, which takes the token in a form body too.
    pub fn of_userinfo(resource: &str, policy: &TokenPolicy) -> Self {
        Self {
            resource: resource.to_owned(),
            authorization_servers: [policy.issuer.as_ref().to_owned()],
            resource_name: None,
            scopes_supported: scope::OPENID_SCOPES.map(str::to_owned).to_vec(),
            bearer_methods_supported: vec!["header", "body"],
            resource_signing_alg_values_supported: Vec::new(),
            tls_client_certificate_bound_access_tokens: false,
            dpop_signing_alg_values_supported: proofs(policy),
            dpop_bound_access_tokens_required: false,
            resource_documentation: None,
            resource_policy_uri: None,
            resource_tos_uri: None,
        }
    }
}

fn proofs(policy: &TokenPolicy) -> Vec<&'static str> {
    profile::algorithms(policy.profile).iter().map(|algorithm| algorithm.as_str()).collect()
}

/// Where the document of a resource lies: the well-known part stands between its host and its path. RFC 9728 §3.1.
pub fn address_of(resource: &str) -> Option<String> {
    let url = Url::parse(resource).ok()?;
    let origin = url.origin().ascii_serialization();
    let rest = resource.strip_prefix(&origin)?;
    Some(format!("{origin}{WELL_KNOWN}{}", if rest == "/" { "" } else { rest }))
}

/// Why an act upon an API is refused. Its text says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceError {
    /// It is described already.
    Taken,
    /// There is no such API.
    NotFound,
    /// There are too many.
    TooMany,
    /// What is said of it cannot be.
    Invalid(&'static str),
}

impl fmt::Display for ResourceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Taken => "this resource is there already: delete it first",
            Self::NotFound => "there is no such resource: `latchkey resource list` shows all",
            Self::TooMany => "there are 1000 resources already: delete those that are not used",
            Self::Invalid(what) => what,
        })
    }
}

/// Describes an API.
///
/// # Errors
/// [`ResourceError`].
pub fn add(
    txn: &mut dyn Txn,
    act: &Act,
    by: &str,
    own: &ProtectedResource,
) -> Result<(), Stop<ResourceError>> {
    check(own).map_err(Stop::Refused)?;
    if records::find::<ProtectedResource>(txn, &act.tenant, &own.resource)?.is_some() {
        return Err(Stop::Refused(ResourceError::Taken));
    }
    if list(txn, &act.tenant)?.len() >= MAX {
        return Err(Stop::Refused(ResourceError::TooMany));
    }
    records::insert(txn, &act.tenant, own)?;
    Ok(Entry::new(act, Event::ResourceCreated).actor(by).target(&own.resource).append(txn)?)
}

/// Forgets an API. Clients that may ask tokens for it still may: their registration says so.
///
/// # Errors
/// [`ResourceError::NotFound`].
pub fn delete(txn: &mut dyn Txn, act: &Act, by: &str, resource: &str) -> Result<(), Stop<ResourceError>> {
    if find(txn, &act.tenant, resource)?.is_none() {
        return Err(Stop::Refused(ResourceError::NotFound));
    }
    records::remove::<ProtectedResource>(txn, &act.tenant, resource);
    Ok(Entry::new(act, Event::ResourceDeleted).actor(by).target(resource).append(txn)?)
}

/// The API of this identifier.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn find(
    read: &(impl Read + ?Sized),
    tenant: &Tenant,
    resource: &str,
) -> Result<Option<ProtectedResource>, Fault> {
    records::find(read, tenant, resource)
}

/// Every API, in the order of their identifiers.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn list(read: &(impl Read + ?Sized), tenant: &Tenant) -> Result<Vec<ProtectedResource>, Fault> {
    records::list(read, tenant, "", None, MAX)
}

fn check(own: &ProtectedResource) -> Result<(), ResourceError> {
    let invalid = |what| Err(ResourceError::Invalid(what));
    // RFC 9728 §1.2: https, no fragment; http on loopback is for trying.
    let is_identifier = |uri: &str| {
        let plain = uri.len() <= 512 && uri.bytes().all(|byte| byte.is_ascii_graphic());
        plain
            && !uri.contains('#')
            && Url::parse(uri).is_ok_and(|url| {
                let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
                url.username().is_empty() && (url.scheme() == "https" || url.scheme() == "http" && local)
            })
    };
    if !is_identifier(&own.resource) || address_of(&own.resource).is_none() {
        return invalid("resource: give an https URL without a user and a fragment, its host in lower case");
    }
    let pages = [&own.resource_documentation, &own.resource_policy_uri, &own.resource_tos_uri];
    let is_page = |uri: &String| {
        uri.len() <= 1024 && Url::parse(uri).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
    };
    if !pages.into_iter().flatten().all(is_page) {
        return invalid("documentation, policy-uri, tos-uri: give the addresses of pages, by http or https");
    }
    let is_name =
        |name: &String| !name.trim().is_empty() && name.len() <= 256 && !name.chars().any(char::is_control);
    if !own.resource_name.iter().all(is_name) {
        return invalid("name: give 1 to 256 bytes without control characters");
    }
    let are_scopes =
        Scope::parse(&own.scopes_supported.join(" ")).is_ok() && own.scopes_supported.len() <= 64;
    let known = |name: &String| JwsAlgorithm::parse(name).is_some_and(|algorithm| !algorithm.is_symmetric());
    if !are_scopes || !own.resource_signing_alg_values_supported.iter().all(known) {
        return invalid("scopes: at most 64 scope values; signing-algs: names such as ES256");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9728 §3.1.
    #[test]
    fn the_well_known_part_stands_between_host_and_path() {
        for (resource, address) in [
            ("https://api.example", "https://api.example/.well-known/oauth-protected-resource"),
            ("https://api.example/", "https://api.example/.well-known/oauth-protected-resource"),
            ("https://api.example/a/b", "https://api.example/.well-known/oauth-protected-resource/a/b"),
            (
                "https://api.example:8443/a?b=c",
                "https://api.example:8443/.well-known/oauth-protected-resource/a?b=c",
            ),
        ] {
            assert_eq!(address_of(resource).as_deref(), Some(address));
        }
        assert_eq!(address_of("https://API.example/a"), None);
        assert_eq!(address_of("nonsense"), None);
    }
}
