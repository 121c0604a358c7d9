//! What is known of a person beside name and password, and its bounds.
//!
//! Roles and groups travel in every access token, so they are kept small.

use crate::records::User;
use std::fmt;

/// The longest full name, in bytes.
const MAX_NAME: usize = 256;
/// The longest mail address. RFC 5321 §4.5.3.1.3 leaves 254 bytes.
const MAX_EMAIL: usize = 254;
/// The longest role or group, in bytes.
const MAX_ENTRY: usize = 64;
/// All roles and groups together, in bytes: half of what an access token may weigh.
const MAX_ENTRIES: usize = 2048;

/// A change of a person's profile. What is `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ProfileChange {
    /// The full name: at most 256 bytes; `Some(None)` removes it.
    pub name: Option<Option<String>>,
    /// The mail address: at most 254 bytes; `Some(None)` removes it. Another address counts as not verified.
    pub email: Option<Option<String>>,
    /// Whether the address is known to be the person's.
    pub email_verified: Option<bool>,
    /// The roles: 1 to 64 printable bytes each, 2 KiB together with the groups.
    pub roles: Option<Vec<String>>,
    /// The groups: as the roles.
    pub groups: Option<Vec<String>>,
}

/// Why a profile is refused. Its text says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileError {
    /// The full name is empty, too long or holds control characters.
    Name,
    /// The text is no mail address.
    Email,
    /// There is no address that could be verified.
    NoEmail,
    /// A role or group is empty, too long or holds a character that is not printable ASCII.
    Entry,
    /// Roles and groups are too long together.
    TooManyEntries,
}

impl fmt::Display for ProfileError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Name => "the full name must have 1 to 256 bytes and no control characters",
            Self::Email => "the mail address must look like name@host, without spaces, 254 bytes at most",
            Self::NoEmail => "there is no mail address that could be verified: set one first",
            Self::Entry => "each role and group must have 1 to 64 printable ASCII characters",
            Self::TooManyEntries => {
                "roles and groups may have 2048 bytes together, as they go into every token"
            }
        })
    }
}

impl std::error::Error for ProfileError {}

impl ProfileChange {
    /// Makes the change, or refuses it and leaves `user` as it was.
    pub(super) fn apply(self, user: &mut User) -> Result<(), ProfileError> {
        let mut next = user.clone();
        if let Some(name) = self.name {
            next.name = name;
        }
        if let Some(email) = self.email
            && next.email != email
        {
            next.email = email;
            next.email_verified = false;
        }
        if let Some(verified) = self.email_verified {
            next.email_verified = verified;
        }
        if let Some(roles) = self.roles {
            next.roles = roles;
        }
        if let Some(groups) = self.groups {
            next.groups = groups;
        }
        check(&next)?;
        *user = next;
        Ok(())
    }
}

fn check(user: &User) -> Result<(), ProfileError> {
    if user.name.as_deref().is_some_and(|name| !is_name(name)) {
        return Err(ProfileError::Name);
    }
    if user.email.as_deref().is_some_and(|email| !is_email(email)) {
        return Err(ProfileError::Email);
    }
    if user.email.is_none() && user.email_verified {
        return Err(ProfileError::NoEmail);
    }
    let entries = || user.roles.iter().chain(&user.groups);
    if !entries().all(|entry| is_entry(entry)) {
        return Err(ProfileError::Entry);
    }
    if entries().map(String::len).sum::<usize>() > MAX_ENTRIES {
        return Err(ProfileError::TooManyEntries);
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    !name.trim().is_empty() && name.len() <= MAX_NAME && !name.chars().any(char::is_control)
}

/// A sanity check: only a mail that arrives proves an address.
fn is_email(email: &str) -> bool {
    let plain = !email.chars().any(|c| c.is_control() || c.is_whitespace() || "<>,;\"\\()".contains(c));
    let parts = email.rsplit_once('@').is_some_and(|(local, host)| {
        !local.is_empty() && !local.contains('@') && host.split('.').all(|label| !label.is_empty())
    });
    plain && parts && email.len() <= MAX_EMAIL
}

fn is_entry(entry: &str) -> bool {
    (1..=MAX_ENTRY).contains(&entry.len()) && entry.bytes().all(|b| (0x20..=0x7e).contains(&b))
}
