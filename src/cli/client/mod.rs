//! `latchkey client`

mod document;
mod flags;
pub(super) mod token;

use super::control::{ask, ask_for_all};
use super::{Failure, print, secret_input};
use crate::admin::{Answer, ClientOrder, ClientView, Order, Secret};
use crate::config::Settings;
use crate::jose::json::Object;
use crate::oauth::clients::registration::{self, Metadata};
use clap::{Args, Subcommand};
use flags::Flags;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Clients asked for at once.
const PAGE: usize = 200;

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Register a client, in the words of RFC 7591; prints its secret, once
    Add(Box<Add>),
    /// List all clients
    List,
    /// Show a client
    Show(One),
    /// Change settings of a client, by the rules of its registration
    Set(Box<Set>),
    /// Initial access tokens, with which clients register themselves
    #[command(subcommand)]
    Token(token::Verb),
    /// Give a client a new secret; prints it, once
    RotateSecret {
        /// The client's identifier
        client_id: String,
        /// For how many seconds the present secret is accepted beside the new one
        #[arg(long, value_name = "SECONDS", default_value_t = 0)]
        grace: u32,
    },
    /// Disable a client: it gets no more tokens
    Disable(One),
    /// Enable a disabled client again
    Enable(One),
    /// Delete a client for good
    Delete(One),
}

/// The arguments of `client add`. Lists are separated by spaces, or the flag stands several times.
#[derive(Debug, Args)]
pub(super) struct Add {
    /// The identifier [default: a random one]
    #[arg(long)]
    client_id: Option<String>,
    /// Read a whole registration document (JSON, RFC 7591 §2) from this file, or from standard input with `-`
    #[arg(long, value_name = "FILE", conflicts_with = "Metadata")]
    from: Option<PathBuf>,
    #[command(flatten)]
    metadata: Flags,
}

/// The arguments of `client set`: flags, or a document; what is not named stays as it is.
#[derive(Debug, Args)]
pub(super) struct Set {
    /// The client's identifier
    client_id: String,
    /// Read the changes (a JSON merge patch, RFC 7396: null gives a member its default again) from this file, or from
    /// standard input with `-`
    #[arg(long, value_name = "FILE", conflicts_with = "Metadata")]
    from: Option<PathBuf>,
    /// Give this member its default again
    #[arg(long, value_name = "MEMBER", num_args = 1.., conflicts_with = "from")]
    unset: Vec<String>,
    #[command(flatten)]
    metadata: Flags,
}

/// One client.
#[derive(Debug, Args)]
pub(super) struct One {
    /// The client's identifier
    client_id: String,
}

pub(super) fn run(settings: &Settings, verb: Verb) -> Result<Answer, Failure> {
    let (order, may_make) = match verb {
        Verb::List => {
            let list = |after| Order::Client(ClientOrder::List { after, limit: PAGE });
            return ask_for_all(settings, list);
        }
        Verb::Token(verb) => return token::run(settings, verb),
        Verb::Set(set) => {
            let patch = changes(&set)?;
            (ClientOrder::Set { client_id: set.client_id, patch }, false)
        }
        Verb::Add(add) => {
            let (client_id, metadata) = registration(*add)?;
            (ClientOrder::Add { client_id, metadata }, true)
        }
        Verb::Show(One { client_id }) => (ClientOrder::Show { client_id }, false),
        Verb::RotateSecret { client_id, grace } => {
            (ClientOrder::RotateSecret { client_id, grace_seconds: grace }, false)
        }
        Verb::Disable(One { client_id }) => (ClientOrder::Disable { client_id }, false),
        Verb::Enable(One { client_id }) => (ClientOrder::Enable { client_id }, false),
        Verb::Delete(One { client_id }) => (ClientOrder::Delete { client_id }, false),
    };
    ask(settings, &Order::Client(order), may_make)
}

/// The identifier, which the flag decides before the document, and the settings.
fn registration(add: Add) -> Result<(Option<String>, Box<Metadata>), Failure> {
    let document = match &add.from {
        None => add.metadata.to_document(),
        Some(path) => document::check(read(path)?)?,
    };
    let named = document.get("client_id").and_then(Value::as_str).map(str::to_owned);
    let metadata = Metadata::read(document).map_err(|error| Failure(error.description.to_owned()))?;
    Ok((add.client_id.or(named), Box::new(metadata)))
}

fn changes(set: &Set) -> Result<Object, Failure> {
    let mut patch = match &set.from {
        None => set.metadata.to_document(),
        Some(path) => read(path)?,
    };
    patch.extend(set.unset.iter().map(|name| (name.clone(), Value::Null)));
    if patch.is_empty() {
        return Err(Failure(
            "nothing is changed: give a setting, such as --client-name, or --from".to_owned(),
        ));
    }
    Ok(patch)
}

fn read(path: &Path) -> Result<Object, Failure> {
    let text =
        if path.as_os_str() == "-" { secret_input::from_stdin()? } else { secret_input::from_file(path)? };
    registration::document(text.expose().as_bytes())
        .map_err(|error| Failure(format!("{}: {}", path.display(), error.description)))
}

pub(super) fn list(clients: &[ClientView]) -> Result<(), Failure> {
    let row = |client: &ClientView| {
        let metadata = &client.metadata;
        [
            client.client_id.clone(),
            metadata.client_name.clone().unwrap_or_default(),
            metadata.token_endpoint_auth_method.map(|method| method.as_str().to_owned()).unwrap_or_default(),
            metadata.grant_types.iter().flatten().map(|grant| grant.as_str()).collect::<Vec<_>>().join(" "),
            print::state(client.disabled),
        ]
    };
    let headings = ["CLIENT_ID", "NAME", "AUTHENTICATION", "GRANTS", "STATE"];
    print::table(headings, &clients.iter().map(row).collect::<Vec<_>>())
}

/// Every setting by its registered name, which is also the name by which it is changed.
pub(super) fn show(client: &ClientView) -> Result<(), Failure> {
    let settings = serde_json::to_value(&client.metadata).map_err(|error| Failure(error.to_string()))?;
    let mut rows = vec![("client_id", client.client_id.clone())];
    if let Some(secret) = &client.client_secret {
        rows.push(("client_secret", Secret::expose(secret).to_owned()));
    }
    let settings = settings.as_object().into_iter().flatten();
    rows.extend(settings.map(|(name, value)| (name.as_str(), print::setting(value))));
    rows.extend(client.registered_by.iter().map(|by| ("registered by", by.clone())));
    rows.extend([
        ("state", print::state(client.disabled)),
        ("created", client.created_at.to_string()),
        ("updated", client.updated_at.to_string()),
    ]);
    print::fields(&rows)?;
    if client.client_secret.is_some() {
        print::line("\nKeep the secret now: only its hash is stored, and it is never shown again.")?;
    }
    Ok(())
}
