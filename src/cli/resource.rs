//! `latchkey resource`: the APIs for which tokens are issued, and what they say about themselves.

use super::control::ask;
use super::{Failure, print};
use crate::admin::{Answer, Order, ResourceOrder, ResourceView};
use crate::config::Settings;
use clap::{Args, Subcommand};

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Describe an API; prints the document (RFC 9728) that it serves
    Add(Box<Add>),
    /// List all APIs
    List,
    /// Show an API, with the document that it serves and where
    Show(One),
    /// Forget an API
    Delete(One),
}

/// The arguments of `resource add`.
#[derive(Debug, Args)]
pub(super) struct Add {
    /// Its identifier, which is the audience of its tokens: an https URL
    resource: String,
    /// What people call it
    #[arg(long)]
    name: Option<String>,
    /// The scope values that it knows
    #[arg(long, value_name = "SCOPE", num_args = 1..)]
    scopes: Vec<String>,
    /// The algorithms with which it signs its own answers
    #[arg(long, value_name = "ALG", num_args = 1..)]
    signing_algs: Vec<String>,
    /// It takes tokens with a DPoP proof alone
    #[arg(long)]
    dpop_bound: bool,
    /// It takes tokens that are bound to a certificate
    #[arg(long)]
    mtls_bound: bool,
    /// What developers should know of it
    #[arg(long, value_name = "URI")]
    documentation: Option<String>,
    /// What it does with what it learns
    #[arg(long, value_name = "URI")]
    policy_uri: Option<String>,
    /// Its terms
    #[arg(long, value_name = "URI")]
    tos_uri: Option<String>,
}

/// One API.
#[derive(Debug, Args)]
pub(super) struct One {
    /// Its identifier
    resource: String,
}

pub(super) fn run(settings: &Settings, verb: Verb) -> Result<Answer, Failure> {
    let (order, may_make) = match verb {
        Verb::Add(add) => (ResourceOrder::Add(Box::new(view(*add))), true),
        Verb::List => (ResourceOrder::List, false),
        Verb::Show(One { resource }) => (ResourceOrder::Show { resource }, false),
        Verb::Delete(One { resource }) => (ResourceOrder::Delete { resource }, false),
    };
    ask(settings, &Order::Resource(order), may_make)
}

fn view(add: Add) -> ResourceView {
    let words = |values: &[String]| -> Vec<String> {
        values.iter().flat_map(|value| value.split_whitespace()).map(str::to_owned).collect()
    };
    ResourceView {
        scopes_supported: words(&add.scopes),
        resource_signing_alg_values_supported: words(&add.signing_algs),
        resource: add.resource,
        resource_name: add.name,
        dpop_bound_access_tokens_required: add.dpop_bound,
        tls_client_certificate_bound_access_tokens: add.mtls_bound,
        resource_documentation: add.documentation,
        resource_policy_uri: add.policy_uri,
        resource_tos_uri: add.tos_uri,
        metadata_uri: None,
        metadata: None,
    }
}

pub(super) fn list(resources: &[ResourceView]) -> Result<(), Failure> {
    let row = |one: &ResourceView| {
        let name = print::visible(one.resource_name.as_deref().unwrap_or_default());
        [one.resource.clone(), name, one.scopes_supported.join(" ")]
    };
    print::table(["RESOURCE", "NAME", "SCOPES"], &resources.iter().map(row).collect::<Vec<_>>())
}

pub(super) fn show(one: &ResourceView) -> Result<(), Failure> {
    print::line(format!("{} serves this document at", one.resource))?;
    print::line(one.metadata_uri.as_deref().unwrap_or_default())?;
    print::json(&one.metadata)
}
