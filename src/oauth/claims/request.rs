//! Reading the `claims` parameter. OIDC Core §5.5.

use super::CLAIMS;
use crate::jose::json::{self, Object};
use crate::oauth::OAuthError;
use crate::records::{ClaimsRequest, RequestedClaim};
use serde_json::Value;
use std::collections::BTreeMap;

/// The longest parameter, in bytes. Whoever sends it has not been authenticated.
const MAX_BYTES: usize = 8192;

/// The claims that say who signed in and how. They are in every ID token; asking for one lays down what it must be.
const ABOUT_THE_SIGN_IN: [&str; 3] = ["sub", "acr", "auth_time"];

/// Reads the parameter. Claims and members that we do not know are dropped: OIDC Core §5.5, §5.5.1.
///
/// # Errors
/// `invalid_request` for what is too long, too deep, no JSON object, or not in the form of OIDC Core §5.5.
pub fn parse(text: &str) -> Result<ClaimsRequest, OAuthError> {
    if text.len() > MAX_BYTES {
        return Err(OAuthError::invalid_request("claims is longer than 8192 bytes.", "claims.too_long"));
    }
    let object = json::parse_object(text.as_bytes()).map_err(|_| malformed())?;
    Ok(ClaimsRequest { userinfo: read(object.get("userinfo"))?, id_token: read(object.get("id_token"))? })
}

/// The claims that one place should have.
fn read(place: Option<&Value>) -> Result<BTreeMap<String, RequestedClaim>, OAuthError> {
    let claims = match place {
        None | Some(Value::Null) => return Ok(BTreeMap::new()),
        Some(Value::Object(claims)) => claims,
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            return Err(malformed());
        }
    };
    let known =
        |name: &str| ABOUT_THE_SIGN_IN.contains(&name) || CLAIMS.iter().any(|(known, _)| *known == name);
    let mut asked = BTreeMap::new();
    for (name, how) in claims {
        let claim = match how {
            // OIDC Core §5.5.1: null asks for it in the default manner, as a voluntary claim.
            Value::Null => RequestedClaim::default(),
            Value::Object(how) => claim(how)?,
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => return Err(malformed()),
        };
        if known(name) {
            asked.insert(name.clone(), claim);
        }
    }
    Ok(asked)
}

fn claim(how: &Object) -> Result<RequestedClaim, OAuthError> {
    let essential = match how.get("essential") {
        None => false,
        Some(Value::Bool(essential)) => *essential,
        Some(_) => return Err(malformed()),
    };
    let values = match how.get("values") {
        None => Vec::new(),
        Some(Value::Array(values)) => values.clone(),
        Some(_) => return Err(malformed()),
    };
    Ok(RequestedClaim { essential, value: how.get("value").cloned(), values })
}

const fn malformed() -> OAuthError {
    OAuthError::invalid_request("claims is not an object as OpenID Connect describes it.", "claims.malformed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read_as_json(text: &str) -> Value {
        serde_json::to_value(parse(text).unwrap()).unwrap()
    }

    /// OIDC Core §5.5: the example of the specification.
    #[test]
    fn the_published_example_is_read() {
        let text = r#"{
            "userinfo": {
                "given_name": {"essential": true}, "nickname": null, "email": {"essential": true},
                "email_verified": {"essential": true}, "picture": null, "http://example.info/claims/groups": null
            },
            "id_token": {
                "auth_time": {"essential": true}, "acr": {"values": ["urn:mace:incommon:iap:silver"]}
            }
        }"#;
        let expected = json!({
            "userinfo": {
                "given_name": {"essential": true}, "nickname": {}, "email": {"essential": true},
                "email_verified": {"essential": true}, "picture": {}
            },
            "id_token": {
                "auth_time": {"essential": true}, "acr": {"values": ["urn:mace:incommon:iap:silver"]}
            }
        });
        assert_eq!(read_as_json(text), expected);
    }

    #[test]
    fn what_is_not_known_is_passed_over() {
        assert_eq!(read_as_json("{}"), json!({}));
        assert_eq!(read_as_json(r#"{"userinfo": null}"#), json!({}));
        let text = r#"{"elsewhere": 1, "userinfo": {"shoe_size": null, "name#ja": null, "iss": {"x": 1}, "name": {"x": 1}}}"#;
        assert_eq!(read_as_json(text), json!({"userinfo": {"name": {}}}));
    }

    /// A25.
    #[test]
    fn everything_else_is_refused() {
        for bad in [
            "",
            "null",
            "[]",
            "\"x\"",
            "{",
            "{}x",
            r#"{"userinfo": []}"#,
            r#"{"id_token": 1}"#,
            r#"{"userinfo": {"name": true}}"#,
            r#"{"userinfo": {"name": {"essential": 1}}}"#,
            r#"{"userinfo": {"name": {"values": "x"}}}"#,
            r#"{"userinfo": {}, "userinfo": {}}"#,
            &"[".repeat(20_000),
            &"[".repeat(8000),
            &r#"{"userinfo":"#.repeat(600),
            &"x".repeat(8193),
        ] {
            assert!(parse(bad).unwrap_err().cause.starts_with("claims."), "{}", bad.get(..60).unwrap_or(bad));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
            let _ = parse(&text);
        }
    }
}
