//! Every text that a person reads, by key, from Fluent bundles: one file a language in `locales/`, English first.
//!
//! A new language is a new file: it is embedded, offered to browsers that ask for it, and falls back to English
//! key by key. It is named by the shortest tag that all who read it ask for (`de`, not `de-DE`), for
//! one that says more than a reader does serves nobody: RFC 4647 §3.4. A name cannot rearrange the sentence around it.

mod argument;
mod bundle;
mod preference;

pub use bundle::TextsError;

use bundle::Bundle;
use fluent_bundle::FluentValue;
use rust_embed::Embed;
use std::sync::Arc;

/// The language that every key has a text in.
const ENGLISH: &str = "en";

#[derive(Embed)]
#[folder = "locales/"]
struct Locales;

/// The tags of all languages, English first. RFC 5646.
pub fn languages() -> Vec<String> {
    let names = Locales::iter();
    let mut tags: Vec<String> =
        names.filter_map(|name| name.strip_suffix(".ftl").map(str::to_owned)).collect();
    tags.sort_by_key(|tag| (tag != ENGLISH, tag.clone()));
    tags
}

/// The texts in all languages.
#[derive(Debug, Clone)]
pub struct Texts {
    english: Arc<Bundle>,
    all: Vec<Arc<Bundle>>,
}

impl Texts {
    /// Reads the embedded files.
    ///
    /// # Errors
    /// [`TextsError`] where a file is not Fluent, names a language that there is not, or English is missing. A test
    /// reads them all, so a built program does not fail here.
    pub fn load() -> Result<Self, TextsError> {
        let mut english = None;
        let mut all = Vec::new();
        for name in Locales::iter() {
            let Some(tag) = name.strip_suffix(".ftl") else { continue };
            let file = Locales::get(&name).ok_or(TextsError::Missing)?;
            let bundle = Arc::new(Bundle::parse(tag, &file.data)?);
            if tag == ENGLISH {
                english = Some(Arc::clone(&bundle));
            }
            all.push(bundle);
        }
        Ok(Self { english: english.ok_or(TextsError::Missing)?, all })
    }

    /// The language that fits best: `ui_locales` of the request first (OIDC Core §3.1.2.1, tags separated by
    /// spaces), then the browser's `Accept-Language` (RFC 9110 §12.5.4), then English; looked up as RFC 4647 §3.4 says.
    pub fn choose(&self, ui_locales: Option<&str>, accept_language: Option<&str>) -> Language {
        let wanted = preference::wanted(ui_locales, accept_language);
        let own = preference::look_up(&wanted, &self.all, |bundle| bundle.tag());
        let own = own.and_then(|at| self.all.get(at)).unwrap_or(&self.english);
        Language { own: Arc::clone(own), english: Arc::clone(&self.english) }
    }

    /// Every key, in the order of the alphabet. For the tests that compare the keys with their uses.
    pub fn keys(&self) -> Vec<String> {
        self.english.keys().to_vec()
    }
}

/// The texts in one language. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Language {
    own: Arc<Bundle>,
    english: Arc<Bundle>,
}

impl Language {
    /// The language's tag, as the `lang` attribute of a page has it. RFC 5646.
    pub fn tag(&self) -> &str {
        self.own.tag()
    }

    /// The text of `key`. A key without a text (a test fails on one) gives the key itself.
    pub fn text(&self, key: &str) -> String {
        self.own.text(key, None).or_else(|| self.english.text(key, None)).unwrap_or_else(|| key.to_owned())
    }

    /// The text of `key` with one argument.
    pub fn text_with<'a>(&self, key: &str, name: &'a str, value: impl Into<FluentValue<'a>>) -> String {
        self.text_with_all(key, [(name, value.into())])
    }

    /// The text of `key` with several arguments.
    pub fn text_with_all<'a>(
        &self,
        key: &str,
        arguments: impl IntoIterator<Item = (&'a str, FluentValue<'a>)>,
    ) -> String {
        let arguments =
            arguments.into_iter().map(|(name, value)| (name, argument::isolated(value))).collect();
        self.own
            .text(key, Some(&arguments))
            .or_else(|| self.english.text(key, Some(&arguments)))
            .unwrap_or_else(|| key.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read_and_english_is_the_last_resort() {
        let texts = Texts::load().unwrap();
        assert_eq!(texts.choose(None, None).tag(), "en");
        assert_eq!(texts.choose(Some("xx zz"), Some("q;;,")).tag(), "en");
        assert_eq!(texts.choose(None, None).text("login-title"), "Sign in");
    }

    #[test]
    fn numbers_choose_their_form() {
        let language = Texts::load().unwrap().choose(None, None);
        assert!(language.text_with("login-delayed", "seconds", 1).contains("one second"));
        assert!(language.text_with("login-delayed", "seconds", 30).contains("30"));
    }

    #[test]
    fn an_unknown_key_gives_itself() {
        assert_eq!(Texts::load().unwrap().choose(None, None).text("no-such-key"), "no-such-key");
    }
}
