//! Claims about a person: which there are, by which scope each is released, and the `claims` parameter that asks for
//! them one by one. OIDC Core §5.

mod request;
pub mod userinfo;

pub use request::parse;

use crate::records::{ClaimsRequest, RequestedClaim, Scope, User};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Every claim about a person that we know, with the scope that releases it. OIDC Core §5.1, §5.4.
// Not done: OIDC Core §5.1.2: claims beyond these: services read roles and groups in access tokens.
pub const CLAIMS: [(&str, &str); 19] = [
    ("name", "profile"),
    ("family_name", "profile"),
    ("given_name", "profile"),
    ("middle_name", "profile"),
    ("nickname", "profile"),
    ("preferred_username", "profile"),
    ("profile", "profile"),
    ("picture", "profile"),
    ("website", "profile"),
    ("gender", "profile"),
    ("birthdate", "profile"),
    ("zoneinfo", "profile"),
    ("locale", "profile"),
    ("updated_at", "profile"),
    ("email", "email"),
    ("email_verified", "email"),
    ("address", "address"),
    ("phone_number", "phone"),
    ("phone_number_verified", "phone"),
];

/// What is released about a person: by the scope, and by what was asked for one by one. Nothing that is not known
/// stands there, be it empty or `null`: OIDC Core §5.3.2.
pub fn released(user: &User, scope: &Scope, asked: &BTreeMap<String, RequestedClaim>) -> Map<String, Value> {
    let released = CLAIMS.iter().filter_map(|&(name, by)| {
        let asked = asked.get(name);
        if !scope.contains(by) && asked.is_none() {
            return None;
        }
        // OIDC Core §17.1: nothing that neither the scope nor a claim, and so the person, released.
        let value = value(user, name)?;
        // OIDC Core §5.5.1: whoever asks for a value that the person does not have is not told the one they have.
        let told = scope.contains(by) || asked.is_some_and(|asked| admits(asked, &value));
        told.then(|| (name.to_owned(), value))
    });
    released.collect()
}

/// The claims that are asked for one by one and that the scope does not release: what needs a consent of its own.
pub fn beyond_scope(claims: Option<&ClaimsRequest>, scope: &Scope) -> Vec<String> {
    let Some(claims) = claims else { return Vec::new() };
    let asked = |name: &str| claims.userinfo.contains_key(name) || claims.id_token.contains_key(name);
    CLAIMS
        .iter()
        .filter(|(name, by)| asked(name) && !scope.contains(by))
        .map(|(name, _)| (*name).to_owned())
        .collect()
}

/// Whether the request leaves this person: `is_person` tells whether a subject is theirs. OIDC Core §5.5.1: a value of
/// `sub` names the one person for whom tokens may be issued.
pub fn leaves(claims: Option<&ClaimsRequest>, is_person: impl Fn(&str) -> bool) -> bool {
    let mut named = claims
        .into_iter()
        .flat_map(|claims| [claims.userinfo.get("sub"), claims.id_token.get("sub")].into_iter().flatten());
    named.all(|sub| {
        let is_person = |value: &Value| value.as_str().is_some_and(&is_person);
        sub.value.as_ref().is_none_or(is_person)
            && (sub.values.is_empty() || sub.values.iter().any(is_person))
    })
}

/// Whether a value is one of those that are asked for; any is, where none is named.
fn admits(asked: &RequestedClaim, value: &Value) -> bool {
    asked.value.as_ref().is_none_or(|wanted| wanted == value)
        && (asked.values.is_empty() || asked.values.contains(value))
}

/// The value of one claim; none where nothing is known.
fn value(user: &User, name: &str) -> Option<Value> {
    let details = &user.details;
    let text = |text: &Option<String>| text.clone().map(Value::from);
    match name {
        // Not done: OIDC Core §5.2, §5.5.2: claims in several languages (`name#ja`, `claims_locales`): one value is
        // kept of each.
        "name" => text(&user.name),
        "family_name" => text(&details.family_name),
        "given_name" => text(&details.given_name),
        "middle_name" => text(&details.middle_name),
        "nickname" => text(&details.nickname),
        "preferred_username" => Some(user.username.as_str().into()),
        "profile" => text(&details.profile),
        "picture" => text(&details.picture),
        "website" => text(&details.website),
        "gender" => text(&details.gender),
        "birthdate" => text(&details.birthdate),
        "zoneinfo" => text(&details.zoneinfo),
        "locale" => text(&details.locale),
        "updated_at" => Some(user.updated_at.unix_timestamp().into()),
        "email" => text(&user.email),
        "email_verified" => user.email.is_some().then(|| user.email_verified.into()),
        // OIDC Core §5.1.1: an object.
        "address" => details.address.as_ref().and_then(|address| serde_json::to_value(address).ok()),
        "phone_number" => text(&details.phone_number),
        "phone_number_verified" => {
            details.phone_number.is_some().then(|| details.phone_number_verified.into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ada() -> User {
        serde_json::from_value(json!({
            "id": "03030303-0303-0303-0303-030303030303", "username": "ada", "email": "ada@example.com",
            "details": {"birthdate": "1815-12-10", "address": {"country": "UK"}},
            "created_at": 1, "updated_at": 2,
        }))
        .unwrap()
    }

    fn told(scope: &str, asked: Value) -> Value {
        let asked = serde_json::from_value(asked).unwrap();
        Value::Object(released(&ada(), &Scope::parse(scope).unwrap(), &asked))
    }

    #[test]
    fn every_claim_of_the_list_can_be_told() {
        let details: BTreeMap<&str, &str> = CLAIMS.iter().map(|&(name, _)| (name, "x")).collect();
        let mut user = ada();
        user.name = Some("x".to_owned());
        let mut json = serde_json::to_value(&details).unwrap();
        json["address"] = json!({"country": "UK"});
        json["phone_number_verified"] = json!(true);
        user.details = serde_json::from_value(json).unwrap();
        let all = Scope::parse("profile email address phone").unwrap();
        assert_eq!(released(&user, &all, &BTreeMap::new()).len(), CLAIMS.len());
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        assert_eq!(told("openid", json!({})), json!({}));
        assert_eq!(
            told("openid email", json!({})),
            json!({"email": "ada@example.com", "email_verified": false})
        );
        assert_eq!(told("phone address", json!({})), json!({"address": {"country": "UK"}}));
    }

    #[test]
    fn a_claim_is_told_where_its_value_is_one_that_was_asked_for() {
        for (asked, is_told) in [
            (json!({}), true),
            (json!({"essential": true}), true),
            (json!({"value": "1815-12-10"}), true),
            (json!({"values": ["x", "1815-12-10"]}), true),
            (json!({"value": "x"}), false),
            (json!({"values": ["x"]}), false),
        ] {
            let told = told("openid", json!({"birthdate": asked, "gender": {"essential": true}}));
            assert_eq!(told == json!({"birthdate": "1815-12-10"}), is_told, "{asked}");
        }
    }
}
