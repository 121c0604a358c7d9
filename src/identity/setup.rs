//! The one-time link by which the first administrator is added, while there is nobody yet. Valid for 30 minutes,
//! once. The store holds only the hash of its token.

use super::users::{self, NewUser, UserError};
use crate::act::Act;
use crate::records::{self, SetupLink, User, hash_of};
use crate::storage::{Fault, Read, Stop, Txn};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use std::fmt;
use time::Duration;

/// By which a leaked set-up token is found, and told from every other kind.
pub const PREFIX: &str = "lki_";

/// How long a link can be used.
pub const LIFE: Duration = Duration::minutes(30);

/// The role that the first administrator gets.
pub const ADMINISTRATOR: &str = "admin";

/// Why a set-up is refused. Its text says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupError {
    /// The link is unknown, used or expired, or somebody has been added in the meantime.
    Link,
    /// The person cannot be added like this.
    User(UserError),
}

impl fmt::Display for SetupError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link => {
                formatter.write_str("this set-up link is used or expired: restart the server for a new one")
            }
            Self::User(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for SetupError {}

/// Makes a new link's token, where nobody has been added yet; the earlier links are dead then.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn issue(txn: &mut dyn Txn, act: &Act) -> Result<Option<SecretString>, Fault> {
    if !is_empty(txn, act)? {
        return Ok(None);
    }
    for old in records::list::<SetupLink>(txn, &act.tenant, "", None, 100)? {
        records::remove::<SetupLink>(txn, &act.tenant, &old.hash);
    }
    let token = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(act.seed.expand("setup.token")));
    let link = SetupLink { hash: hash_of(token.as_bytes()), created_at: act.now, expires_at: act.now + LIFE };
    records::insert(txn, &act.tenant, &link)?;
    Ok(Some(token.into()))
}

/// Whether the link with this token can be used now.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn is_usable(read: &(impl Read + ?Sized), act: &Act, token: &SecretString) -> Result<bool, Fault> {
    let hash = hash_of(token.expose_secret().as_bytes());
    let link: Option<SetupLink> = records::find(read, &act.tenant, &hash)?;
    Ok(link.is_some_and(|link| act.now < link.expires_at) && is_empty(read, act)?)
}

/// Adds the first administrator and uses the link up, in one.
///
/// # Errors
/// [`SetupError::Link`] or [`SetupError::User`]; the link then stays as it was.
pub fn consume(
    txn: &mut dyn Txn,
    act: &Act,
    token: &SecretString,
    mut new: NewUser,
) -> Result<User, Stop<SetupError>> {
    if !is_usable(txn, act, token)? {
        return Err(Stop::Refused(SetupError::Link));
    }
    new.profile.roles = Some(vec![ADMINISTRATOR.to_owned()]);
    let user = users::add(txn, act, "setup", new).map_err(|stop| match stop {
        Stop::Refused(error) => Stop::Refused(SetupError::User(error)),
        Stop::Fault(fault) => Stop::Fault(fault),
    })?;
    records::remove::<SetupLink>(txn, &act.tenant, &hash_of(token.expose_secret().as_bytes()));
    Ok(user)
}

fn is_empty(read: &(impl Read + ?Sized), act: &Act) -> Result<bool, Fault> {
    Ok(users::list(read, &act.tenant, None, 1)?.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::ProfileChange;
    use crate::ports::Seed;
    use crate::records::Tenant;
    use crate::storage::Store;
    use time::OffsetDateTime;

    fn act(minutes: i64, seed: u8) -> Act {
        let start = OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap();
        let now = start + Duration::minutes(minutes);
        Act::internal(Tenant::default_tenant(), now, Seed::new([seed; 32]), "test".to_owned())
    }

    fn issued(store: &Store, act: Act) -> Option<SecretString> {
        store.run_blocking(move |txn| issue(txn, &act).map_err(Stop::<()>::Fault)).unwrap()
    }

    fn consumed(store: &Store, act: Act, token: &SecretString, username: &str) -> Result<User, SetupError> {
        let token = token.clone();
        let new =
            NewUser { username: username.to_owned(), password: None, profile: ProfileChange::default() };
        store.run_blocking(move |txn| consume(txn, &act, &token, new.clone())).map_err(|stop| match stop {
            Stop::Refused(error) => error,
            Stop::Fault(fault) => panic!("{fault}"),
        })
    }

    #[test]
    fn a_link_adds_one_administrator_once() {
        let store = Store::memory();
        let token = issued(&store, act(0, 1)).unwrap();
        let bad_name = consumed(&store, act(1, 2), &token, "");
        assert!(matches!(bad_name, Err(SetupError::User(_))), "{bad_name:?}");
        let user = consumed(&store, act(1, 2), &token, "ada").unwrap();
        assert_eq!(user.roles, [ADMINISTRATOR]);
        assert_eq!(consumed(&store, act(2, 3), &token, "eve").unwrap_err(), SetupError::Link);
        assert!(issued(&store, act(3, 4)).is_none(), "somebody is there");
    }

    #[test]
    fn a_link_expires_and_a_new_one_replaces_it() {
        let store = Store::memory();
        let first = issued(&store, act(0, 1)).unwrap();
        assert!(is_usable(&store, &act(29, 0), &first).unwrap());
        assert!(!is_usable(&store, &act(30, 0), &first).unwrap());
        let second = issued(&store, act(1, 2)).unwrap();
        assert!(!is_usable(&store, &act(1, 0), &first).unwrap());
        assert!(is_usable(&store, &act(1, 0), &second).unwrap());
        let wrong = SecretString::from("lki_wrong");
        assert_eq!(consumed(&store, act(1, 3), &wrong, "ada").unwrap_err(), SetupError::Link);
    }
}
