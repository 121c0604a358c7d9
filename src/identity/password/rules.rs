//! What may be a password.

use precis_core::profile::PrecisFastInvocation as _;
use precis_profiles::OpaqueString;
use secrecy::{ExposeSecret as _, SecretString};
use std::fmt;

/// The longest password, in bytes of its prepared form. All of them count.
pub const MAX_BYTES: usize = 1024;

/// Passwords, and words that become one with a digit or a sign behind them, that every guesser tries first.
const COMMON: &str = include_str!("common_passwords.txt");

/// How many digits and signs behind a common word make it no better.
const MAX_TAIL: usize = 8;

/// What a new password must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// The fewest characters, 8 to 64. NIST SP 800-63B-4 §3.1.1.2 asks for 15 where a password stands alone and
    /// for 8 at the very least.
    pub min_chars: usize,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self { min_chars: 8 }
    }
}

/// Why a text is refused as a password. Its text says what to do, and tells nothing of the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordError {
    /// Nothing was typed.
    Empty,
    /// Fewer characters than the policy asks for.
    TooShort {
        /// What the policy asks for.
        min_chars: usize,
    },
    /// More than [`MAX_BYTES`] bytes.
    TooLong,
    /// It holds a control character, such as NUL, or a code point that is unknown to the PRECIS tables (Unicode 6.3).
    Character,
    /// It stands in the list of common passwords, or does so without the digits and signs at its end.
    Common,
    /// It is the username, as it is or with digits and signs at its end.
    Username,
}

impl fmt::Display for PasswordError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str("the password is empty"),
            Self::TooShort { min_chars } => {
                write!(formatter, "the password is too short: use at least {min_chars} characters")
            }
            Self::TooLong => write!(formatter, "the password is too long: use at most {MAX_BYTES} bytes"),
            Self::Character => formatter.write_str(
                "the password holds a character that cannot be used, such as NUL, a line break or a recent emoji: leave \
                 it out",
            ),
            Self::Common => formatter.write_str(
                "this password is among the first that are guessed: use several unrelated words, or let a password \
                 manager make one",
            ),
            Self::Username => formatter.write_str("the password is the username: use something else"),
        }
    }
}

impl std::error::Error for PasswordError {}

/// The prepared form of a password as it was typed: what is hashed, when it is set and when it is tried.
pub fn prepare(typed: &SecretString) -> Result<SecretString, PasswordError> {
    let typed = typed.expose_secret();
    if typed.is_empty() {
        return Err(PasswordError::Empty);
    }
    // Bounds the work: NFC makes a text at most three times longer, and never less than a third as long.
    if typed.len() > 3 * MAX_BYTES {
        return Err(PasswordError::TooLong);
    }
    // RFC 8265 §4.2: additional mapping of spaces, NFC, no case mapping, no empty result.
    let prepared = OpaqueString::enforce(typed).map_err(|_| PasswordError::Character)?;
    if prepared.len() > MAX_BYTES {
        return Err(PasswordError::TooLong);
    }
    Ok(SecretString::from(prepared.into_owned()))
}

/// Whether a prepared password may be set as the new one of the person with this (canonical) username.
pub fn check_new(
    password: &SecretString,
    username: &str,
    policy: PasswordPolicy,
) -> Result<(), PasswordError> {
    let password = password.expose_secret();
    if password.chars().count() < policy.min_chars {
        return Err(PasswordError::TooShort { min_chars: policy.min_chars });
    }
    let folded = password.to_lowercase();
    let stem = folded.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation());
    let stem = if folded.len() - stem.len() <= MAX_TAIL { stem } else { &folded };
    if folded == username || stem == username {
        return Err(PasswordError::Username);
    }
    let mut characters = folded.chars();
    let first = characters.next();
    if characters.all(|c| Some(c) == first) || COMMON.lines().any(|word| word == folded || word == stem) {
        return Err(PasswordError::Common);
    }
    Ok(())
}
