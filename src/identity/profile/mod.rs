//! What is known of a person beside name and password, and its bounds.
//!
//! Roles and groups travel in every access token, so they are kept small.

mod change;
mod check;

pub use change::ProfileChange;

use std::fmt;

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
    /// A name or word of the profile is empty, too long or holds control characters.
    Text(&'static str),
    /// A page or picture is no URL of the web.
    Url(&'static str),
    /// The birthday is no date.
    Birthdate,
    /// The time zone has no form of one.
    Zoneinfo,
    /// The language has no form of a tag.
    Locale,
    /// The telephone number is none by E.164.
    PhoneNumber,
    /// There is no number that could be verified.
    NoPhoneNumber,
    /// A part of the address is empty, too long or holds control characters.
    Address,
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
            Self::Text(member) => {
                return write!(formatter, "{member} must have 1 to 256 bytes and no control characters");
            }
            Self::Url(member) => {
                return write!(formatter, "{member} must be an https or http URL of 1024 bytes at most");
            }
            Self::Birthdate => {
                "birthdate must be YYYY-MM-DD, 0000-MM-DD where the year is not told, or YYYY alone"
            }
            Self::Zoneinfo => "zoneinfo must be a name of the time zone database, such as Europe/Paris",
            Self::Locale => "locale must be a language tag, such as en or pt-BR",
            Self::PhoneNumber => {
                "phone_number must be as by E.164, such as \"+1 (425) 555-1212\" or \"+56 2 687 2400;ext=5678\""
            }
            Self::NoPhoneNumber => "there is no telephone number that could be verified: set one first",
            Self::Address => {
                "each part of the address must have 1 to 1024 bytes, and no control characters but line breaks"
            }
        })
    }
}

impl std::error::Error for ProfileError {}
