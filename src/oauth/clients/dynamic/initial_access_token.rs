//! Initial access tokens: an operator makes one, hands it to whoever shall register clients, and may withdraw it.
//! RFC 7591 §3.

use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::oauth::OAuthError;
use crate::records::{self, GrantType, InitialAccessToken, Profile, Scope, Tenant, hash_of};
use crate::storage::{Fault, Read, Stop, Txn};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use std::fmt;
use time::Duration;

/// By which a leaked token is found, and told from every other kind.
pub const PREFIX: &str = "lkt_";

/// How many tokens there may be.
const MAX: usize = 1000;

/// What a new token shall allow.
#[derive(Debug, Clone, Default)]
pub struct New {
    /// For whom it is.
    pub note: Option<String>,
    /// For how long it can be used.
    pub life: Duration,
    /// How many clients may be registered with it; any number, where there is none.
    pub uses: Option<u32>,
    /// The scope that they may have.
    pub scope: Option<Scope>,
    /// The grants that they may use.
    pub grant_types: Vec<GrantType>,
    /// The resources that they may ask tokens for.
    pub resources: Vec<String>,
    /// The set of demands that they are held to.
    pub profile: Option<Profile>,
}

/// There is no such token, or more than one whose name begins so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotFound;

impl fmt::Display for NotFound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("there is no such token: `latchkey client token list` shows all")
    }
}

/// Makes a token. It can be read this once.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn create(
    txn: &mut dyn Txn,
    act: &Act,
    by: &str,
    new: New,
) -> Result<(InitialAccessToken, SecretString), Fault> {
    let token = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(act.seed.expand("initial_access_token")));
    let record = InitialAccessToken {
        hash: hash_of(token.as_bytes()),
        note: new.note,
        uses_left: new.uses,
        scope: new.scope,
        grant_types: new.grant_types,
        resources: new.resources,
        profile: new.profile,
        created_at: act.now,
        expires_at: act.now.saturating_add(new.life),
    };
    records::insert(txn, &act.tenant, &record)?;
    Entry::new(act, Event::RegistrationTokenCreated).actor(by).target(record.name()).append(txn)?;
    Ok((record, token.into()))
}

/// Every token that has not expired yet.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn list(read: &(impl Read + ?Sized), tenant: &Tenant) -> Result<Vec<InitialAccessToken>, Fault> {
    records::list(read, tenant, "", None, MAX)
}

/// Withdraws the token of this name.
///
/// # Errors
/// [`NotFound`].
pub fn revoke(
    txn: &mut dyn Txn,
    act: &Act,
    by: &str,
    name: &str,
) -> Result<InitialAccessToken, Stop<NotFound>> {
    let mut found = records::list::<InitialAccessToken>(txn, &act.tenant, name, None, 2)?;
    let (Some(record), true) = (found.pop(), found.is_empty() && name.len() >= 4) else {
        return Err(Stop::Refused(NotFound));
    };
    records::remove::<InitialAccessToken>(txn, &act.tenant, &record.hash);
    Entry::new(act, Event::RegistrationTokenRevoked).actor(by).target(record.name()).append(txn)?;
    Ok(record)
}

/// The token that somebody shows.
pub(super) fn find(
    read: &(impl Read + ?Sized),
    act: &Act,
    token: &str,
) -> Result<InitialAccessToken, Stop<OAuthError>> {
    load(read, act, &hash_of(token.as_bytes()))
}

/// Takes one use from a token. The last one ends it.
pub(super) fn spend(
    txn: &mut dyn Txn,
    act: &Act,
    hash: &str,
) -> Result<InitialAccessToken, Stop<OAuthError>> {
    let mut token = load(txn, act, hash)?;
    match token.uses_left {
        None => {}
        Some(0 | 1) => records::remove::<InitialAccessToken>(txn, &act.tenant, hash),
        Some(uses) => {
            token.uses_left = Some(uses - 1);
            records::update(txn, &act.tenant, &token)?;
        }
    }
    Ok(token)
}

fn load(read: &(impl Read + ?Sized), act: &Act, hash: &str) -> Result<InitialAccessToken, Stop<OAuthError>> {
    records::find::<InitialAccessToken>(read, &act.tenant, hash)?
        .filter(|token| act.now < token.expires_at)
        .ok_or(Stop::Refused(OAuthError::invalid_token("registration.token_unknown")))
}
