//! Less than was granted: what a token request may ask for. RFC 9396 §6.1.

use super::{OAuthError, read, refuse};
use crate::oauth::Params;
use serde_json::{Map, Value};

/// The lists of RFC 9396 §2.2 from which a client may leave something out.
const LISTS: [&str; 4] = ["actions", "locations", "datatypes", "privileges"];

/// Whether RFC 9396 §2.2 gives this member its meaning for every type.
pub(super) fn is_common(name: &str) -> bool {
    LISTS.contains(&name)
}

/// Reads `authorization_details` of a token request. What it may ask for is known once the grant is: [`choose`].
///
/// # Errors
/// `invalid_authorization_details` where it is no list of details.
pub fn parse_narrower(params: &Params) -> Result<Option<Vec<Value>>, OAuthError> {
    read(params)
}

/// The details of a token: those that the request names, or all that were granted. RFC 9396 §6.
///
/// # Errors
/// `invalid_authorization_details` where one goes beyond every granted one.
pub fn choose(granted: &[Value], asked: Option<&[Value]>) -> Result<Vec<Value>, OAuthError> {
    // Not done: RFC 9396 §9.1: leaving out what is for another audience: no type says for whom it is; clients ask for
    // less (§6).
    let Some(asked) = asked else { return Ok(granted.to_vec()) };
    if asked.iter().all(|one| granted.iter().any(|whole| is_within(one, whole))) {
        return Ok(asked.to_vec());
    }
    // RFC 9396 §8.
    Err(refuse("authorization_details: more is asked for than was granted.", "details.exceeds"))
}

/// Whether `one` is `whole`, or `whole` with shorter lists of actions and the like. Any other difference may be a wider
/// right, since what a member means is its type's own affair.
fn is_within(one: &Value, whole: &Value) -> bool {
    let (Some(one), Some(whole)) = (one.as_object(), whole.as_object()) else { return false };
    let is_part = |(name, value): (&String, &Value)| match whole.get(name) {
        Some(granted) if is_common(name) => is_sublist(value, granted),
        Some(granted) => value == granted,
        None => false,
    };
    one.len() == whole.len() && Map::iter(one).all(is_part)
}

fn is_sublist(value: &Value, granted: &Value) -> bool {
    match (value.as_array(), granted.as_array()) {
        (Some(items), Some(granted)) => !items.is_empty() && items.iter().all(|item| granted.contains(item)),
        (Some(_) | None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_token_request_may_leave_out_and_add_nothing() {
        let granted = [
            json!({"type": "account", "actions": ["read", "list"], "locations": ["https://a.example"], "id": "1"}),
            json!({"type": "account", "actions": ["close"], "locations": ["https://a.example"], "id": "2"}),
        ];
        let asks = |asked: Value| {
            let asked = asked.as_array().unwrap().clone();
            choose(&granted, Some(&asked)).map(|details| details.len()).map_err(|error| error.cause)
        };
        let one = |actions: Value, id: &str| json!([{"type": "account", "actions": actions, "locations": ["https://a.example"], "id": id}]);
        assert_eq!(choose(&granted, None).unwrap(), granted);
        assert_eq!(asks(json!([])), Ok(0));
        assert_eq!(asks(one(json!(["read"]), "1")), Ok(1));
        assert_eq!(asks(one(json!(["list", "read"]), "1")), Ok(1));
        for more in [
            one(json!(["close"]), "1"),
            one(json!(["read", "close"]), "1"),
            one(json!([]), "1"),
            one(json!("read"), "1"),
            one(json!(["read"]), "2"),
            one(json!(["read"]), "3"),
            json!([{"type": "account", "actions": ["read"], "id": "1"}]),
            json!([{"type": "account", "actions": ["read"], "locations": ["https://a.example"], "id": "1", "x": 1}]),
            json!([{"type": "other", "actions": ["read"], "locations": ["https://a.example"], "id": "1"}]),
            json!([1]),
        ] {
            assert_eq!(asks(more.clone()), Err("details.exceeds"), "{more}");
        }
    }

    /// Details of a small world, so that they often resemble each other.
    fn detail(shortest: usize) -> impl Strategy<Value = Value> {
        let list = move || prop::option::of(prop::collection::vec("[ab]", shortest..3));
        ("[tu]", list(), list(), prop::option::of("[xy]")).prop_map(|(kind, actions, locations, id)| {
            let members = [("actions", json!(actions)), ("locations", json!(locations)), ("id", json!(id))];
            let mut detail = json!({ "type": kind });
            for (name, value) in members.into_iter().filter(|(_, value)| !value.is_null()) {
                detail[name] = value;
            }
            detail
        })
    }

    /// Everything that a detail lets one do, each as one thing: an action at a location.
    fn rights(details: &[Value]) -> Vec<(Value, Value, Value, Value)> {
        let each = |value: &Value| value.as_array().map_or_else(|| vec![json!("any")], Clone::clone);
        let of = |detail: &Value| {
            let (kind, id) = (detail["type"].clone(), detail["id"].clone());
            let pairs = each(&detail["actions"]).into_iter().flat_map(|action| {
                each(&detail["locations"]).into_iter().map(move |location| (action.clone(), location))
            });
            pairs.map(|(action, location)| (kind.clone(), id.clone(), action, location)).collect::<Vec<_>>()
        };
        details.iter().flat_map(of).collect()
    }

    proptest! {
        /// No token may do what its grant may not, and what was narrowed twice could have been narrowed at once.
        #[test]
        fn no_narrowing_adds_a_right(
            granted in prop::collection::vec(detail(1), 1..4),
            first in prop::collection::vec(detail(0), 0..3),
            second in prop::collection::vec(detail(0), 0..3),
        ) {
            prop_assert_eq!(&choose(&granted, Some(&granted)), &Ok(granted.clone()));
            let Ok(once) = choose(&granted, Some(&first)) else { return Ok(()) };
            let all = rights(&granted);
            prop_assert!(rights(&once).iter().all(|right| all.contains(right)), "{:?} of {:?}", once, granted);
            if let Ok(twice) = choose(&once, Some(&second)) {
                prop_assert_eq!(choose(&granted, Some(&second)), Ok(twice));
            }
        }
    }
}
