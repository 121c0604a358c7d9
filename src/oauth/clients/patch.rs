//! What a client becomes where some of its settings are changed: a JSON merge patch upon its registration. RFC 7396 §2.

use super::registration::{self, Metadata, Offer, described, refuse};
use crate::act::Act;
use crate::jose::json::Object;
use crate::oauth::OAuthError;
use crate::records::Client;
use serde_json::Value;

/// What a profile decides where nobody says otherwise: see [`super::profile`].
const DECIDED_BY_PROFILE: [&str; 2] = ["require_pkce", "rotate_refresh_tokens"];

/// The client, with these members changed; `null` gives a member its default again. The same rules hold as at its
/// registration.
///
/// # Errors
/// `invalid_redirect_uri` or `invalid_client_metadata`.
pub fn patched(current: &Client, patch: &Object, (offer, act): (&Offer, &Act)) -> Result<Client, OAuthError> {
    if !patch.keys().all(|name| registration::is_known(name)) {
        return Err(refuse(
            "There is no such setting: `latchkey client show` names all that are set.",
            "registration.unknown_member",
        ));
    }
    let mut document = serde_json::to_value(Metadata::from(current.clone())).unwrap_or_default();
    // RFC 7591 §2.1: these follow from the grants, unless both are said.
    if patch.contains_key("grant_types") && !patch.contains_key("response_types") {
        merge(&mut document, &serde_json::json!({ "response_types": null }));
    }
    // A profile decides these, unless they are said.
    if patch.contains_key("profile") {
        for name in DECIDED_BY_PROFILE.into_iter().filter(|name| !patch.contains_key(*name)) {
            merge(&mut document, &serde_json::json!({ name: null }));
        }
    }
    merge(&mut document, &Value::Object(patch.clone()));
    let Value::Object(document) = document else { return Ok(current.clone()) };
    let mut next = described(Metadata::read(document)?, &current.client_id, offer, act.now)?;
    next.origin = current.origin.clone();
    Ok(next)
}

/// RFC 7396 §2.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Object::new());
    }
    let Value::Object(members) = target else { return };
    for (name, change) in changes {
        if change.is_null() {
            members.remove(name);
        } else {
            merge(members.entry(name).or_insert(Value::Null), change);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::fixtures::{act, client};
    use crate::records::SignatureAlgorithm;
    use serde_json::json;

    /// RFC 7396 appendix A.
    #[test]
    fn merging_does_what_the_rfc_shows() {
        for (target, patch, result) in [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (json!({"a":"b","b":"c"}), json!({"a":null}), json!({"b":"c"})),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
            (json!({"a":{"b":"c"}}), json!({"a":{"b":"d","c":null}}), json!({"a":{"b":"d"}})),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a":"b"}), json!(["c"]), json!(["c"])),
            (json!({"a":"foo"}), json!(null), json!(null)),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (json!([1, 2]), json!({"a":"b","c":null}), json!({"a":"b"})),
            (json!({}), json!({"a":{"bb":{"ccc":null}}}), json!({"a":{"bb":{}}})),
        ] {
            let mut merged = target.clone();
            merge(&mut merged, &patch);
            assert_eq!(merged, result, "{target} {patch}");
        }
    }

    fn change(patch: Value) -> Result<Client, &'static str> {
        let offer = Offer {
            algorithms: SignatureAlgorithm::ALL.to_vec(),
            access_token_ttl_limit: 3600,
            profile: None,
            certificates: true,
        };
        let Value::Object(patch) = patch else { panic!("no object") };
        patched(&client(), &patch, (&offer, &act())).map_err(|error| error.cause)
    }

    #[test]
    fn a_change_is_held_to_the_rules_of_registration() {
        let changed = change(json!({"client_name": "Web", "access_token_ttl": 60})).unwrap();
        assert_eq!((changed.client_name.as_deref(), changed.access_token_ttl), (Some("Web"), Some(60)));
        assert_eq!(changed.redirect_uris, client().redirect_uris);
        assert_eq!(
            change(json!({"redirect_uris": ["http://a.example"]})).unwrap_err(),
            "registration.redirect_uri.http"
        );
        assert_eq!(change(json!({"redirect_uris": null})).unwrap_err(), "registration.redirect_uris.count");
        assert_eq!(change(json!({"require_pkce": false})).unwrap_err(), "registration.public_policy");
        assert_eq!(change(json!({"redirct_uris": []})).unwrap_err(), "registration.unknown_member");
        assert_eq!(change(json!({"client_id": "other"})).unwrap_err(), "registration.unknown_member");
        assert_eq!(change(json!({"client_secret": "mine"})).unwrap_err(), "registration.unknown_member");
    }

    #[test]
    fn response_types_follow_the_grants() {
        let machine = json!({"grant_types": ["client_credentials"], "token_endpoint_auth_method": "client_secret_basic"});
        assert!(change(machine).is_ok());
    }
}
