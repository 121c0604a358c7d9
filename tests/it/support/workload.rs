//! Trusted issuers and the workloads for which they sign: a CI system, a SPIFFE trust domain, and a client for both.

use super::App;
use super::app::ISSUER;
use super::exchange::EXCHANGE;
use super::flow::Credentials;
use super::signed::Key;
use latchkey::oauth::TokenPolicy;
use latchkey::oauth::trust::{IssuerKeys, SubjectPattern, TrustedIssuer};
use latchkey::records::{JwsAlgorithm, Scope};
use latchkey::web::state::AppState;
use serde_json::{Value, json};
use time::Duration;

/// The grant by which a workload gets a token. RFC 7523 §2.1.
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// The type of an assertion that authenticates a client. RFC 7523 §2.2.
pub(crate) const CLIENT_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The CI system.
pub(crate) const CI: &str = "https://ci.example";
/// Where its keys are.
pub(crate) const CI_KEYS: &str = "https://ci.example/keys";
/// A job of it that is trusted.
pub(crate) const MAIN: &str = "repo:acme/site:ref:refs/heads/main";
/// The trust domain.
pub(crate) const DOMAIN: &str = "spiffe://meadow.example";

/// An issuer that is trusted for these subjects.
pub(crate) fn issuer(issuer: &str, subject: &str) -> TrustedIssuer {
    TrustedIssuer {
        issuer: issuer.to_owned(),
        keys: IssuerKeys::At(format!("{}/keys", issuer.replace("spiffe", "https"))),
        audiences: Vec::new(),
        algorithms: vec![JwsAlgorithm::Es256],
        longest_life: Duration::HOUR,
        single_use: true,
        subjects: vec![SubjectPattern(subject.to_owned())],
        claims: Vec::new(),
        scope: Scope::parse("deploy read openid").unwrap(),
        roles: vec!["ci".to_owned()],
    }
}

/// A CI system whose jobs on `main` of one owner are trusted, a SPIFFE trust domain, and a client for both.
pub(crate) struct Workloads {
    pub(crate) app: App,
    /// The key of both issuers.
    pub(crate) key: Key,
    /// The client.
    pub(crate) runner: Credentials,
}

impl Workloads {
    pub(crate) async fn start() -> Self {
        Self::start_changed(|_| {}).await
    }

    /// The same, with what the application works with changed.
    pub(crate) async fn start_changed(change_state: impl FnOnce(&mut AppState)) -> Self {
        let ci = TrustedIssuer {
            claims: vec![("owner_id".to_owned(), "12345".to_owned())],
            ..issuer(CI, "repo:acme/*:ref:refs/heads/main")
        };
        let spiffe = TrustedIssuer { single_use: false, ..issuer(DOMAIN, &format!("{DOMAIN}/ns/*")) };
        let trust = |policy: &mut TokenPolicy| policy.trusted_issuers = [ci, spiffe].into();
        let app = App::start_changed(trust, change_state).await;
        let key = Key::es256();
        let set = json!({ "keys": [key.public(Some("1"))] });
        app.outbound.publish(CI_KEYS, &set);
        let mut bundle = set.clone();
        bundle["keys"][0]["use"] = json!("jwt-svid");
        app.outbound.publish("https://meadow.example/keys", &bundle);
        let runner = app.with_client(json!({
            "client_id": "runner", "grant_types": [JWT_BEARER, EXCHANGE, "client_credentials"],
            "scope": "deploy openid", "resources": ["https://a.example"],
            "token_exchange": {
                "token_exchange_audiences": ["https://b.example"],
                "token_exchange_subject_issuers": [CI],
            },
            "authentication": { "workload_identities": [{ "issuer": CI, "subject": MAIN }] },
        }));
        Self { app, key, runner }
    }

    /// What the CI system says of its job.
    pub(crate) fn claims(&self) -> Value {
        let now = self.app.act().now.unix_timestamp();
        json!({
            "iss": CI, "sub": MAIN, "aud": ISSUER, "iat": now, "exp": now + 300, "jti": "1", "owner_id": "12345",
        })
    }

    /// The same, signed, with some of it changed; null drops a claim.
    pub(crate) fn sign(&self, over: &Value) -> String {
        let mut claims = self.claims();
        for (name, value) in over.as_object().unwrap() {
            claims[name] = value.clone();
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            }
        }
        self.key.jws(json!({ "alg": "ES256", "kid": "1", "typ": "JWT" }), &claims)
    }
}
