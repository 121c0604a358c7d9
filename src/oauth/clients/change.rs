//! Changing a client's registration: what it keeps whatever it becomes, and which members changed.

use super::registration::Metadata;
use super::{ClientError, Registered, find, secret};
use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::keys::sealing::KekRing;
use crate::records::{self, Client, TokenEndpointAuthMethod};
use crate::storage::{Fault, Stop, Txn};
use serde_json::{Map, Value};

/// Puts `next` in the place of the client of the same identifier. What is no part of a registration stays as it is: when
/// it was made, whether it is disabled, and the secrets, as far as its method needs any. One that needs a secret of
/// another form, or its first, gets a new one.
///
/// # Errors
/// [`ClientError::NotFound`].
pub fn replace(
    txn: &mut dyn Txn,
    act: &Act,
    by: &str,
    mut next: Client,
    keks: &KekRing,
) -> Result<Registered, Stop<ClientError>> {
    let current = find(txn, &act.tenant, &next.client_id)?.ok_or(ClientError::NotFound)?;
    let method = next.token_endpoint_auth_method;
    let fits = |kept: &records::ClientSecret| {
        method != TokenEndpointAuthMethod::ClientSecretJwt || kept.sealed.is_some()
    };
    next.secrets = current.secrets.iter().filter(|kept| method.has_secret() && fits(kept)).cloned().collect();
    let mut shown = None;
    if method.has_secret() && next.secrets.is_empty() {
        let (secret, kept) = secret::make(act, &next, keks).map_err(Fault::from)?;
        next.secrets.push(kept);
        shown = Some(secret);
    }
    next.disabled = current.disabled;
    next.created_at = current.created_at;
    let members = differences(&members_of(current)?, &members_of(next.clone())?);
    next.updated_at = act.now;
    records::update(txn, &act.tenant, &next)?;
    let entry = Entry::new(act, Event::ClientUpdated).because("replaced").actor(by).target(&next.client_id);
    entry.members(members).append(txn)?;
    Ok(Registered { client: next, secret: shown })
}

fn members_of(client: Client) -> Result<Map<String, Value>, Fault> {
    match serde_json::to_value(Metadata::from(client)) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) | Err(_) => Err(Fault::broken("a client that is no object")),
    }
}

/// The names of the members that are not the same in both, in their order.
fn differences(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<String> {
    let mut names: Vec<&String> =
        before.keys().chain(after.keys()).filter(|name| before.get(*name) != after.get(*name)).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().cloned().collect()
}
