//! What was written, before anything is known about its meaning: every value with the place where it stands.

use super::fault::{Fault, Origin};
use super::protocol::details;
use crate::oauth::authorization_details::DetailTypes;
use std::collections::BTreeMap;
use std::path::Path;
use toml::de::{DeTable, DeValue};

/// Environment variables that begin so are settings: `LATCHKEY__SECTION__KEY`, or `LATCHKEY__KEY` at the top level.
const PREFIX: &str = "LATCHKEY__";

/// One written value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Written {
    /// A TOML string.
    Text(String),
    /// A TOML integer, as it was written.
    Number(String),
    /// A TOML boolean.
    Flag(bool),
    /// A TOML array.
    List(Vec<Written>),
    /// The value of an environment variable: it may stand for any of the above.
    Environment(String),
    /// Anything else that TOML can say; no setting takes it.
    Other(&'static str),
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) written: Written,
    pub(super) origin: Origin,
}

/// Every written value by section (empty for the top level) and key.
#[derive(Debug, Default)]
pub(super) struct Raw {
    pub(super) entries: BTreeMap<(String, String), Entry>,
    /// The sections that a file opens, with the place of each.
    pub(super) sections: BTreeMap<String, Origin>,
    /// The tables of each list, `[[name]]`, with the place of each. Their entries stand under `name.0`, `name.1` …
    pub(super) lists: BTreeMap<String, Vec<Origin>>,
    pub(super) faults: Vec<Fault>,
    /// The types of authorization details that a file has.
    pub(super) details: DetailTypes,
}

impl Raw {
    /// Adds the settings of a file. What is not TOML becomes a fault at its line.
    pub(super) fn add_file(&mut self, path: &Path, text: &str) {
        let at = |offset: usize| Origin::File { path: path.to_owned(), line: line_of(text, offset) };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let origin = at(error.span().map_or(0, |span| span.start));
            let what = format!("not TOML: {}", error.message().replace('\n', " "));
            self.faults.push(Fault { origin, key: String::new(), what });
        }
        for (key, value) in table.get_ref() {
            let origin = at(key.span().start);
            if key.get_ref() == details::SECTION && matches!(value.get_ref(), DeValue::Table(_)) {
                self.add_details(text, origin);
            } else if let DeValue::Table(section) = value.get_ref() {
                self.sections.insert(key.get_ref().to_string(), origin);
                for (inner, value) in section {
                    let entry = Entry { written: written(value.get_ref()), origin: at(inner.span().start) };
                    self.entries.insert((key.get_ref().to_string(), inner.get_ref().to_string()), entry);
                }
            } else if let Some(tables) = tables(value.get_ref()) {
                let key = key.get_ref().to_string();
                for (number, (offset, table)) in tables.into_iter().enumerate() {
                    for (inner, value) in table {
                        let entry =
                            Entry { written: written(value.get_ref()), origin: at(inner.span().start) };
                        self.entries.insert((format!("{key}.{number}"), inner.get_ref().to_string()), entry);
                    }
                    self.lists.entry(key.clone()).or_default().push(at(offset));
                }
            } else {
                let entry = Entry { written: written(value.get_ref()), origin };
                self.entries.insert((String::new(), key.get_ref().to_string()), entry);
            }
        }
    }

    fn add_details(&mut self, text: &str, origin: Origin) {
        let key = details::SECTION.to_owned();
        match details::read(text) {
            Ok(types) => {
                for (name, what) in types.faults() {
                    let fault = Fault { origin: origin.clone(), key: format!("{key}.{name}"), what };
                    self.faults.push(fault);
                }
                self.details = types;
            }
            Err((at, what)) => {
                let origin = match origin {
                    Origin::File { path, .. } => Origin::File { path, line: line_of(text, at) },
                    other @ (Origin::Environment(_) | Origin::Default) => other,
                };
                self.faults.push(Fault { origin, key, what });
            }
        }
    }

    /// Adds the settings among the variables of the environment, which win over those of a file.
    pub(super) fn add_environment(&mut self, variables: &[(String, String)]) {
        for (name, value) in variables {
            let Some(path) = name.strip_prefix(PREFIX) else { continue };
            let path = path.to_ascii_lowercase();
            let (section, key) = path.split_once("__").unwrap_or(("", &path));
            let entry = Entry {
                written: Written::Environment(value.clone()),
                origin: Origin::Environment(name.clone()),
            };
            self.entries.insert((section.to_owned(), key.to_owned()), entry);
        }
    }
}

/// The tables of an array that holds nothing else, each with its place.
fn tables<'a, 'b>(value: &'a DeValue<'b>) -> Option<Vec<(usize, &'a DeTable<'b>)>> {
    let DeValue::Array(items) = value else { return None };
    let table = |item: &'a toml::Spanned<DeValue<'b>>| {
        if let DeValue::Table(table) = item.get_ref() { Some((item.span().start, table)) } else { None }
    };
    if items.is_empty() { None } else { items.iter().map(table).collect() }
}

fn written(value: &DeValue<'_>) -> Written {
    match value {
        DeValue::String(text) => Written::Text(text.to_string()),
        DeValue::Integer(number) => Written::Number(number.to_string().replace('_', "")),
        DeValue::Boolean(flag) => Written::Flag(*flag),
        DeValue::Array(items) => Written::List(items.iter().map(|item| written(item.get_ref())).collect()),
        DeValue::Float(_) => Written::Other("a fraction"),
        DeValue::Datetime(_) => Written::Other("a date"),
        DeValue::Table(_) => Written::Other("a table"),
    }
}

/// The line, counted from 1, in which the byte `offset` stands.
fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

impl std::fmt::Display for Written {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) | Self::Environment(text) => write!(formatter, "{text:?}"),
            Self::Number(number) => formatter.write_str(number),
            Self::Flag(flag) => write!(formatter, "{flag}"),
            Self::List(_) => formatter.write_str("a list"),
            Self::Other(what) => formatter.write_str(what),
        }
    }
}
