//! The types of authorization details that there are: written by the operator, read once. RFC 9396 §2, §11.2.

use serde::Deserialize;
use std::collections::BTreeMap;

/// The longest name of a type, in bytes.
const MAX_NAME: usize = 256;

/// Every type by its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DetailTypes(BTreeMap<String, DetailType>);

/// What a detail of one type may say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DetailType {
    /// What a person reads. `{member}` stands for a member's value, `{member.inner}` for one within it.
    pub text: Option<String>,
    /// The type's own members, with what each holds.
    pub members: BTreeMap<String, Kind>,
    /// The members that must be there.
    pub required: Vec<String>,
    /// The `actions` that may be asked for; `*` stands for any. Without it, the type has no such member. RFC 9396 §2.2.
    pub actions: Option<Vec<String>>,
    /// The same for `locations`.
    pub locations: Option<Vec<String>>,
    /// The same for `datatypes`.
    pub datatypes: Option<Vec<String>>,
    /// The same for `privileges`.
    pub privileges: Option<Vec<String>>,
}

/// What a member holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A string.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Flag,
    /// A list, of whatever.
    List,
    /// An object, with whatever within.
    Object,
}

impl DetailTypes {
    /// The type of this name.
    pub fn get(&self, name: &str) -> Option<&DetailType> {
        self.0.get(name)
    }

    /// The names, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// What is wrong with the types, one line each, with the name of the type.
    pub fn faults(&self) -> Vec<(String, String)> {
        let each = self.0.iter().flat_map(|(name, kind)| {
            let plain =
                !name.is_empty() && name.len() <= MAX_NAME && name.bytes().all(|b| b.is_ascii_graphic());
            let wrong = (!plain).then(|| "the name of a type has 1 to 256 printable characters".to_owned());
            wrong.into_iter().chain(kind.faults()).map(|what| (name.clone(), what))
        });
        each.collect()
    }
}

impl DetailType {
    /// The members that RFC 9396 §2.2 names for every type, as far as this one has them.
    pub(super) fn common(&self, name: &str) -> Option<&[String]> {
        match name {
            "actions" => self.actions.as_deref(),
            "locations" => self.locations.as_deref(),
            "datatypes" => self.datatypes.as_deref(),
            "privileges" => self.privileges.as_deref(),
            _ => None,
        }
    }

    fn has(&self, name: &str) -> bool {
        self.members.contains_key(name) || self.common(name).is_some()
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for taken in self.members.keys().filter(|name| *name == "type" || super::narrow::is_common(name)) {
            faults.push(format!("members: {taken} has its own meaning (RFC 9396 §2.2)"));
        }
        for unknown in self.required.iter().filter(|name| !self.has(name)) {
            faults.push(format!("required: there is no member {unknown}"));
        }
        for path in self.text.iter().flat_map(|text| super::words::names(text)) {
            let first = path.split('.').next().unwrap_or_default();
            if !self.has(first) {
                faults.push(format!("text: there is no member {first}"));
            }
        }
        faults
    }
}
