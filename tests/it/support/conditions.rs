//! Conditions of the OpenID Foundation's suite that many of its modules check alike.

use super::{Answer, App};
use latchkey::jose::{Jwk, Jws, JwsAlgorithm, With};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use url::Url;

/// `CheckTokenEndpointReturnedJsonContentType`, `EnsureContentTypeJson`: parameters do not matter.
pub(crate) fn is_json(answer: &Answer) {
    let kind = answer.header("content-type");
    assert_eq!(kind.split(';').next().unwrap().trim(), "application/json", "{}", answer.text());
}

/// `CheckTokenEndpointCacheHeaders`.
pub(crate) fn is_not_kept(answer: &Answer) {
    assert!(answer.header("cache-control").split(',').any(|word| word.trim() == "no-store"));
    assert!(["", "no-cache"].contains(&answer.header("pragma").as_str()));
}

/// A refusal of an endpoint for programs, with one of these codes: its status, its form, the characters of its texts
/// (`ValidateError…`, `ValidateErrorDescription…`, `…ContainsCRLFTAB`, `ValidateErrorUri…`). RFC 6749 §5.2.
pub(crate) fn is_refused(answer: &Answer, codes: &[&str], what: &str) {
    is_json(answer);
    is_not_kept(answer);
    let told = answer.json();
    let code = told["error"].as_str().unwrap_or_else(|| panic!("{what}: {told}"));
    assert!(codes.contains(&code), "{what}: {told}");
    let expected = if code == "invalid_client" { 401 } else { 400 };
    assert_eq!(answer.status, expected, "{what}: {told}");
    let members: HashMap<String, String> = serde_json::from_value(told).unwrap();
    is_worded(&members, what);
}

/// The characters that the texts of an error are made of. RFC 6749 §4.1.2.1, §5.2.
pub(crate) fn is_worded(members: &HashMap<String, String>, what: &str) {
    for name in ["error", "error_description"] {
        let text = members.get(name).map(String::as_str).unwrap_or_default();
        let is_allowed = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        assert!(text.bytes().all(is_allowed), "{what}: {text}");
    }
    assert!(!members.contains_key("error_uri"), "{what}");
}

/// `EnsureMinimum…Length` and `…Entropy`: 128 bits long, and 96 bits of what Shannon calls information.
pub(crate) fn is_unguessable(secret: &Value) {
    let secret = secret.as_str().unwrap();
    let length = f64::from(u32::try_from(secret.len()).unwrap());
    assert!(length >= 16.0, "{secret}");
    let mut counts = HashMap::new();
    for byte in secret.bytes() {
        *counts.entry(byte).or_insert(0_u32) += 1;
    }
    let shares = counts.values().map(|count| f64::from(*count) / length);
    let bits: f64 = length * shares.map(|share| -share * share.log2()).sum::<f64>();
    assert!(bits >= 96.0, "{bits}: {secret}");
}

/// Where a redirect leads, without its query, and its query; nothing stands behind a `#`.
pub(crate) fn led_to(answer: &Answer) -> (String, HashMap<String, String>) {
    let location = answer.header("location");
    let mut url = Url::parse(&location).unwrap_or_else(|_| panic!("{}: {}", answer.status, answer.text()));
    assert_eq!(url.fragment(), None);
    let query = url.query_pairs().into_owned().collect();
    url.set_query(None);
    (url.to_string(), query)
}

/// Everything that `CheckForUnexpectedParametersInErrorResponseFromAuthorizationEndpoint` and its likes let pass.
pub(crate) fn holds_only(response: &HashMap<String, String>, allowed: &[&str]) {
    assert!(response.keys().all(|name| allowed.contains(&name.as_str())), "{response:?}");
}

/// An error of the authorization endpoint: with the state, by one of these codes, and nothing else beside.
pub(crate) fn is_error(response: &HashMap<String, String>, codes: &[&str], state: Option<&str>) {
    assert!(codes.contains(&response["error"].as_str()), "{response:?}");
    assert_eq!(response.get("state").map(String::as_str), state, "{response:?}");
    is_worded(response, "redirect");
    let allowed = ["error", "error_description", "error_uri", "state", "session_state", "iss"];
    holds_only(response, &[&allowed[..], &["dummy1", "dummy2"]].concat());
}

/// The header and the claims of a token that a published key signed, found by its `kid` (`ValidateIdTokenSignature`,
/// `EnsureIdTokenContainsKid`).
pub(crate) async fn signed(app: &App, token: &Value) -> (Value, Value) {
    let token = token.as_str().unwrap();
    let jws = Jws::parse(token).unwrap();
    let header: Value = part(token, 0);
    let keys = app.get("/.well-known/jwks.json").await.json();
    let found: Vec<_> =
        keys["keys"].as_array().unwrap().iter().filter(|key| key["kid"] == header["kid"]).collect();
    let [key] = &found[..] else { panic!("{header}: {found:?}") };
    assert_eq!(key["alg"], header["alg"]);
    let key = Jwk::parse(key).unwrap();
    let verified = jws.verify(With::Key(&key), &JwsAlgorithm::ALL_ASYMMETRIC).unwrap();
    (header, verified.claims::<Value>().unwrap())
}

/// `PerformStandardIdTokenChecks`, `ValidateAtHash`, `EnsureIdTokenDoesNotContainNonRequestedClaims`.
pub(crate) async fn id_token(
    app: &App,
    tokens: &Value,
    client_id: &str,
    nonce: Option<&str>,
) -> (Value, Value) {
    let (header, claims) = signed(app, &tokens["id_token"]).await;
    let now = app.act().now.unix_timestamp();
    assert_eq!(claims["iss"], app.get("/.well-known/openid-configuration").await.json()["issuer"]);
    assert_eq!(claims["aud"], json!(client_id));
    assert!(claims["exp"].as_i64().unwrap() > now && claims["iat"] == now);
    assert!(claims["auth_time"].as_i64().is_none_or(|then| then <= now));
    assert_eq!(claims.get("nonce"), nonce.map(|nonce| json!(nonce)).as_ref());
    assert_ne!(claims.get("acr"), Some(&json!("")));
    let subject = claims["sub"].as_str().unwrap();
    assert!((1..=255).contains(&subject.len()) && subject.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
    if let Some(hash) = claims.get("at_hash") {
        let token = tokens["access_token"].as_str().unwrap();
        assert_eq!(hash, &json!(super::signed::encode(&openssl::sha::sha256(token.as_bytes())[..16])));
    }
    let known = "iss sub aud exp iat auth_time nonce acr amr azp at_hash c_hash nbf jti sid s_hash";
    let members: &Map<String, Value> = claims.as_object().unwrap();
    assert!(members.keys().all(|name| known.split(' ').any(|one| one == name)), "{claims}");
    (header, claims)
}

fn part(token: &str, at: usize) -> Value {
    use base64::Engine as _;
    let part = token.split('.').nth(at).unwrap();
    let part = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap();
    serde_json::from_slice(&part).unwrap()
}
