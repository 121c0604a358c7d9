//! Takes settings out of what was written: one call a key, which names the key, its default and what it allows.
//! Whatever is left in the end is an unknown key.

use super::fault::{Fault, Origin};
use super::protocol::details;
use super::raw::Raw;
use super::value::Value;
use crate::oauth::authorization_details::DetailTypes;
use std::collections::BTreeMap;

/// A key that the server knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The section; empty at the top level.
    pub section: &'static str,
    /// The key within it.
    pub name: &'static str,
    /// The default as TOML; none where the key is unset by default.
    pub default: Option<String>,
}

/// Reads settings and collects faults, so that all of them are told at once.
pub(super) struct Reader {
    raw: Raw,
    origins: BTreeMap<String, Origin>,
    keys: Vec<Key>,
    values: BTreeMap<String, String>,
}

impl Reader {
    pub(super) fn new(raw: Raw) -> Self {
        Self { raw, origins: BTreeMap::new(), keys: Vec::new(), values: BTreeMap::new() }
    }

    /// The keys of one section (empty: the top level).
    pub(super) fn section(&mut self, name: &'static str) -> Section<'_> {
        self.raw.sections.remove(name);
        Section { reader: self, name, place: name.to_owned(), is_known: false }
    }

    /// How many tables a list, `[[name]]`, has.
    pub(super) fn tables(&mut self, name: &'static str) -> usize {
        let tables = self.raw.lists.remove(name).unwrap_or_default();
        for (at, origin) in tables.iter().enumerate() {
            self.origins.insert(format!("{name}.{at}"), origin.clone());
        }
        tables.len()
    }

    /// One table of a list. Its keys are known from [`Reader::template`].
    pub(super) fn table(&mut self, name: &'static str, at: usize) -> Section<'_> {
        Section { reader: self, name, place: format!("{name}.{at}"), is_known: true }
    }

    /// A table of a list in which nothing is written: to be read once, so that its keys are known.
    pub(super) fn template(&mut self, name: &'static str) -> Section<'_> {
        Section { reader: self, name, place: format!("{name}.*"), is_known: false }
    }

    /// The types of authorization details. They have no keys of their own here, and are compared as a whole.
    pub(super) fn take_details(&mut self) -> DetailTypes {
        let details = std::mem::take(&mut self.raw.details);
        for name in details.names() {
            let written = details.get(name).map(|kind| format!("{kind:?}")).unwrap_or_default();
            self.values.insert(format!("{}.{name}", details::SECTION), written);
        }
        details
    }

    /// Adds a fault about keys that contradict each other: it names the first, and stands where the first of them
    /// that is written at all is written.
    pub(super) fn refuse(&mut self, keys: &[&str], what: impl Into<String>) {
        let origin = keys.iter().find_map(|key| self.origins.get(*key)).cloned().unwrap_or(Origin::Default);
        let key = keys.first().copied().unwrap_or_default();
        self.raw.faults.push(Fault { origin, key: key.to_owned(), what: what.into() });
    }

    /// The value of every key that was written, as TOML.
    pub(super) fn values(&self) -> BTreeMap<String, String> {
        self.values.clone()
    }

    /// Where every key stands that was written.
    pub(super) fn origins(&self) -> BTreeMap<String, Origin> {
        self.origins.clone()
    }

    /// Every fault, those for unknown keys included, in the order of the file; and every key that was asked for.
    pub(super) fn finish(mut self) -> (Vec<Fault>, Vec<Key>) {
        for (section, origin) in std::mem::take(&mut self.raw.sections) {
            let sections = self.keys.iter().map(|key| key.section).filter(|name| !name.is_empty());
            let sections = sections.chain([details::SECTION]);
            let what = unknown("section", &section, sections);
            self.raw.entries.retain(|(of, _), _| *of != section);
            self.raw.faults.push(Fault { origin, key: format!("[{section}]"), what });
        }
        for (list, origins) in std::mem::take(&mut self.raw.lists) {
            self.raw.entries.retain(|(of, _), _| of.split('.').next() != Some(&list));
            let what = unknown("list", &list, self.keys.iter().map(|key| key.section));
            let origin = origins.into_iter().next().unwrap_or(Origin::Default);
            self.raw.faults.push(Fault { origin, key: format!("[[{list}]]"), what });
        }
        for ((section, name), entry) in std::mem::take(&mut self.raw.entries) {
            let of = section.split('.').next().unwrap_or_default();
            let siblings = self.keys.iter().filter(|key| key.section == of);
            let what = match siblings.clone().count() {
                0 => unknown("key", &dotted(&section, &name), self.keys.iter().map(|key| key.section)),
                _ => unknown("key", &name, siblings.map(|key| key.name)),
            };
            self.raw.faults.push(Fault { origin: entry.origin, key: dotted(&section, &name), what });
        }
        let mut faults = self.raw.faults;
        faults.sort_by_key(|fault| match &fault.origin {
            Origin::File { line, .. } => *line,
            Origin::Environment(_) | Origin::Default => usize::MAX,
        });
        (faults, self.keys)
    }
}

/// One section of the configuration while it is read.
pub(super) struct Section<'a> {
    reader: &'a mut Reader,
    name: &'static str,
    /// Where its entries stand: under its name, but for the tables of a list.
    place: String,
    /// Whether its keys were counted already.
    is_known: bool,
}

impl Section<'_> {
    /// The value of `key`, or its default where it is not written (or not allowed, which is a fault).
    pub(super) fn take<T: Value>(&mut self, key: &'static str, default: T) -> T {
        self.take_if(key, default, T::ALLOWED, |_| true)
    }

    /// Like [`Section::take`], for a key that is unset by default.
    pub(super) fn take_optional<T: Value>(&mut self, key: &'static str) -> Option<T> {
        self.count(key, None);
        self.read(key, T::ALLOWED, |_| true)
    }

    /// Like [`Section::take`], allowing only values between two bounds, both included.
    pub(super) fn take_within<T: Value + PartialOrd>(
        &mut self,
        key: &'static str,
        default: T,
        bounds: std::ops::RangeInclusive<T>,
    ) -> T {
        let allowed = format!("{} from {} to {}", T::ALLOWED, bounds.start().render(), bounds.end().render());
        self.take_if(key, default, &allowed, |value| bounds.contains(value))
    }

    /// Like [`Section::take`], allowing only values for which `allows` holds; `allowed` says which those are.
    pub(super) fn take_if<T: Value>(
        &mut self,
        key: &'static str,
        default: T,
        allowed: &str,
        allows: impl Fn(&T) -> bool,
    ) -> T {
        self.count(key, Some(default.render()));
        self.read(key, allowed, allows).unwrap_or(default)
    }

    fn count(&mut self, name: &'static str, default: Option<String>) {
        if !self.is_known {
            self.reader.keys.push(Key { section: self.name, name, default });
        }
    }

    fn read<T: Value>(&mut self, key: &'static str, allowed: &str, allows: impl Fn(&T) -> bool) -> Option<T> {
        let entry = self.reader.raw.entries.remove(&(self.place.clone(), key.to_owned()))?;
        let dotted = dotted(&self.place, key);
        self.reader.origins.insert(dotted.clone(), entry.origin);
        let value = T::read(&entry.written).filter(|value| allows(value));
        if let Some(value) = &value {
            self.reader.values.insert(dotted, value.render());
        } else {
            let strange = T::strange_part(&entry.written).unwrap_or_else(|| entry.written.to_string());
            self.reader.refuse(&[&dotted], format!("{strange} is not allowed; give {allowed}"));
        }
        value
    }
}

fn dotted(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// Says that there is no such name, and which there are; the nearest first.
fn unknown<'a>(what: &str, written: &str, known: impl Iterator<Item = &'a str>) -> String {
    let mut known: Vec<&str> = known.collect();
    known.dedup();
    let near = known.iter().map(|name| (distance(written, name), *name)).min();
    let names = known.iter().filter(|name| !name.is_empty()).copied().collect::<Vec<_>>().join(", ");
    match near {
        Some((edits, name)) if edits <= 2 => format!("no such {what}; did you mean {name}? Known: {names}"),
        Some(_) | None => format!("no such {what}; known: {names}"),
    }
}

/// How many letters must be added, dropped or replaced to get from `a` to `b` (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for (to, (diagonal, above)) in b.chars().zip(row.iter().zip(row.iter().skip(1))) {
            let left = next.last().copied().unwrap_or(i);
            next.push((diagonal + usize::from(from != to)).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_edits() {
        assert_eq!(distance("listn", "listen"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn a_dotted_name_joins_section_and_key() {
        assert_eq!(dotted("http", "listen"), "http.listen");
        assert_eq!(dotted("", "issuer"), "issuer");
    }
}
