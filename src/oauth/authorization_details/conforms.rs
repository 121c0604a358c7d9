//! Whether a detail is as its type says. RFC 9396 §5: no unknown type or member, none of a wrong kind or with a wrong
//! value, and none missing.

use super::types::{DetailType, Kind};
use super::{OAuthError, refuse};
use serde_json::Value;

pub(super) fn check(detail: &Value, kind: &DetailType) -> Result<(), OAuthError> {
    let members = detail.as_object().into_iter().flatten();
    for (name, value) in members.filter(|(name, _)| *name != "type") {
        match (kind.common(name), kind.members.get(name)) {
            (Some(allowed), _) => check_values(value, allowed)?,
            (None, Some(expected)) => check_kind(value, *expected)?,
            (None, None) => {
                return Err(refuse(
                    "authorization_details: a member is not known for its type.",
                    "details.member_unknown",
                ));
            }
        }
    }
    // RFC 9396 §11.1: the types are the operator's, and so is what each must hold.
    if kind.required.iter().all(|name| detail.get(name).is_some()) {
        Ok(())
    } else {
        Err(refuse("authorization_details: a member is missing.", "details.member_missing"))
    }
}

/// RFC 9396 §2.2: each of these members is a list of strings; one that allows nothing is refused.
fn check_values(value: &Value, allowed: &[String]) -> Result<(), OAuthError> {
    let is_allowed =
        |item: &Value| item.as_str().is_some_and(|item| allowed.iter().any(|one| one == "*" || one == item));
    match value.as_array() {
        Some(items) if !items.is_empty() && items.iter().all(is_allowed) => Ok(()),
        Some(_) | None => {
            Err(refuse("authorization_details: a member has a value that is not allowed.", "details.value"))
        }
    }
}

fn check_kind(value: &Value, expected: Kind) -> Result<(), OAuthError> {
    let fits = match expected {
        Kind::Text => value.is_string(),
        Kind::Number => value.is_number(),
        Kind::Flag => value.is_boolean(),
        Kind::List => value.is_array(),
        Kind::Object => value.is_object(),
    };
    if fits {
        Ok(())
    } else {
        Err(refuse("authorization_details: a member has a value of a wrong type.", "details.kind"))
    }
}
