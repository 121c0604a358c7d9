//! The members of a request object as the parameters that they stand for. RFC 9101 §4, OIDC Core §6.1.

use super::refused;
use crate::jose::json::Object;
use crate::oauth::{OAuthError, Params};
use serde_json::Value;

/// The claims of RFC 7519 §4.1 speak about the object, and are no parameters.
const REGISTERED: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// Parameters that may hold any text, and so what a list or an object would be written as, too.
const TEXTS: [&str; 4] = ["id_token_hint", "login_hint", "nonce", "state"];

/// The parameters. A number or a truth value becomes its text, an object or a list the JSON that the parameter would
/// hold; each of several resources becomes a parameter of its own (RFC 8707 §2.1).
pub(super) fn params(members: Object) -> Result<Params, OAuthError> {
    let mut pairs = Vec::with_capacity(members.len());
    for (name, value) in members {
        if REGISTERED.contains(&name.as_str()) {
            continue;
        }
        match value {
            Value::Null => {}
            Value::Array(items) if name == "resource" => {
                for item in items {
                    let Value::String(item) = item else { return Err(refused("request_object.resource")) };
                    pairs.push((name.clone(), item));
                }
            }
            Value::String(text) => pairs.push((name, text)),
            Value::Array(_) | Value::Object(_) if TEXTS.contains(&name.as_str()) => {
                return Err(refused("request_object.parameters"));
            }
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                pairs.push((name, value.to_string()));
            }
        }
    }
    Params::of(pairs).map_err(|_| refused("request_object.parameters"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(claims: Value) -> Result<Vec<(String, String)>, &'static str> {
        let Value::Object(members) = claims else { panic!("no object") };
        params(members).map(|params| params.pairs().to_vec()).map_err(|error| error.cause)
    }

    #[test]
    fn members_become_the_parameters_that_they_stand_for() {
        let pairs = read(json!({
            "iss": "web", "aud": "x", "jti": "1", "exp": 1, "state": "a b", "max_age": 60, "display": null,
            "claims": {"id_token": {"acr": null}}, "resource": ["https://a.example", "https://b.example"],
            "authorization_details": [{"type": "t"}],
        }));
        let expected = [
            ("authorization_details", r#"[{"type":"t"}]"#),
            ("claims", r#"{"id_token":{"acr":null}}"#),
            ("max_age", "60"),
            ("resource", "https://a.example"),
            ("resource", "https://b.example"),
            ("state", "a b"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(pairs.unwrap(), expected);
    }

    #[test]
    fn members_that_no_parameter_can_hold_are_refused() {
        assert_eq!(read(json!({"state": "a\u{0}b"})), Err("request_object.parameters"));
        assert_eq!(read(json!({"a\u{0}": "b"})), Err("request_object.parameters"));
        assert_eq!(read(json!({"state": ["a"]})), Err("request_object.parameters"));
        assert_eq!(read(json!({"nonce": {}})), Err("request_object.parameters"));
        assert_eq!(read(json!({"resource": [1]})), Err("request_object.resource"));
        let many = (0..65).map(|n| (format!("p{n}"), json!("x"))).collect();
        assert_eq!(read(Value::Object(many)), Err("request_object.parameters"));
    }
}
