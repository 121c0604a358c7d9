//! Makes bad tokens from good ones.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Map, Value};
use std::error::Error;

type Forged = Result<String, Box<dyn Error>>;

/// The JSON object in a token's part.
pub fn decode(part: &str) -> Result<Map<String, Value>, Box<dyn Error>> {
    Ok(serde_json::from_slice(&BASE64.decode(part)?)?)
}

fn with_member(part: &str, name: &str, value: &str) -> Forged {
    let mut members = decode(part)?;
    members.insert(name.to_owned(), value.into());
    Ok(BASE64.encode(serde_json::to_vec(&members)?))
}

fn split(token: &str) -> Result<[&str; 3], Box<dyn Error>> {
    let parts: Vec<&str> = token.split('.').collect();
    Ok(parts.try_into().map_err(|_| "not a signed token")?)
}

/// The same token about another subject, with the old signature.
pub fn altered(token: &str) -> Forged {
    let [head, body, signature] = split(token)?;
    Ok([head, &with_member(body, "sub", "somebody-else")?, signature].join("."))
}

/// The same claims under a signature with one bit of it turned.
pub fn badly_signed(token: &str) -> Forged {
    let [head, body, signature] = split(token)?;
    let mut bytes = BASE64.decode(signature)?;
    bytes[10] ^= 1;
    Ok([head, body, &BASE64.encode(bytes)].join("."))
}

/// The same claims with no signature at all.
pub fn unsigned(token: &str) -> Forged {
    let [head, body, _] = split(token)?;
    Ok([&with_member(head, "alg", "none")?, body, ""].join("."))
}
