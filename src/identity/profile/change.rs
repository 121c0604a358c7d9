//! A change of a profile, which is also the document in which an operator writes one.

use super::ProfileError;
use super::check::check;
use crate::records::{Address, User};
use serde::{Deserialize, Deserializer, Serialize};

/// A change of a person's profile, by the names of OIDC Core §5.1. What is `None`, or missing in the document, stays as
/// it is; `Some(None)`, or `null`, removes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProfileChange {
    /// The full name: at most 256 bytes.
    #[serde(deserialize_with = "known", skip_serializing_if = "Option::is_none")]
    pub name: Option<Option<String>>,
    /// The mail address: at most 254 bytes. Another address counts as not verified.
    #[serde(deserialize_with = "known", skip_serializing_if = "Option::is_none")]
    pub email: Option<Option<String>>,
    /// Whether the address is known to be the person's.
    #[serde(deserialize_with = "cleared", skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
    /// The roles: 1 to 64 printable bytes each, 2 KiB together with the groups.
    #[serde(deserialize_with = "cleared", skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// The groups: as the roles.
    #[serde(deserialize_with = "cleared", skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<String>>,
    /// The given names.
    #[serde(deserialize_with = "known", skip_serializing_if = "Option::is_none")]
    pub given_name: Option<Option<String>>,
    /// The middle names.
    #[serde(deserialize_with = "known", skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<Option<String>>,
    /// The family names.
    #[serde(deserialize_with = "known", skip_serializing_if = "Option::is_none")]
    pub family_name: Option<Option<String>>,
    /// What they are called.
    #[serde(deserialize_with = "known", skip_serializing_if = "Option::is_none")]
    pub nickname: Option<Option<String>>,
    /// The URL of a page about them.
    #[serde(deserialize_with = "known", skip_serializing_if = "Option::is_none")]
    pub profile: Option<Option<String>>,
    /// The URL of a picture of them.
    #[serde(deserialize_with = "known", skip_serializing_if = "Option::is_none")]
    pub picture: Option<Option<String>>,
    /// The URL of their own page.
    #[serde(deserialize_with = "known", skip_serializing_if = "Option::is_none")]
    pub website: Option<Option<String>>,
    /// The gender, in whatever word.
    #[serde(deserialize_with = "known", skip_serializing_if = "Option::is_none")]
    pub gender: Option<Option<String>>,
    /// The birthday.
    #[serde(deserialize_with = "known", skip_serializing_if = "Option::is_none")]
    pub birthdate: Option<Option<String>>,
    /// The time zone.
    #[serde(deserialize_with = "known", skip_serializing_if = "Option::is_none")]
    pub zoneinfo: Option<Option<String>>,
    /// The language.
    #[serde(deserialize_with = "known", skip_serializing_if = "Option::is_none")]
    pub locale: Option<Option<String>>,
    /// The telephone number. Another number counts as not verified.
    #[serde(deserialize_with = "known", skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<Option<String>>,
    /// Whether the number is known to be the person's.
    #[serde(deserialize_with = "cleared", skip_serializing_if = "Option::is_none")]
    pub phone_number_verified: Option<bool>,
    /// The postal address, as a whole.
    #[serde(deserialize_with = "known", skip_serializing_if = "Option::is_none")]
    pub address: Option<Option<Address>>,
}

/// A member that stands there, be it `null`.
#[allow(clippy::option_option, reason = "missing, null and given are three things")]
fn known<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A member that stands there, which `null` sets back to nothing.
fn cleared<'de, T: Deserialize<'de> + Default, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(Some(Option::deserialize(deserializer)?.unwrap_or_default()))
}

impl ProfileChange {
    /// Makes the change, or refuses it and leaves `user` as it was.
    pub(in crate::identity) fn apply(self, user: &mut User) -> Result<(), ProfileError> {
        let mut next = user.clone();
        set(&mut next.name, self.name);
        if let Some(email) = self.email
            && next.email != email
        {
            next.email = email;
            next.email_verified = false;
        }
        set(&mut next.email_verified, self.email_verified);
        set(&mut next.roles, self.roles);
        set(&mut next.groups, self.groups);
        let details = &mut next.details;
        set(&mut details.given_name, self.given_name);
        set(&mut details.middle_name, self.middle_name);
        set(&mut details.family_name, self.family_name);
        set(&mut details.nickname, self.nickname);
        set(&mut details.profile, self.profile);
        set(&mut details.picture, self.picture);
        set(&mut details.website, self.website);
        set(&mut details.gender, self.gender);
        set(&mut details.birthdate, self.birthdate);
        set(&mut details.zoneinfo, self.zoneinfo);
        set(&mut details.locale, self.locale);
        if let Some(number) = self.phone_number
            && details.phone_number != number
        {
            details.phone_number = number;
            details.phone_number_verified = false;
        }
        set(&mut details.phone_number_verified, self.phone_number_verified);
        // An address of which nothing is told is none.
        set(&mut details.address, self.address.map(|told| told.filter(|told| *told != Address::default())));
        check(&next)?;
        *user = next;
        Ok(())
    }
}

fn set<T>(member: &mut T, to: Option<T>) {
    if let Some(to) = to {
        *member = to;
    }
}
