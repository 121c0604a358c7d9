//! Rich authorization requests: what a client wants to do, in detail. RFC 9396.
//!
//! The operator says which types there are ([`DetailTypes`]); a client says at its registration which of them it uses.
//! A person is asked each time, since a detail is often one act (one payment), and a remembered yes to one would be a yes
//! to the next.

mod conforms;
mod narrow;
mod types;
mod words;

pub use narrow::{choose, parse_narrower};
pub use types::{DetailType, DetailTypes, Kind};
pub use words::{Shown, show};

use super::{ErrorCode, OAuthError, Params};
use crate::jose::json::Strict;
use crate::records::Client;
use serde_json::Value;

/// More details than this in one request are refused.
const MAX_DETAILS: usize = 16;
/// More bytes of JSON than this are refused: they go into every access token.
// RFC 9396 §11.4: what is larger than a URL bears is pushed (RFC 9126).
const MAX_BYTES: usize = 4096;

/// Reads `authorization_details` of a request for new access: every type is known, one of the client's, and every
/// member is as its type says. RFC 9396 §2, §5.
///
/// # Errors
/// `invalid_authorization_details`.
pub fn parse(params: &Params, client: &Client, types: &DetailTypes) -> Result<Vec<Value>, OAuthError> {
    // RFC 9396 §2.1, §3, §3.1, §3.2: beside scope and resources, which neither widen nor narrow it.
    let details = read(params)?.unwrap_or_default();
    permit(&details, client, types)?;
    Ok(details)
}

/// Refuses details that are not as their types say, or not for this client.
///
/// # Errors
/// `invalid_authorization_details`.
pub fn permit(details: &[Value], client: &Client, types: &DetailTypes) -> Result<(), OAuthError> {
    for detail in details {
        let name = type_of(detail)?;
        let registered = client.requests.authorization_details_types.iter().any(|own| own == name);
        let Some(kind) = types.get(name) else {
            return Err(refuse("authorization_details: a type is not known here.", "details.type_unknown"));
        };
        // RFC 9396 §10.
        if !registered {
            return Err(refuse(
                "authorization_details: the client is not registered for a type.",
                "details.type_not_registered",
            ));
        }
        conforms::check(detail, kind)?;
    }
    Ok(())
}

/// The list as it was written; none where there is none. Nothing but its form is checked.
fn read(params: &Params) -> Result<Option<Vec<Value>>, OAuthError> {
    let Some(text) = params.get("authorization_details")? else { return Ok(None) };
    let malformed = refuse(
        "authorization_details must be a JSON array of at most 16 objects and 4096 bytes, each with a type.",
        "details.malformed",
    );
    if text.len() > MAX_BYTES {
        return Err(malformed);
    }
    match serde_json::from_str(text) {
        Ok(Strict(Value::Array(details))) if details.len() <= MAX_DETAILS => {
            details.iter().try_for_each(|detail| type_of(detail).map(|_| ()))?;
            Ok(Some(details))
        }
        Ok(_) | Err(_) => Err(malformed),
    }
}

/// RFC 9396 §2: every detail is an object with a type.
fn type_of(detail: &Value) -> Result<&str, OAuthError> {
    let missing = refuse("authorization_details: a detail has no type.", "details.type_missing");
    detail.get("type").and_then(Value::as_str).ok_or(missing)
}

const fn refuse(description: &'static str, cause: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidAuthorizationDetails, description, cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::fixtures::client;
    use crate::records::Requests;
    use serde_json::json;

    fn read(details: &str) -> Result<usize, &'static str> {
        let types: DetailTypes = serde_json::from_value(json!({
            "payment": {
                "members": {"amount": "object", "to": "text", "note": "text", "count": "number"},
                "required": ["amount", "to"],
                "actions": ["initiate", "status"], "locations": ["*"],
            },
            "account": {},
        }))
        .unwrap();
        let own = vec!["payment".to_owned(), "gone".to_owned()];
        let requests = Requests { authorization_details_types: own, ..Requests::default() };
        let client = Client { requests, ..client() };
        let encoded = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("authorization_details", details)
            .finish();
        let params = Params::parse(encoded.as_bytes()).unwrap();
        parse(&params, &client, &types).map(|details| details.len()).map_err(|error| error.cause)
    }

    /// RFC 9396 §5: each case of what must be refused.
    #[test]
    fn a_detail_is_as_its_type_says() {
        let with = |more: serde_json::Value| {
            let mut detail = json!({"type": "payment", "amount": {"value": "1"}, "to": "Ada"});
            for (name, value) in more.as_object().unwrap() {
                detail[name] = value.clone();
            }
            json!([detail]).to_string()
        };
        for (details, expected) in [
            (with(json!({})), Ok(1)),
            (with(json!({"actions": ["status"], "locations": ["https://any.example"]})), Ok(1)),
            ("[]".into(), Ok(0)),
            (String::new(), Ok(0)),
            (with(json!({"type": "account"})), Err("details.type_not_registered")),
            (with(json!({"type": "gone"})), Err("details.type_unknown")),
            (with(json!({"type": 1})), Err("details.type_missing")),
            (with(json!({"actions": ["delete"]})), Err("details.value")),
            (with(json!({"actions": "status"})), Err("details.value")),
            (with(json!({"actions": []})), Err("details.value")),
            (with(json!({"locations": [1]})), Err("details.value")),
            (with(json!({"datatypes": ["x"]})), Err("details.member_unknown")),
            (with(json!({"evil": 1})), Err("details.member_unknown")),
            (with(json!({"to": 1})), Err("details.kind")),
            (with(json!({"to": null})), Err("details.kind")),
            (with(json!({"count": "1"})), Err("details.kind")),
            (with(json!({"amount": "1"})), Err("details.kind")),
            (r#"[{"type":"payment","to":"Ada"}]"#.into(), Err("details.member_missing")),
            (r#"{"type":"payment"}"#.into(), Err("details.malformed")),
            ("[1]".into(), Err("details.type_missing")),
            ("nonsense".into(), Err("details.malformed")),
            (r#"[{"type":"payment","to":"a","to":"b","amount":{}}]"#.into(), Err("details.malformed")),
            ("[".repeat(20_000), Err("details.malformed")),
            ("[".repeat(2_000), Err("details.malformed")),
            (with(json!({"note": "x".repeat(4096)})), Err("details.malformed")),
            (format!("[{}]", vec![r#"{"type":"payment"}"#; 17].join(",")), Err("details.malformed")),
        ] {
            assert_eq!(read(&details), expected, "{}", details.get(..120).unwrap_or(&details));
        }
    }
}
