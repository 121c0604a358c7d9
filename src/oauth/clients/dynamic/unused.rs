//! Clients that came by themselves and never got a token go again, so that nobody fills the store for nothing.

use crate::act::Act;
use crate::oauth::clients::{self, ClientError};
use crate::records::{self, Client, UnusedClient};
use crate::storage::{Fault, Stop, Txn};

/// Notes when a client goes, if it does.
pub(in crate::oauth::clients) fn note(txn: &mut dyn Txn, act: &Act, client: &Client) -> Result<(), Fault> {
    match record(client) {
        Some(record) => records::insert(txn, &act.tenant, &record),
        None => Ok(()),
    }
}

/// Forgets that a client was to go.
pub(in crate::oauth::clients) fn forget(txn: &mut dyn Txn, act: &Act, client: &Client) {
    if let Some(record) = record(client) {
        records::remove::<UnusedClient>(txn, &act.tenant, &records::Record::id(&record));
    }
}

/// Notes that a client got a token, once: from now on it stays.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn note_use(txn: &mut dyn Txn, act: &Act, client_id: &str) -> Result<(), Fault> {
    let Some(mut client) = clients::find(txn, &act.tenant, client_id)? else { return Ok(()) };
    if client.origin.unused_until().is_none() {
        return Ok(());
    }
    forget(txn, act, &client);
    client.origin = client.origin.used();
    records::update(txn, &act.tenant, &client)
}

/// Deletes up to `limit` clients whose time has passed, and gives how many there were.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn expire(txn: &mut dyn Txn, act: &Act, limit: usize) -> Result<usize, Fault> {
    let first: Vec<UnusedClient> = records::list(txn, &act.tenant, "", None, limit)?;
    let due: Vec<_> = first.into_iter().take_while(|unused| unused.until <= act.now).collect();
    for unused in &due {
        records::remove::<UnusedClient>(txn, &act.tenant, &records::Record::id(unused));
        match clients::delete(txn, act, "server", &unused.client_id) {
            Ok(()) | Err(Stop::Refused(ClientError::NotFound)) => {}
            Err(Stop::Refused(error)) => return Err(Fault::broken(error.to_string())),
            Err(Stop::Fault(fault)) => return Err(fault),
        }
    }
    Ok(due.len())
}

fn record(client: &Client) -> Option<UnusedClient> {
    let until = client.origin.unused_until()?;
    Some(UnusedClient { client_id: client.client_id.clone(), until })
}
