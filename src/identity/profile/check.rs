//! The bounds of a profile.

use super::ProfileError;
use crate::records::{Address, Details, User};
use time::{Date, Month};
use url::Url;

/// The longest name or word, in bytes.
const MAX_TEXT: usize = 256;
/// The longest URL or part of an address, in bytes.
const MAX_LONG: usize = 1024;
/// The longest mail address. RFC 5321 §4.5.3.1.3 leaves 254 bytes.
const MAX_EMAIL: usize = 254;
/// The longest role, group, time zone, language or telephone number, in bytes.
const MAX_ENTRY: usize = 64;
/// All roles and groups together, in bytes: half of what an access token may weigh.
const MAX_ENTRIES: usize = 2048;

pub(super) fn check(user: &User) -> Result<(), ProfileError> {
    if !user.name.as_deref().is_none_or(is_text) {
        return Err(ProfileError::Name);
    }
    if !user.email.as_deref().is_none_or(is_email) {
        return Err(ProfileError::Email);
    }
    if user.email.is_none() && user.email_verified {
        return Err(ProfileError::NoEmail);
    }
    let entries = || user.roles.iter().chain(&user.groups);
    if !entries().all(|entry| is_entry(entry)) {
        return Err(ProfileError::Entry);
    }
    if entries().map(String::len).sum::<usize>() > MAX_ENTRIES {
        return Err(ProfileError::TooManyEntries);
    }
    check_details(&user.details)
}

fn check_details(details: &Details) -> Result<(), ProfileError> {
    for (member, text) in [
        ("given_name", &details.given_name),
        ("middle_name", &details.middle_name),
        ("family_name", &details.family_name),
        ("nickname", &details.nickname),
        ("gender", &details.gender),
    ] {
        if !text.as_deref().is_none_or(is_text) {
            return Err(ProfileError::Text(member));
        }
    }
    for (member, url) in
        [("profile", &details.profile), ("picture", &details.picture), ("website", &details.website)]
    {
        if !url.as_deref().is_none_or(is_url) {
            return Err(ProfileError::Url(member));
        }
    }
    let refused = [
        (details.birthdate.as_deref().is_none_or(is_birthdate), ProfileError::Birthdate),
        (details.zoneinfo.as_deref().is_none_or(is_zone), ProfileError::Zoneinfo),
        (details.locale.as_deref().is_none_or(is_locale), ProfileError::Locale),
        (details.phone_number.as_deref().is_none_or(is_phone_number), ProfileError::PhoneNumber),
        (details.phone_number.is_some() || !details.phone_number_verified, ProfileError::NoPhoneNumber),
        (details.address.as_ref().is_none_or(is_address), ProfileError::Address),
    ];
    refused.into_iter().find(|(fine, _)| !fine).map_or(Ok(()), |(_, error)| Err(error))
}

/// One line of some length.
fn is_text(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= MAX_TEXT && !text.chars().any(char::is_control)
}

/// A sanity check: only a mail that arrives proves an address.
fn is_email(email: &str) -> bool {
    let plain = !email.chars().any(|c| c.is_control() || c.is_whitespace() || "<>,;\"\\()".contains(c));
    let parts = email.rsplit_once('@').is_some_and(|(local, host)| {
        !local.is_empty() && !local.contains('@') && host.split('.').all(|label| !label.is_empty())
    });
    plain && parts && email.len() <= MAX_EMAIL
}

fn is_entry(entry: &str) -> bool {
    (1..=MAX_ENTRY).contains(&entry.len()) && entry.bytes().all(|b| (0x20..=0x7e).contains(&b))
}

/// A page of the web. Applications show it as a link, so it must never be a script.
fn is_url(text: &str) -> bool {
    let web = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    web && text.len() <= MAX_LONG && !text.chars().any(|c| c.is_control() || c.is_whitespace())
}

/// OIDC Core §5.1: a date of ISO 8601, whose year is `0000` where it is not told, or a year alone.
fn is_birthdate(text: &str) -> bool {
    let number = |part: &str, digits: usize| {
        (part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse::<u16>().ok())?
    };
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    let Some(year) = year.and_then(|year| number(year, 4)) else { return false };
    let (Some(month), Some(day)) = (month, day) else { return month.is_none() };
    let (Some(month), Some(day), None) = (number(month, 2), number(day, 2), parts.next()) else {
        return false;
    };
    // The year that is not told may be a leap year.
    let year = if year == 0 { 2000 } else { year };
    let month = u8::try_from(month).ok().and_then(|month| Month::try_from(month).ok());
    let day = u8::try_from(day).ok();
    matches!((month, day), (Some(month), Some(day)) if Date::from_calendar_date(year.into(), month, day).is_ok())
}

fn is_zone(text: &str) -> bool {
    let word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+-".contains(&b))
    };
    text.len() <= MAX_ENTRY && text.split('/').all(word)
}

/// OIDC Core §5.1: a tag of RFC 5646; `_` is known to stand for `-`.
fn is_locale(text: &str) -> bool {
    let mut parts = text.split(['-', '_']);
    let language = parts.next().unwrap_or_default();
    let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    text.len() <= MAX_ENTRY
        && (2..=8).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(part)
}

/// OIDC Core §5.1: E.164, with an extension by RFC 3966 where there is one.
fn is_phone_number(text: &str) -> bool {
    let (number, extension) = text.split_once(";ext=").unwrap_or((text, "0"));
    let Some(rest) = number.strip_prefix('+') else { return false };
    let digits = rest.bytes().filter(u8::is_ascii_digit).count();
    // E.164: at most 15 digits.
    (3..=15).contains(&digits)
        && rest.bytes().all(|b| b.is_ascii_digit() || b" -().".contains(&b))
        && !extension.is_empty()
        && extension.bytes().all(|b| b.is_ascii_digit())
        && text.len() <= MAX_ENTRY
}

fn is_address(address: &Address) -> bool {
    let part = |part: &Option<String>, lines: bool| {
        part.as_deref().is_none_or(|text| {
            let allowed = |c: char| !c.is_control() || (lines && matches!(c, '\n' | '\r'));
            !text.trim().is_empty() && text.len() <= MAX_LONG && text.chars().all(allowed)
        })
    };
    // OIDC Core §5.1.1: these two may have several lines.
    part(&address.formatted, true)
        && part(&address.street_address, true)
        && part(&address.locality, false)
        && part(&address.region, false)
        && part(&address.postal_code, false)
        && part(&address.country, false)
}
