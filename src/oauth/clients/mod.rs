//! Administering clients: one function an act, called by the command line and by the admin API alike.
//!
//! Each is a unit of work that appends its audit entry. `by` is who does it: a subject, or `operator`.

mod change;
pub mod document;
pub mod dynamic;
mod patch;
pub mod profile;
pub mod registration;
pub mod secret;

pub use change::replace;
pub use patch::patched;

use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::keys::sealing::KekRing;
use crate::records::{self, Client, Tenant};
use crate::storage::{Fault, Read, Stop, Txn};
use secrecy::SecretString;
use std::fmt;
use time::Duration;

/// Why an act upon a client is refused. Its text says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientError {
    /// Another client has this identifier.
    Taken,
    /// There is no such client.
    NotFound,
    /// The client authenticates without a secret.
    NoSecret,
}

impl fmt::Display for ClientError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Taken => "there is a client with this client_id already: choose another",
            Self::NotFound => "there is no such client: `latchkey client list` shows all",
            Self::NoSecret => "this client has no secret: its token_endpoint_auth_method needs none",
        })
    }
}

impl std::error::Error for ClientError {}

impl From<ClientError> for Stop<ClientError> {
    fn from(error: ClientError) -> Self {
        Self::Refused(error)
    }
}

/// A client, and its new secret where it has one: the only time that the secret can be read.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The client.
    pub client: Client,
    /// The secret; none for a public client.
    pub secret: Option<SecretString>,
}

/// The client with this identifier.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn find(read: &(impl Read + ?Sized), tenant: &Tenant, client_id: &str) -> Result<Option<Client>, Fault> {
    records::find(read, tenant, client_id)
}

/// Up to `limit` clients in the order of their identifiers, those behind `after` where it is given.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn list(
    read: &(impl Read + ?Sized),
    tenant: &Tenant,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Client>, Fault> {
    records::list(read, tenant, "", after, limit)
}

/// Registers a client that [`registration::client`] made, with a new secret where it
/// is confidential.
///
/// # Errors
/// [`ClientError::Taken`].
pub fn register(
    txn: &mut dyn Txn,
    act: &Act,
    by: &str,
    mut client: Client,
    keks: &KekRing,
) -> Result<Registered, Stop<ClientError>> {
    if find(txn, &act.tenant, &client.client_id)?.is_some() {
        return Err(ClientError::Taken.into());
    }
    let mut shown = None;
    if client.token_endpoint_auth_method.has_secret() {
        let (secret, kept) = secret::make(act, &client, keks).map_err(Fault::from)?;
        client.secrets = vec![kept];
        shown = Some(secret);
    }
    records::insert(txn, &act.tenant, &client)?;
    Entry::new(act, Event::ClientCreated).actor(by).target(&client.client_id).append(txn)?;
    Ok(Registered { client, secret: shown })
}

/// Gives a confidential client a new secret. The present one is accepted for `grace` more, older ones no longer.
///
/// # Errors
/// [`ClientError::NotFound`], [`ClientError::NoSecret`].
pub fn rotate_secret(
    txn: &mut dyn Txn,
    act: &Act,
    by: &str,
    client_id: &str,
    grace: Duration,
    keks: &KekRing,
) -> Result<Registered, Stop<ClientError>> {
    let mut client = load(txn, act, client_id)?;
    if !client.token_endpoint_auth_method.has_secret() {
        return Err(ClientError::NoSecret.into());
    }
    client.secrets.retain(|secret| secret.expires_at.is_none() && grace.is_positive());
    for secret in &mut client.secrets {
        secret.expires_at = Some(act.now + grace);
    }
    let (secret, kept) = secret::make(act, &client, keks).map_err(Fault::from)?;
    client.secrets.push(kept);
    save(txn, act, by, &mut client, "secret_rotated")?;
    Ok(Registered { client, secret: Some(secret) })
}

/// Disables a client: it can do nothing, and its tokens are refreshed no more. Doing it again changes nothing.
///
/// # Errors
/// [`ClientError::NotFound`].
pub fn disable(txn: &mut dyn Txn, act: &Act, by: &str, client_id: &str) -> Result<Client, Stop<ClientError>> {
    set_disabled(txn, act, by, client_id, true)
}

/// Enables a disabled client again. Doing it again changes nothing.
///
/// # Errors
/// [`ClientError::NotFound`].
pub fn enable(txn: &mut dyn Txn, act: &Act, by: &str, client_id: &str) -> Result<Client, Stop<ClientError>> {
    set_disabled(txn, act, by, client_id, false)
}

/// Deletes a client. What was issued to it is refused from now on wherever we are asked.
///
/// # Errors
/// [`ClientError::NotFound`].
pub fn delete(txn: &mut dyn Txn, act: &Act, by: &str, client_id: &str) -> Result<(), Stop<ClientError>> {
    let client = load(txn, act, client_id)?;
    dynamic::forget(txn, act, &client);
    records::remove::<Client>(txn, &act.tenant, client_id);
    Entry::new(act, Event::ClientDeleted).actor(by).target(client_id).append(txn)?;
    Ok(())
}

fn set_disabled(
    txn: &mut dyn Txn,
    act: &Act,
    by: &str,
    client_id: &str,
    disabled: bool,
) -> Result<Client, Stop<ClientError>> {
    let mut client = load(txn, act, client_id)?;
    if client.disabled != disabled {
        client.disabled = disabled;
        save(txn, act, by, &mut client, if disabled { "disabled" } else { "enabled" })?;
    }
    Ok(client)
}

fn load(txn: &dyn Txn, act: &Act, client_id: &str) -> Result<Client, Stop<ClientError>> {
    find(txn, &act.tenant, client_id)?.ok_or_else(|| ClientError::NotFound.into())
}

fn save(
    txn: &mut dyn Txn,
    act: &Act,
    by: &str,
    client: &mut Client,
    cause: &'static str,
) -> Result<(), Fault> {
    client.updated_at = act.now;
    records::update(txn, &act.tenant, client)?;
    Entry::new(act, Event::ClientUpdated).because(cause).actor(by).target(&client.client_id).append(txn)
}
