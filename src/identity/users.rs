//! Administering people: one function an act, called by the command line and by the admin API alike.
//!
//! Each is a unit of work that appends its audit entry. `by` is who does it: a subject, or `operator`. Whatever
//! withdraws a credential raises the person's credential epoch, which ends every browser session and grant of
//! theirs without a search for them.

use super::password::PasswordHash;
use super::profile::{ProfileChange, ProfileError};
use super::username::{UsernameError, canonical};
use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::identity::sign_out;
use crate::records::{self, Details, Tenant, User, Username};
use crate::storage::{Fault, Read, Stop, Txn};
use std::fmt;
use uuid::Uuid;

/// Somebody to be added.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The username as it was typed.
    pub username: String,
    /// The password's hash; without one the person cannot sign in by password.
    pub password: Option<PasswordHash>,
    /// Full name, mail address, roles, groups, and what else is known.
    pub profile: ProfileChange,
}

/// Why an act upon a person is refused. Its text says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserError {
    /// The text is no username.
    Username(UsernameError),
    /// Another person has this username, in this or another way of typing it.
    Taken,
    /// There is no such person.
    NotFound,
    /// The profile is out of bounds.
    Profile(ProfileError),
}

impl fmt::Display for UserError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Username(error) => error.fmt(formatter),
            Self::Taken => formatter.write_str("this username is taken: choose another"),
            Self::NotFound => formatter.write_str("there is no such person: `latchkey user list` shows all"),
            Self::Profile(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for UserError {}

impl From<UserError> for Stop<UserError> {
    fn from(error: UserError) -> Self {
        Self::Refused(error)
    }
}

/// The person with this subject.
pub fn find_by_id(read: &(impl Read + ?Sized), tenant: &Tenant, id: Uuid) -> Result<Option<User>, Fault> {
    records::find(read, tenant, &id.to_string())
}

/// The person with this username, typed in whatever way; none where the text is no username.
pub fn find_by_name(
    read: &(impl Read + ?Sized),
    tenant: &Tenant,
    typed: &str,
) -> Result<Option<User>, Fault> {
    let Ok(name) = canonical(typed) else { return Ok(None) };
    match records::find::<Username>(read, tenant, &name)? {
        Some(index) => find_by_id(read, tenant, index.user_id),
        None => Ok(None),
    }
}

/// Up to `limit` people in the order of their subjects, those behind `after` where it is given.
pub fn list(
    read: &(impl Read + ?Sized),
    tenant: &Tenant,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<User>, Fault> {
    let after = after.map(|id| id.to_string());
    records::list(read, tenant, "", after.as_deref(), limit)
}

/// Adds a person.
pub fn add(txn: &mut dyn Txn, act: &Act, by: &str, new: NewUser) -> Result<User, Stop<UserError>> {
    let username = canonical(&new.username).map_err(UserError::Username)?;
    if records::find::<Username>(txn, &act.tenant, &username)?.is_some() {
        return Err(UserError::Taken.into());
    }
    let mut user = User {
        id: act.seed.uuid("user.id"),
        username: username.clone(),
        name: None,
        email: None,
        email_verified: false,
        details: Details::default(),
        roles: Vec::new(),
        groups: Vec::new(),
        password: new.password.map(PasswordHash::into_string),
        credential_epoch: 0,
        disabled: false,
        created_at: act.now,
        updated_at: act.now,
    };
    new.profile.apply(&mut user).map_err(UserError::Profile)?;
    records::insert(txn, &act.tenant, &user)?;
    records::insert(txn, &act.tenant, &Username { username, user_id: user.id })?;
    Entry::new(act, Event::UserCreated).actor(by).target(user.id).append(txn)?;
    Ok(user)
}

/// Changes a person's profile.
pub fn change_profile(
    txn: &mut dyn Txn,
    act: &Act,
    by: &str,
    id: Uuid,
    change: ProfileChange,
) -> Result<User, Stop<UserError>> {
    let mut user = load(txn, act, id)?;
    change.apply(&mut user).map_err(UserError::Profile)?;
    save(txn, act, &mut user)?;
    Entry::new(act, Event::UserUpdated).because("profile").actor(by).target(id).append(txn)?;
    Ok(user)
}

/// Sets or replaces a person's password, and ends their sessions and grants.
pub fn set_password(
    txn: &mut dyn Txn,
    act: &Act,
    by: &str,
    id: Uuid,
    password: PasswordHash,
) -> Result<User, Stop<UserError>> {
    let mut user = load(txn, act, id)?;
    user.password = Some(password.into_string());
    user.credential_epoch = user.credential_epoch.saturating_add(1);
    save(txn, act, &mut user)?;
    sign_out::everywhere(txn, act, id)?;
    Entry::new(act, Event::AuthnPasswordChange).actor(by).target(id).append(txn)?;
    Ok(user)
}

/// Replaces the stored hash by a stronger one of the same password, unless the password has changed since `old` was
/// read. Ends nothing.
pub fn strengthen_hash(
    txn: &mut dyn Txn,
    act: &Act,
    id: Uuid,
    old: &str,
    new: PasswordHash,
) -> Result<(), Stop<UserError>> {
    let mut user = load(txn, act, id)?;
    if user.password.as_deref() == Some(old) {
        user.password = Some(new.into_string());
        records::update(txn, &act.tenant, &user)?;
        Entry::new(act, Event::UserUpdated).because("password_rehashed").actor(id).target(id).append(txn)?;
    }
    Ok(())
}

/// Disables a person: nothing can be done in their name, and their sessions and grants end for good. Doing it again
/// changes nothing.
pub fn disable(txn: &mut dyn Txn, act: &Act, by: &str, id: Uuid) -> Result<User, Stop<UserError>> {
    let mut user = load(txn, act, id)?;
    if !user.disabled {
        user.disabled = true;
        user.credential_epoch = user.credential_epoch.saturating_add(1);
        save(txn, act, &mut user)?;
        sign_out::everywhere(txn, act, id)?;
        Entry::new(act, Event::UserUpdated).because("disabled").actor(by).target(id).append(txn)?;
    }
    Ok(user)
}

/// Enables a disabled person again; they sign in anew. Doing it again changes nothing.
pub fn enable(txn: &mut dyn Txn, act: &Act, by: &str, id: Uuid) -> Result<User, Stop<UserError>> {
    let mut user = load(txn, act, id)?;
    if user.disabled {
        user.disabled = false;
        save(txn, act, &mut user)?;
        Entry::new(act, Event::UserUpdated).because("enabled").actor(by).target(id).append(txn)?;
    }
    Ok(user)
}

/// Deletes a person. Their username is free again; their subject is never given to anybody else.
pub fn delete(txn: &mut dyn Txn, act: &Act, by: &str, id: Uuid) -> Result<(), Stop<UserError>> {
    let user = load(txn, act, id)?;
    records::remove::<User>(txn, &act.tenant, &id.to_string());
    records::remove::<Username>(txn, &act.tenant, &user.username);
    sign_out::everywhere(txn, act, id)?;
    Entry::new(act, Event::UserDeleted).actor(by).target(id).append(txn)?;
    Ok(())
}

fn load(txn: &dyn Txn, act: &Act, id: Uuid) -> Result<User, Stop<UserError>> {
    find_by_id(txn, &act.tenant, id)?.ok_or_else(|| UserError::NotFound.into())
}

fn save(txn: &mut dyn Txn, act: &Act, user: &mut User) -> Result<(), Fault> {
    user.updated_at = act.now;
    records::update(txn, &act.tenant, user)
}
