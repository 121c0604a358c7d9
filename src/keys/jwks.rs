//! The JWKS document, rendered once for each change of keys. RFC 7517 §5.

use super::Algorithm;
use crate::records::{PublicKey, SigningKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use std::sync::Arc;
use time::Duration;

/// The document as it is served.
#[derive(Debug, Clone)]
pub struct JwksDocument {
    /// The bytes of the body, JSON.
    pub body: Arc<[u8]>,
    /// A strong entity tag, quotes included: it follows from the bytes. RFC 9110 §8.8.3.
    pub etag: String,
    /// How long a cache may keep it. Zero while the first keys of a new server are still being made, so that
    /// nobody holds on to a document without them.
    pub max_age: Duration,
    /// The same as a `Cache-Control` value. RFC 9111 §5.2.2, RFC 5861 §3, §4: a cache may serve the document a minute
    /// longer while it asks again, and for a day while we cannot be reached.
    pub cache_control: String,
}

#[derive(Serialize)]
struct Jwks<'a> {
    keys: Vec<Jwk<'a>>,
}

/// RFC 7517 §4: `kid`, `alg` and `use` always stand; never a private member.
#[derive(Serialize)]
struct Jwk<'a> {
    #[serde(flatten)]
    public: &'a PublicKey,
    kid: &'a str,
    alg: Algorithm,
    r#use: &'static str,
}

impl JwksDocument {
    /// The document of the public keys among `keys`, oldest first; none where there is none, for an empty key set
    /// would make verifiers drop what they have.
    pub(super) fn render(keys: &[SigningKey], max_age: Duration) -> Option<Self> {
        let mut public: Vec<&SigningKey> = keys.iter().filter(|key| key.state.is_public()).collect();
        public.sort_by(|a, b| (a.created_at, &a.kid).cmp(&(b.created_at, &b.kid)));
        if public.is_empty() {
            return None;
        }
        let keys = public
            .into_iter()
            // RFC 7517 §9.2, OIDC Core §10.1: public members alone, each with its own `kid`.
            .map(|key| Jwk { public: &key.public, kid: &key.kid, alg: key.algorithm, r#use: "sig" })
            .collect();
        let body = serde_json::to_vec(&Jwks { keys }).ok()?;
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(openssl::sha::sha256(&body)));
        let cache_control = if max_age.is_positive() {
            let seconds = max_age.whole_seconds();
            format!("public, max-age={seconds}, stale-while-revalidate=60, stale-if-error=86400")
        } else {
            "no-cache".to_owned()
        };
        Some(Self { body: body.into(), etag, max_age, cache_control })
    }
}
