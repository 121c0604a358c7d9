//! What the document of `client add --from` may hold. RFC 7591 §2 lets a server ignore what it does not know; but here an
//! operator wrote it, and a misspelt name would make a client that is less safe than was meant.

use super::super::{Failure, print};
use crate::jose::json::Object;
use crate::oauth::clients::registration::is_known;
use serde_json::Value;

/// What `client show --json` has beside the settings. It is taken in silence, since the new client has its own.
const SHOWN: [&str; 4] = ["client_id", "registered_by", "created_at", "updated_at"];

/// What is registered and changes nothing here: the rest of a response (RFC 7591 §3.2.1, RFC 7592 §3), the word of others
/// (RFC 7591 §2.3), which an operator does not need, and which addresses the client itself will use (FAPI 2.0).
const REGISTERED: [&str; 7] = [
    "client_secret",
    "client_id_issued_at",
    "client_secret_expires_at",
    "registration_access_token",
    "registration_client_uri",
    "software_statement",
    "use_mtls_endpoint_aliases",
];

/// What may stand in other languages, as `client_name#de`. RFC 7591 §2.2.
const IN_LANGUAGES: [&str; 5] = ["client_name", "client_uri", "logo_uri", "policy_uri", "tos_uri"];

/// The document, if every member of it is known; what is known and not taken is told on standard error.
pub(super) fn check(mut document: Object) -> Result<Object, Failure> {
    match document.remove("disabled") {
        None | Some(Value::Bool(false) | Value::Null) => {}
        Some(_) => {
            return Err(Failure::new(
                "disabled: a client is added enabled: leave it out, and then run `latchkey client disable`",
            ));
        }
    }
    let others = document
        .keys()
        .filter(|name| !is_known(name) && !SHOWN.contains(&name.as_str()) && !is_encryption(name));
    let (ignored, unknown): (Vec<&str>, Vec<&str>) =
        others.map(String::as_str).partition(|name| is_registered(name));
    if !unknown.is_empty() {
        return Err(Failure(format!(
            "there is no such setting: {}; correct the name, or leave it out",
            print::visible(&unknown.join(", "))
        )));
    }
    if !ignored.is_empty() {
        print::aside(format!("not taken from the document: {}", ignored.join(", ")));
    }
    Ok(document)
}

fn is_registered(name: &str) -> bool {
    let in_language = name.split_once('#').is_some_and(|(name, _)| IN_LANGUAGES.contains(&name));
    in_language || REGISTERED.contains(&name)
}

/// Encryption of what we answer: refused where the registration is read, in its own words.
fn is_encryption(name: &str) -> bool {
    name.contains("_encrypted_response_") || name.starts_with("request_object_encryption_")
}
