//! A client reads, replaces and deletes its own registration. RFC 7592 §2.
//!
//! The registration access token is never exchanged for another: a lost answer would lock the client out (RFC 7592 §5
//! leaves that to the server).
//!
//! Not done: RFC 7592 §2.1: 403 for a client that may not read: whoever holds the token may. Not done: RFC 7592 §2.1: the
//! secret in the answer: its hash alone is kept. Not done: RFC 7592 §5: a token that expires: its client could not renew it.

use super::Information;
use crate::act::Act;
use crate::keys::sealing::KekRing;
use crate::oauth::clients::{self, ClientError};
use crate::oauth::{ErrorCode, OAuthError};
use crate::records::{Client, Origin, hash_of};
use crate::storage::{Fault, Read, Stop, Txn};
use secrecy::{ExposeSecret as _, SecretString};

/// The client whose token this is. Unknown clients, and those that did not register themselves, read the same from
/// outside as a wrong token: RFC 7592 §2.
///
/// # Errors
/// `invalid_token`.
pub fn load(
    read: &(impl Read + ?Sized),
    act: &Act,
    client_id: &str,
    token: &SecretString,
) -> Result<Client, Stop<OAuthError>> {
    let refuse = |cause| Err(Stop::Refused(OAuthError::invalid_token(cause)));
    let hash = hash_of(token.expose_secret().as_bytes());
    let Some(client) = clients::find(read, &act.tenant, client_id)? else {
        // RFC 7592 §2.1: 401; the token was the record's, and is gone with it.
        return refuse("registration.client_unknown");
    };
    let Origin::Registered(own) = &client.origin else {
        return refuse("registration.not_self_registered");
    };
    let is_own =
        own.token_hash.len() == hash.len() && openssl::memcmp::eq(own.token_hash.as_bytes(), hash.as_bytes());
    match (is_own, client.disabled) {
        (false, _) => refuse("registration.token_wrong"),
        (true, true) => refuse("client.disabled"),
        (true, false) => Ok(client),
    }
}

/// What a client wants to be from now on.
#[derive(Debug, Clone)]
pub struct Replacement {
    /// The client, as [`super::described`] made it.
    pub client: Client,
    /// The secret that it shows as its present one, where it shows any. RFC 7592 §2.2.
    pub client_secret: Option<SecretString>,
    /// The software statement, where one came along.
    pub software_statement: Option<String>,
}

/// Replaces the whole registration. RFC 7592 §2.2: what is left out is deleted, or has its default again.
///
/// # Errors
/// `invalid_token`; `invalid_client_metadata` where the secret is not the present one.
pub fn replace(
    txn: &mut dyn Txn,
    act: &Act,
    token: &SecretString,
    replacement: &Replacement,
    keks: &KekRing,
) -> Result<Information, Stop<OAuthError>> {
    let client_id = &replacement.client.client_id;
    let current = load(txn, act, client_id, token)?;
    // RFC 7592 §2.2: a client may repeat its secret, and may not choose one.
    if let Some(secret) = &replacement.client_secret {
        let hash = hash_of(secret.expose_secret().as_bytes());
        let is_own =
            |known: &str| known.len() == hash.len() && openssl::memcmp::eq(known.as_bytes(), hash.as_bytes());
        if !current.secrets.iter().any(|known| is_own(&known.hash)) {
            return Err(Stop::Refused(OAuthError::new(
                ErrorCode::InvalidClientMetadata,
                "client_secret: is not the present one; leave it out.",
                "registration.client_secret",
            )));
        }
    }
    let mut next = replacement.client.clone();
    next.origin = current.origin.clone();
    if let Origin::Registered(own) = &mut next.origin {
        own.software_statement.clone_from(&replacement.software_statement);
    }
    let changed = clients::replace(txn, act, client_id, next, keks).map_err(fault)?;
    Ok(Information::of(changed, token.clone()))
}

/// Deletes the client: nothing that it was given is good from now on. RFC 7592 §2.3.
///
/// # Errors
/// `invalid_token`.
pub fn delete(
    txn: &mut dyn Txn,
    act: &Act,
    client_id: &str,
    token: &SecretString,
) -> Result<(), Stop<OAuthError>> {
    load(txn, act, client_id, token)?;
    // RFC 7592 §2.3: grants and tokens fall with their client, since each is asked whether it still is there.
    clients::delete(txn, act, client_id, client_id).map_err(fault)
}

/// What cannot be, as the client was found in the same unit of work.
fn fault(stop: Stop<ClientError>) -> Stop<OAuthError> {
    match stop {
        Stop::Refused(error) => Stop::Fault(Fault::broken(error.to_string())),
        Stop::Fault(fault) => Stop::Fault(fault),
    }
}
