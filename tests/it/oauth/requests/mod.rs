//! How authorization requests come, and how they are answered.

mod details;
mod never_mixed;
mod object;
mod pushed;
mod reference;
mod response_mode;

use crate::support::App;
use crate::support::app::ISSUER;
use crate::support::flow::{CALLBACK, CHALLENGE, Credentials};
use crate::support::signed::Key;
use serde_json::{Value, json};

/// The web client, which signs its requests with this key.
pub(super) fn signing_client(app: &App, key: &Key, over: &[(&str, Value)]) -> Credentials {
    let keys = json!({"jwks": {"keys": [key.public(Some("k"))]}});
    app.with_web_client(&[&[("keys", keys)], over].concat())
}

/// What an object of the web client claims. `over` replaces claims; null drops one.
pub(super) fn claims(app: &App, over: &[(&str, Value)]) -> Value {
    let now = app.act().now.unix_timestamp();
    let mut claims = json!({
        "iss": "web", "aud": ISSUER, "exp": now + 60, "nbf": now, "jti": "1",
        "client_id": "web", "response_type": "code", "redirect_uri": CALLBACK, "scope": "openid",
        "state": "inner", "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    });
    for (name, value) in over {
        claims[*name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

/// An object of the web client.
pub(super) fn object(app: &App, key: &Key, over: &[(&str, Value)]) -> String {
    key.jws(json!({"alg": "ES256", "kid": "k", "typ": "oauth-authz-req+jwt"}), &claims(app, over))
}

/// The path of a request that holds these parameters and no other.
pub(super) fn asking(params: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
    format!("/authorize?{query}")
}
