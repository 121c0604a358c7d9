//! Clients that are held to a profile. FAPI 2.0 Security Profile, FAPI 2.0 Message Signing.

mod message_signing;
mod mtls;
mod plan;
mod registration;
mod security;
mod server;

use crate::support::app::ISSUER;
use crate::support::dpop::Prover;
use crate::support::flow::{CALLBACK, CHALLENGE, Credentials, Person, VERIFIER, sent_back};
use crate::support::signed::Key;
use crate::support::{Answer, App};
use actix_web::test::TestRequest;
use latchkey::oauth::Rules;
use serde_json::{Value, json};
use std::cell::Cell;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client with a key of its own, a key for proofs, and a person who is signed in.
pub(super) struct Bank {
    pub(super) app: App,
    pub(super) key: Key,
    pub(super) prover: Prover,
    pub(super) ada: Person,
    count: Cell<u32>,
}

impl Bank {
    /// With a client of this profile; `over` replaces members of its record.
    pub(super) async fn start(profile: &str, over: Value) -> Self {
        Self::start_under(|_| {}, json!({ "profile": profile }), over).await
    }

    /// With other rules of the server.
    pub(super) async fn start_under(change: impl FnOnce(&mut Rules), own: Value, over: Value) -> Self {
        let app = App::start_under(change, |_| {}).await;
        let key = Key::es256();
        let mut client = json!({
            "client_id": "bank",
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "token_endpoint_auth_method": "private_key_jwt",
            "keys": { "jwks": { "keys": [key.public(Some("k1"))] } },
            "scope": "openid profile offline_access read",
            "skip_consent": true,
        });
        for (name, value) in own.as_object().unwrap().iter().chain(over.as_object().unwrap()) {
            client[name] = value.clone();
        }
        app.with_client(client);
        let ada = app.signed_in("ada");
        Self { app, key, prover: Prover::new(), ada, count: Cell::new(0) }
    }

    /// The client, which has no secret.
    pub(super) fn client() -> Credentials {
        ("bank".to_owned(), String::new())
    }

    /// An assertion for this audience, by this algorithm.
    pub(super) fn assertion_for(&self, aud: &Value, alg: &str, key: &Key) -> String {
        self.count.set(self.count.get() + 1);
        let now = self.app.act().now.unix_timestamp();
        let claims = json!({
            "iss": "bank", "sub": "bank", "aud": aud, "jti": format!("a-{}", self.count.get()),
            "iat": now, "exp": now + 60,
        });
        key.jws(json!({ "alg": alg, "kid": "k1" }), &claims)
    }

    /// Posts a form as the client, with these proofs.
    pub(super) async fn post(&self, path: &str, form: &[(&str, &str)], proofs: &[String]) -> Answer {
        let assertion = self.assertion_for(&json!(ISSUER), "ES256", &self.key);
        let mut form = form.to_vec();
        form.extend([("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion)]);
        self.app.post_with(path, &Self::client(), &form, proofs).await
    }

    /// A proof for this endpoint.
    pub(super) fn proof(&self, path: &str) -> String {
        self.prover.proof(&self.app, ("POST", path), &[])
    }

    /// A token of the client's own.
    pub(super) async fn own_token(&self, proofs: &[String]) -> Answer {
        self.post("/token", &[("grant_type", "client_credentials"), ("scope", "read")], proofs).await
    }

    /// Pushes a request; an empty value drops a parameter.
    pub(super) async fn push(&self, over: &[(&str, &str)]) -> Answer {
        let mut form = request();
        form.retain(|(name, _)| !over.iter().any(|(other, _)| other == name));
        form.extend(over.iter().filter(|(_, value)| !value.is_empty()));
        self.post("/par", &form, &[self.proof("/par")]).await
    }

    /// Takes up what was pushed.
    pub(super) async fn take_up(&self, pushed: &Answer) -> Answer {
        assert_eq!(pushed.status, 201, "{}", pushed.text());
        let pushed = pushed.json();
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("client_id", "bank"), ("request_uri", pushed["request_uri"].as_str().unwrap())])
            .finish();
        self.visit(&format!("/authorize?{query}")).await
    }

    /// Opens a page with Ada's browser.
    pub(super) async fn visit(&self, uri: &str) -> Answer {
        let request = TestRequest::get().uri(uri).insert_header(("cookie", self.ada.cookie.as_str()));
        self.app.send(request).await
    }

    /// A code, the whole way.
    pub(super) async fn code(&self, over: &[(&str, &str)]) -> String {
        let pushed = self.push(over).await;
        sent_back(&self.take_up(&pushed).await).remove("code").unwrap()
    }

    /// Redeems a code.
    pub(super) async fn redeem(&self, code: &str, proofs: &[String]) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.post("/token", &form, proofs).await
    }
}

/// The parameters of a good request.
pub(super) fn request() -> Vec<(&'static str, &'static str)> {
    vec![
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid offline_access"),
        ("state", "xyz"),
        ("nonce", "n0nce"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
}
