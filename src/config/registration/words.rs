//! The words of `[registration]`.

use crate::config::raw::Written;
use crate::config::value::{Item, Value, quote, text, words};
use crate::oauth::clients::dynamic::Mode;
use crate::records::{GrantType, Scope, TokenEndpointAuthMethod};
use url::Url;

words!(Mode, "\"off\", \"token\" or \"open\"",
    "off" => Mode::Off,
    "token" => Mode::Token,
    "open" => Mode::Open,
);

/// Makes the registered names of a type into a setting.
macro_rules! registered {
    ($type:ty, $allowed:literal, $list:literal) => {
        impl Value for $type {
            const ALLOWED: &'static str = $allowed;
            fn read(written: &Written) -> Option<Self> {
                let name = text(written)?;
                <$type>::ALL.into_iter().find(|known| known.as_str() == name)
            }
            fn render(&self) -> String {
                quote(self.as_str())
            }
        }

        impl Item for $type {
            const LIST_ALLOWED: &'static str = $list;
        }
    };
}

registered!(
    GrantType,
    "the registered name of a grant",
    "a list of grants such as [\"authorization_code\", \"refresh_token\"]"
);
registered!(
    TokenEndpointAuthMethod,
    "the registered name of a method of client authentication",
    "a list of methods such as [\"client_secret_basic\", \"private_key_jwt\", \"none\"]"
);

impl Value for Scope {
    const ALLOWED: &'static str = "a text of scope values, one space apart";
    fn read(written: &Written) -> Option<Self> {
        Self::parse(text(written)?).ok()
    }
    fn render(&self) -> String {
        quote(&self.to_string())
    }
}

/// Whose software statements count: `ISSUER JWKS_URI`, one space apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementSource {
    /// As `iss` names it.
    pub issuer: String,
    /// Where its keys are.
    pub jwks_uri: String,
}

impl Value for StatementSource {
    const ALLOWED: &'static str = "an issuer and the URI of its keys, one space apart";
    fn read(written: &Written) -> Option<Self> {
        let (issuer, jwks_uri) = text(written)?.split_once(' ')?;
        let is_called =
            Url::parse(jwks_uri).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
        (!issuer.is_empty() && is_called)
            .then(|| Self { issuer: issuer.to_owned(), jwks_uri: jwks_uri.to_owned() })
    }
    fn render(&self) -> String {
        quote(&format!("{} {}", self.issuer, self.jwks_uri))
    }
}

impl Item for StatementSource {
    const LIST_ALLOWED: &'static str =
        "a list such as [\"https://directory.example https://directory.example/jwks.json\"]";
}
