//! The types that a setting may have: how each is read, and how it is written back as TOML.

use super::raw::Written;
use std::net::SocketAddr;
use std::path::PathBuf;

/// A type of setting.
pub(super) trait Value: Sized {
    /// What may be written, to follow the word "give".
    const ALLOWED: &'static str;

    /// The value, where that is one.
    fn read(written: &Written) -> Option<Self>;

    /// The value as TOML.
    fn render(&self) -> String;

    /// What of it is none, where that is a part of what was written.
    fn strange_part(_written: &Written) -> Option<String> {
        None
    }
}

/// The text of a value that is written as a TOML string or in the environment.
pub(super) fn text(written: &Written) -> Option<&str> {
    match written {
        Written::Text(text) | Written::Environment(text) => Some(text),
        Written::Number(_) | Written::Flag(_) | Written::List(_) | Written::Other(_) => None,
    }
}

/// Quotes a TOML string.
pub(super) fn quote(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

impl Value for bool {
    const ALLOWED: &'static str = "true or false";
    fn read(written: &Written) -> Option<Self> {
        match written {
            Written::Flag(flag) => Some(*flag),
            Written::Environment(text) => text.parse().ok(),
            Written::Text(_) | Written::Number(_) | Written::List(_) | Written::Other(_) => None,
        }
    }
    fn render(&self) -> String {
        self.to_string()
    }
}

impl Value for u32 {
    const ALLOWED: &'static str = "a whole number";
    fn read(written: &Written) -> Option<Self> {
        match written {
            Written::Number(number) | Written::Environment(number) => number.parse().ok(),
            Written::Text(_) | Written::Flag(_) | Written::List(_) | Written::Other(_) => None,
        }
    }
    fn render(&self) -> String {
        self.to_string()
    }
}

impl Value for String {
    const ALLOWED: &'static str = "a text";
    fn read(written: &Written) -> Option<Self> {
        text(written).map(str::to_owned)
    }
    fn render(&self) -> String {
        quote(self)
    }
}

impl Value for PathBuf {
    const ALLOWED: &'static str = "a path";
    fn read(written: &Written) -> Option<Self> {
        text(written).filter(|path| !path.is_empty()).map(Self::from)
    }
    fn render(&self) -> String {
        quote(&self.to_string_lossy())
    }
}

impl Value for SocketAddr {
    const ALLOWED: &'static str = "an address and a port, such as \"127.0.0.1:8080\" or \"[::]:8080\"";
    fn read(written: &Written) -> Option<Self> {
        text(written)?.parse().ok()
    }
    fn render(&self) -> String {
        quote(&self.to_string())
    }
}

/// A list is a TOML array; in the environment its items are separated by commas.
impl<T: Value + Item> Value for Vec<T> {
    const ALLOWED: &'static str = T::LIST_ALLOWED;
    fn read(written: &Written) -> Option<Self> {
        items(written)?.iter().map(T::read).collect()
    }
    fn strange_part(written: &Written) -> Option<String> {
        items(written)?.iter().find(|item| T::read(item).is_none()).map(ToString::to_string)
    }
    fn render(&self) -> String {
        let items: Vec<_> = self.iter().map(Value::render).collect();
        format!("[{}]", items.join(", "))
    }
}

fn items(written: &Written) -> Option<Vec<Written>> {
    match written {
        Written::List(items) => Some(items.clone()),
        Written::Environment(text) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Some(items.map(|item| Written::Environment(item.to_owned())).collect())
        }
        Written::Text(_) | Written::Number(_) | Written::Flag(_) | Written::Other(_) => None,
    }
}

/// A type that may stand in a list.
pub(super) trait Item {
    /// What the list may hold, to follow the word "give".
    const LIST_ALLOWED: &'static str;
}

/// Makes a closed list of words into a setting.
macro_rules! words {
    ($type:ty, $allowed:literal, $($word:literal => $variant:path),+ $(,)?) => {
        impl crate::config::value::Value for $type {
            const ALLOWED: &'static str = $allowed;
            fn read(written: &crate::config::raw::Written) -> Option<Self> {
                match crate::config::value::text(written)? {
                    $($word => Some($variant),)+
                    _ => None,
                }
            }
            fn render(&self) -> String {
                crate::config::value::quote(match self { $($variant => $word,)+ })
            }
        }
    };
}
pub(super) use words;
