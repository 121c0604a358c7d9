//! Orders about clients.

mod token;

pub use token::{InitialTokenView, TokenBounds, TokenOrder};

use super::{Answer, Instant, OPERATOR, Page, Refusal, Secret, Services};
use crate::jose::json::Object;
use crate::oauth::clients::{self, ClientError, Registered, registration};
use crate::ports::outbound::Fetch;
use crate::records::{Client, Origin};
use crate::storage::Stop;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use time::Duration;

/// An order about clients.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientOrder {
    /// Registers a client.
    Add {
        /// Its identifier; one is made where none is given.
        client_id: Option<String>,
        /// The registration. RFC 7591 §2.
        metadata: Box<registration::Metadata>,
    },
    /// Lists clients in the order of their identifiers.
    List {
        /// Those behind this identifier alone.
        after: Option<String>,
        /// At most so many.
        limit: usize,
    },
    /// Shows a client.
    Show {
        /// Which.
        client_id: String,
    },
    /// Changes settings of a client.
    Set {
        /// Which.
        client_id: String,
        /// What: a merge patch upon its registration. RFC 7396.
        patch: Object,
    },
    /// About initial access tokens.
    Token(TokenOrder),
    /// Gives a client a new secret.
    RotateSecret {
        /// Which.
        client_id: String,
        /// For how many seconds the present secret is accepted beside it.
        grace_seconds: u32,
    },
    /// Disables a client.
    Disable {
        /// Which.
        client_id: String,
    },
    /// Enables a client again.
    Enable {
        /// Which.
        client_id: String,
    },
    /// Deletes a client.
    Delete {
        /// Which.
        client_id: String,
    },
}

/// A client as the operator sees it: its whole registration (RFC 7591 §3.2.1), and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientView {
    /// Its identifier.
    pub client_id: String,
    /// Its new secret: shown this once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Secret>,
    /// Every setting.
    #[serde(flatten)]
    pub metadata: registration::Metadata,
    /// Who registered it, where that was no operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_by: Option<String>,
    /// Whether it is disabled.
    pub disabled: bool,
    /// When it was registered.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
}

impl From<Client> for ClientView {
    fn from(client: Client) -> Self {
        Self {
            client_id: client.client_id.clone(),
            client_secret: None,
            registered_by: registered_by(&client.origin),
            disabled: client.disabled,
            created_at: client.created_at.into(),
            updated_at: client.updated_at.into(),
            metadata: client.into(),
        }
    }
}

fn registered_by(origin: &Origin) -> Option<String> {
    match origin {
        Origin::Operator => None,
        Origin::Document(_) => Some("its document".to_owned()),
        Origin::Registered(own) => Some(match &own.initial_access_token {
            Some(name) => format!("itself, with the initial access token {name}"),
            None => "itself".to_owned(),
        }),
    }
}

impl From<Registered> for ClientView {
    fn from(registered: Registered) -> Self {
        let client_secret = registered.secret.map(|secret| secret.expose_secret().to_owned().into());
        Self { client_secret, ..registered.client.into() }
    }
}

pub(super) async fn execute(services: &Services, order: ClientOrder) -> Result<Answer, Refusal> {
    let act = services.act();
    match order {
        ClientOrder::Add { client_id, metadata } => {
            let client_id = client_id.unwrap_or_else(|| act.seed.uuid("client.id").to_string());
            let client = registration::client(*metadata, &client_id, &services.offer, act.now)
                .map_err(|error| Refusal::new(error.description))?;
            check_sector(services, &client).await?;
            let ring = Arc::clone(&services.keys);
            let added = services
                .run(move |txn| clients::register(txn, &act, OPERATOR, client.clone(), ring.keks()))
                .await?;
            Ok(Answer::Client(Box::new(added.into())))
        }
        ClientOrder::List { after, limit } => {
            let limit = limit.clamp(1, 500);
            let found = clients::list(&services.store, &services.tenant, after.as_deref(), limit)?;
            let next =
                (found.len() == limit).then(|| found.last().map(|last| last.client_id.clone())).flatten();
            Ok(Answer::Clients(Page { items: found.into_iter().map(ClientView::from).collect(), next }))
        }
        ClientOrder::Show { client_id } => {
            let found = clients::find(&services.store, &services.tenant, &client_id)?;
            let client = found.ok_or_else(|| Refusal::new(ClientError::NotFound))?;
            Ok(Answer::Client(Box::new(client.into())))
        }
        ClientOrder::Set { client_id, patch } => {
            let changed = set(services, client_id, patch).await?;
            Ok(Answer::Client(Box::new(changed.into())))
        }
        ClientOrder::Token(order) => token::execute(services, order).await,
        ClientOrder::RotateSecret { client_id, grace_seconds } => {
            let grace = Duration::seconds(grace_seconds.into());
            let ring = Arc::clone(&services.keys);
            let rotated = services
                .run(move |txn| clients::rotate_secret(txn, &act, OPERATOR, &client_id, grace, ring.keks()))
                .await?;
            Ok(Answer::Client(Box::new(rotated.into())))
        }
        ClientOrder::Disable { client_id } => {
            let client = services.run(move |txn| clients::disable(txn, &act, OPERATOR, &client_id)).await?;
            Ok(Answer::Client(Box::new(client.into())))
        }
        ClientOrder::Enable { client_id } => {
            let client = services.run(move |txn| clients::enable(txn, &act, OPERATOR, &client_id)).await?;
            Ok(Answer::Client(Box::new(client.into())))
        }
        ClientOrder::Delete { client_id } => {
            let deleted = client_id.clone();
            services.run(move |txn| clients::delete(txn, &act, OPERATOR, &client_id)).await?;
            Ok(Answer::Deleted(deleted))
        }
    }
}

/// Changes a client as it was when its sector was looked at; one that somebody else changed meanwhile is not changed.
async fn set(services: &Services, client_id: String, patch: Object) -> Result<Registered, Refusal> {
    let act = services.act();
    let seen = clients::find(&services.store, &services.tenant, &client_id)?;
    let seen = seen.ok_or_else(|| Refusal::new(ClientError::NotFound))?;
    let made = clients::patched(&seen, &patch, (&services.offer, &act));
    let next = made.map_err(|error| Refusal::new(error.description))?;
    let was = registration::Metadata::from(seen);
    if was.subjects != next.subjects || was.redirect_uris != next.redirect_uris {
        check_sector(services, &next).await?;
    }
    let ring = Arc::clone(&services.keys);
    services
        .run(move |txn| {
            let current = clients::find(txn, &act.tenant, &client_id)?;
            if current.is_none_or(|current| registration::Metadata::from(current) != was) {
                return Err(Stop::Refused("the client was changed meanwhile: try again".to_owned()));
            }
            clients::replace(txn, &act, OPERATOR, next.clone(), ring.keks()).map_err(|stop| match stop {
                Stop::Refused(error) => Stop::Refused(error.to_string()),
                Stop::Fault(fault) => Stop::Fault(fault),
            })
        })
        .await
}

/// Looks at what lies at a client's `sector_identifier_uri`, where it has one. OIDC Registration §5.
async fn check_sector(services: &Services, client: &Client) -> Result<(), Refusal> {
    let Some(uri) = &client.subjects.sector_identifier_uri else { return Ok(()) };
    let fetched = services.outbound.send(Fetch::get(uri, "application/json")).await;
    let fetched = fetched
        .map_err(|error| Refusal::new(format!("sector_identifier_uri: cannot be fetched ({error})")))?;
    if fetched.status != 200 {
        return Err(Refusal::new(format!("sector_identifier_uri: answers {}", fetched.status)));
    }
    registration::check_sector(client, &fetched.body).map_err(|error| Refusal::new(error.description))
}
