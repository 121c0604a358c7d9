//! Usernames: one canonical form for every way of typing a name. RFC 8265 §3.3, profile `UsernameCaseMapped`.
//!
//! Upper case, full-width letters and unnormalised accents end in the same form, so no two accounts differ only in
//! these; invisible, compatibility and control characters are refused. Names that look like mail addresses are
//! names like any other.

use precis_core::profile::PrecisFastInvocation as _;
use precis_profiles::UsernameCaseMapped;
use std::fmt;

/// The longest canonical username, in bytes.
pub const MAX_BYTES: usize = 128;

/// The longest text that is looked at, in bytes: bounds the work, and leaves room for forms that shrink.
const MAX_TYPED_BYTES: usize = 4 * MAX_BYTES;

/// Why a text is no username. Its text says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsernameError {
    /// Nothing was typed but blanks.
    Empty,
    /// More than [`MAX_BYTES`] bytes.
    TooLong,
    /// A character that cannot stand in a username.
    Character(char),
    /// Right-to-left and left-to-right parts are mixed in a way that could be read as another name. RFC 5893 §2.
    Direction,
}

impl fmt::Display for UsernameError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str("the username is empty: give at least one letter or digit"),
            Self::TooLong => write!(formatter, "the username is too long: use at most {MAX_BYTES} bytes"),
            Self::Character(' ') => {
                formatter.write_str("a username has no spaces: use a dot, a hyphen or an underscore instead")
            }
            Self::Character(character) => write!(
                formatter,
                "the character U+{:04X} cannot stand in a username: use letters, digits and signs such as . - _ @ +",
                u32::from(*character)
            ),
            Self::Direction => formatter.write_str(
                "the username mixes right-to-left and left-to-right writing: use one direction, and begin and end \
                 with a letter or digit of it",
            ),
        }
    }
}

impl std::error::Error for UsernameError {}

/// The canonical form of a username as it was typed: 1 to 128 bytes. Blanks around it are dropped.
///
/// The canonical form of a canonical form is itself.
pub fn canonical(typed: &str) -> Result<String, UsernameError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(UsernameError::Empty);
    }
    if typed.len() > MAX_TYPED_BYTES {
        return Err(UsernameError::TooLong);
    }
    let name = stable(typed)?;
    if name.len() > MAX_BYTES {
        return Err(UsernameError::TooLong);
    }
    Ok(name)
}

/// RFC 8264 §7: the rules are applied again until nothing changes, at most three times more.
fn stable(typed: &str) -> Result<String, UsernameError> {
    let mut name = enforce(typed)?;
    for _ in 0..3 {
        let again = enforce(&name)?;
        if again == name {
            return Ok(name);
        }
        name = again;
    }
    Err(UsernameError::Direction)
}

fn enforce(text: &str) -> Result<String, UsernameError> {
    UsernameCaseMapped::enforce(text).map(std::borrow::Cow::into_owned).map_err(|error| match error {
        precis_core::Error::BadCodepoint(info) => {
            UsernameError::Character(char::from_u32(info.cp).unwrap_or(char::REPLACEMENT_CHARACTER))
        }
        precis_core::Error::Invalid | precis_core::Error::Unexpected(_) => UsernameError::Direction,
    })
}
