//! `latchkey client`

use super::control::{ask, ask_for_all};
use super::{Failure, answer, print, secret_input};
use crate::admin::{ClientOrder, ClientView, Order, Secret};
use crate::config::Settings;
use crate::oauth::clients::registration::Metadata;
use clap::{Args, Subcommand};
use serde_json::{Map, Value};
use std::path::PathBuf;
use std::process::ExitCode;

/// Clients asked for at once.
const PAGE: usize = 200;

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Register a client, in the words of RFC 7591; prints its secret, once
    Add(Box<Add>),
    /// List all clients
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a client
    Show(One),
    /// Give a client a new secret; prints it, once
    RotateSecret {
        /// The client's identifier
        client_id: String,
        /// For how many seconds the present secret is accepted beside the new one
        #[arg(long, value_name = "SECONDS", default_value_t = 0)]
        grace: u32,
        /// Print JSON
        #[arg(long)]
        json: bool,
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
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The members of a registration.
#[derive(Debug, Args)]
#[group(id = "Metadata", multiple = true)]
struct Flags {
    /// What people are shown
    #[arg(long)]
    client_name: Option<String>,
    /// Where authorization responses may go
    #[arg(long, value_name = "URI", num_args = 1..)]
    redirect_uris: Vec<String>,
    /// `authorization_code`, `refresh_token`, `client_credentials` [default: `authorization_code`]
    #[arg(long, value_name = "GRANT", num_args = 1..)]
    grant_types: Vec<String>,
    /// `code`
    #[arg(long, value_name = "TYPE", num_args = 1..)]
    response_types: Vec<String>,
    /// `client_secret_basic`, `client_secret_post` or `none` [default: `client_secret_basic`]
    #[arg(long, value_name = "METHOD")]
    token_endpoint_auth_method: Option<String>,
    /// `web` or `native` [default: `web`]
    #[arg(long, value_name = "TYPE")]
    application_type: Option<String>,
    /// The scope that it may ask for at most
    #[arg(long, num_args = 1..)]
    scope: Vec<String>,
    /// The resources that it may ask tokens for; the first is the default audience
    #[arg(long, value_name = "URI", num_args = 1..)]
    resources: Vec<String>,
    /// Its own roles, for the client credentials grant
    #[arg(long, value_name = "ROLE", num_args = 1..)]
    roles: Vec<String>,
    /// `ES256`, `RS256` or `EdDSA`
    #[arg(long, value_name = "ALG")]
    access_token_signed_response_alg: Option<String>,
    /// `ES256`, `RS256` or `EdDSA` [default: `RS256`]
    #[arg(long, value_name = "ALG")]
    id_token_signed_response_alg: Option<String>,
    /// Whether PKCE is required [default: true]
    #[arg(long, value_name = "BOOL")]
    require_pkce: Option<bool>,
    /// Whether refresh tokens rotate [default: true]
    #[arg(long, value_name = "BOOL")]
    rotate_refresh_tokens: Option<bool>,
    /// Whether people are not asked for consent [default: false]
    #[arg(long, value_name = "BOOL")]
    skip_consent: Option<bool>,
    /// The life of its access tokens in seconds [default: the server's]
    #[arg(long, value_name = "SECONDS")]
    access_token_ttl: Option<u32>,
}

impl Flags {
    /// The registration document that says the same.
    fn to_document(&self) -> Value {
        let mut document = Map::new();
        let mut text = |name: &str, value: &Option<String>| {
            if let Some(value) = value {
                document.insert(name.to_owned(), value.as_str().into());
            }
        };
        text("client_name", &self.client_name);
        text("token_endpoint_auth_method", &self.token_endpoint_auth_method);
        text("application_type", &self.application_type);
        text("access_token_signed_response_alg", &self.access_token_signed_response_alg);
        text("id_token_signed_response_alg", &self.id_token_signed_response_alg);
        text("scope", &(!self.scope.is_empty()).then(|| self.scope.join(" ")));
        let mut list = |name: &str, values: &[String]| {
            let words: Vec<&str> = values.iter().flat_map(|value| value.split_whitespace()).collect();
            if !words.is_empty() {
                document.insert(name.to_owned(), words.into());
            }
        };
        list("redirect_uris", &self.redirect_uris);
        list("grant_types", &self.grant_types);
        list("response_types", &self.response_types);
        list("resources", &self.resources);
        list("roles", &self.roles);
        let mut flag = |name: &str, value: Option<bool>| {
            if let Some(value) = value {
                document.insert(name.to_owned(), value.into());
            }
        };
        flag("require_pkce", self.require_pkce);
        flag("rotate_refresh_tokens", self.rotate_refresh_tokens);
        flag("skip_consent", self.skip_consent);
        if let Some(seconds) = self.access_token_ttl {
            document.insert("access_token_ttl".to_owned(), seconds.into());
        }
        Value::Object(document)
    }
}

/// One client.
#[derive(Debug, Args)]
pub(super) struct One {
    /// The client's identifier
    client_id: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(settings: &Settings, verb: Verb) -> Result<ExitCode, Failure> {
    let (order, json, may_make) = match verb {
        Verb::List { json } => return all(settings, json),
        Verb::Add(add) => {
            let metadata = Box::new(metadata(&add)?);
            (ClientOrder::Add { client_id: add.client_id, metadata }, add.json, true)
        }
        Verb::Show(One { client_id, json }) => (ClientOrder::Show { client_id }, json, false),
        Verb::RotateSecret { client_id, grace, json } => {
            (ClientOrder::RotateSecret { client_id, grace_seconds: grace }, json, false)
        }
        Verb::Disable(One { client_id, json }) => (ClientOrder::Disable { client_id }, json, false),
        Verb::Enable(One { client_id, json }) => (ClientOrder::Enable { client_id }, json, false),
        Verb::Delete(One { client_id, json }) => (ClientOrder::Delete { client_id }, json, false),
    };
    answer::show(&ask(settings, &Order::Client(order), may_make)?, json)?;
    Ok(ExitCode::SUCCESS)
}

fn metadata(add: &Add) -> Result<Metadata, Failure> {
    let document = match &add.from {
        None => add.metadata.to_document(),
        Some(path) => {
            let text = if path.as_os_str() == "-" {
                secret_input::from_stdin()?
            } else {
                secret_input::from_file(path)?
            };
            serde_json::from_str(text.expose())
                .map_err(|error| Failure(format!("{}: not JSON: {error}", path.display())))?
        }
    };
    serde_json::from_value(document).map_err(|error| Failure(format!("the registration is refused: {error}")))
}

fn all(settings: &Settings, json: bool) -> Result<ExitCode, Failure> {
    let list = |after| Order::Client(ClientOrder::List { after, limit: PAGE });
    answer::show(&ask_for_all(settings, list)?, json)?;
    Ok(ExitCode::SUCCESS)
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
