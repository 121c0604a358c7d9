//! One language's texts.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use std::fmt;
use unic_langid::LanguageIdentifier;

/// The texts cannot be read: a fault of the build, not of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextsError {
    /// The English file is missing.
    Missing,
    /// A file's name is not a language tag, or its content is not Fluent; holds which and why.
    Unreadable(String),
}

impl fmt::Display for TextsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => formatter.write_str("texts: the English file is missing"),
            Self::Unreadable(why) => write!(formatter, "texts: {why}"),
        }
    }
}

impl std::error::Error for TextsError {}

/// The parsed file of one language.
pub(super) struct Bundle {
    tag: String,
    keys: Vec<String>,
    texts: FluentBundle<FluentResource>,
}

impl Bundle {
    /// Parses a file.
    pub(super) fn parse(tag: &str, file: &[u8]) -> Result<Self, TextsError> {
        let unreadable = |why: String| TextsError::Unreadable(format!("{tag}: {why}"));
        let language: LanguageIdentifier = tag.parse().map_err(|_| unreadable("no language tag".into()))?;
        let source = String::from_utf8(file.to_vec()).map_err(|e| unreadable(e.to_string()))?;
        let mut keys: Vec<String> = source.lines().filter_map(key_of).map(str::to_owned).collect();
        keys.sort();
        let resource =
            FluentResource::try_new(source).map_err(|(_, errors)| unreadable(format!("{errors:?}")))?;
        let mut texts = FluentBundle::new_concurrent(vec![language.clone()]);
        // We do it ourselves, and only where it is needed: see `argument`.
        texts.set_use_isolating(false);
        texts.add_resource(resource).map_err(|errors| unreadable(format!("{errors:?}")))?;
        Ok(Self { tag: language.to_string(), keys, texts })
    }

    /// The language's tag.
    pub(super) fn tag(&self) -> &str {
        &self.tag
    }

    /// The keys, sorted.
    pub(super) fn keys(&self) -> &[String] {
        &self.keys
    }

    /// The text of `key`, if this language has one.
    pub(super) fn text(&self, key: &str, arguments: Option<&FluentArgs<'_>>) -> Option<String> {
        let pattern = self.texts.get_message(key)?.value()?;
        // An argument that is missing leaves its name in the text; the tests over all samples find that.
        let mut errors = Vec::new();
        Some(self.texts.format_pattern(pattern, arguments, &mut errors).into_owned())
    }
}

impl fmt::Debug for Bundle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Bundle({})", self.tag)
    }
}

/// The key that a line of a Fluent file defines, if it defines one.
fn key_of(line: &str) -> Option<&str> {
    let (key, _) = line.split_once('=')?;
    let key = key.trim_end();
    let named = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    named.then_some(key)
}
