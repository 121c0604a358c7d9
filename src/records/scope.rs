//! A scope: an ordered set of scope tokens. RFC 6749 §3.3.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// A scope value: distinct scope tokens in the order in which they came. Serialised as they travel, separated by
/// single spaces.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scope(Vec<String>);

/// The text is not a scope: a token is empty or holds a character that RFC 6749 §3.3 does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeError;

impl fmt::Display for ScopeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(
            "a scope is a list of printable ASCII words without quotes and backslashes, one space apart",
        )
    }
}

impl std::error::Error for ScopeError {}

impl Scope {
    /// Reads a scope. Repeated tokens count once; runs of spaces, and spaces at the ends, are forgiven.
    ///
    /// # Errors
    /// [`ScopeError`] where a token holds anything but `%x21 / %x23-5B / %x5D-7E`.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        let mut tokens = Vec::new();
        // Looked up in a set: whoever sends a thousand words makes us compare no million pairs.
        let mut seen = BTreeSet::new();
        for token in text.split(' ').filter(|token| !token.is_empty()) {
            // RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ).
            if !token.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)) {
                return Err(ScopeError);
            }
            if seen.insert(token) {
                tokens.push(token.to_owned());
            }
        }
        Ok(Self(tokens))
    }

    /// Whether the scope has this token.
    pub fn contains(&self, token: &str) -> bool {
        self.0.iter().any(|known| known == token)
    }

    /// Whether every token of `self` is in `other` too.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.iter().all(|token| other.contains(token))
    }

    /// Whether there is no token.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tokens, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The tokens of both, those of `self` first.
    #[must_use]
    pub fn union(mut self, other: &Self) -> Self {
        for token in &other.0 {
            if !self.contains(token) {
                self.0.push(token.clone());
            }
        }
        self
    }

    /// The tokens of `self` for which `keep` holds.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&str) -> bool) -> Self {
        Self(self.0.iter().filter(|token| keep(token)).cloned().collect())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join(" "))
    }
}

impl TryFrom<String> for Scope {
    type Error = ScopeError;
    fn try_from(text: String) -> Result<Self, ScopeError> {
        Self::parse(&text)
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_keep_their_order_and_count_once() {
        assert_eq!(Scope::parse(" read  write read").unwrap().to_string(), "read write");
        assert!(Scope::parse("").unwrap().is_empty());
    }

    #[test]
    fn characters_outside_the_grammar_are_refused() {
        for bad in ["a\"b", "a\\b", "a\tb", "é", "a\nb", "a\0"] {
            assert_eq!(Scope::parse(bad), Err(ScopeError), "{bad:?}");
        }
    }

    #[test]
    fn a_scope_lies_within_another_when_all_its_tokens_do() {
        let wide = Scope::parse("a b c").unwrap();
        assert!(Scope::parse("c a").unwrap().is_within(&wide));
        assert!(!Scope::parse("a d").unwrap().is_within(&wide));
    }
}
