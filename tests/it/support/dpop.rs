//! A client that proves a key. RFC 9449.

use super::app::ISSUER;
use super::flow::Credentials;
use super::signed::{Key, encode};
use super::{Answer, App};
use actix_web::test::TestRequest;
use latchkey::jose::Jwk;
use serde_json::{Value, json};
use std::cell::Cell;

/// A key that is proved, and how many proofs it has made.
pub(crate) struct Prover {
    /// The key.
    pub(crate) key: Key,
    alg: &'static str,
    count: Cell<u32>,
}

impl Prover {
    /// A new key on P-256.
    pub(crate) fn new() -> Self {
        Self::with(Key::es256(), "ES256")
    }

    /// A prover with this key.
    pub(crate) fn with(key: Key, alg: &'static str) -> Self {
        Self { key, alg, count: Cell::new(0) }
    }

    /// The thumbprint of the key.
    pub(crate) fn jkt(&self) -> String {
        Jwk::parse(&self.key.public(None)).unwrap().thumbprint()
    }

    /// The header of a good proof.
    pub(crate) fn header(&self) -> Value {
        json!({ "typ": "dpop+jwt", "alg": self.alg, "jwk": self.key.public(None) })
    }

    /// The claims of a good proof, made now.
    pub(crate) fn claims(&self, app: &App, method: &str, path: &str) -> Value {
        self.count.set(self.count.get() + 1);
        json!({
            "jti": format!("proof-{}", self.count.get()),
            "htm": method,
            "htu": format!("{ISSUER}{path}"),
            "iat": app.act().now.unix_timestamp(),
        })
    }

    /// A proof whose claims were changed; null drops one.
    pub(crate) fn proof(&self, app: &App, (method, path): (&str, &str), over: &[(&str, Value)]) -> String {
        let mut claims = self.claims(app, method, path);
        for (name, value) in over {
            claims[*name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        self.key.jws(self.header(), &claims)
    }

    /// A good proof for the token endpoint.
    pub(crate) fn for_token(&self, app: &App) -> String {
        self.proof(app, ("POST", "/token"), &[])
    }

    /// A good proof for userinfo, with this token.
    pub(crate) fn for_userinfo(&self, app: &App, token: &Value) -> String {
        self.proof(app, ("GET", "/userinfo"), &[("ath", ath(token))])
    }
}

/// The `ath` of an access token. RFC 9449 §4.2.
pub(crate) fn ath(token: &Value) -> Value {
    json!(encode(openssl::sha::sha256(token.as_str().unwrap().as_bytes())))
}

impl App {
    /// Posts a form with these proofs, as the client of these credentials; a public one names itself.
    pub(crate) async fn post_with(
        &self,
        path: &str,
        client: &Credentials,
        form: &[(&str, &str)],
        proofs: &[String],
    ) -> Answer {
        let mut form = form.to_vec();
        if client.1.is_empty() {
            form.push(("client_id", &client.0));
        }
        let mut request = TestRequest::post().uri(path).set_form(form);
        if !client.1.is_empty() {
            use base64::Engine as _;
            let basic =
                base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", client.0, client.1));
            request = request.insert_header(("authorization", format!("Basic {basic}")));
        }
        for proof in proofs {
            request = request.append_header(("dpop", proof.as_str()));
        }
        self.send(request).await
    }

    /// Asks userinfo by this scheme, with these proofs.
    pub(crate) async fn userinfo_by(&self, scheme: &str, token: &Value, proofs: &[String]) -> Answer {
        let shown = format!("{scheme} {}", token.as_str().unwrap());
        let mut request = TestRequest::get().uri("/userinfo").insert_header(("authorization", shown));
        for proof in proofs {
            request = request.append_header(("dpop", proof.as_str()));
        }
        self.send(request).await
    }
}
