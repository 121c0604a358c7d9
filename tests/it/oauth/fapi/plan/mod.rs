//! The plans of the OpenID Foundation's suite for an authorization server of FAPI 2.0 (Security Profile Final, Message
//! Signing Final), module by module: what each sends, and what it demands. Each test names the modules it stands for,
//! without their common beginning `fapi2-security-profile-final-`.
//!
//! Its clients are known beforehand, with a key each; the second has a redirect URI with a query. They send no `client_id`
//! beside an assertion, and beside a pushed request what the suite sends beside it.

mod assertions;
mod flow;
mod metadata;
mod objects;
mod proofs;
mod refusals;

use super::ASSERTION_TYPE;
use crate::oauth::mtls::{Place, named, show};
use crate::support::app::ISSUER;
use crate::support::certificates::Pair;
use crate::support::conditions::{led_to, signed};
use crate::support::dpop::ath;
use crate::support::flow::{CHALLENGE, Person, VERIFIER};
use crate::support::signed::Key;
use crate::support::{Answer, App};
use actix_web::test::TestRequest;
use serde_json::{Map, Value, json};
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::LazyLock;

pub(super) const CALLBACK: &str = "https://suite.example/test/a/latchkey/callback";
const SUFFIX: &str = "?dummy1=lorem&dummy2=ipsum";
const RESOURCE: &str = "/userinfo";

/// Made once: it takes long.
static RSA: LazyLock<Key> = LazyLock::new(|| Key::rsa(2048));

/// A variant of a plan: `client_auth_type`, `sender_constrain`, `openid`, `fapi_request_method`, `fapi_response_mode`.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each is a variant of the suite, independent of the others")]
pub(super) struct Variant {
    pub(super) by_certificate: bool,
    pub(super) bound_to_certificate: bool,
    pub(super) openid: bool,
    pub(super) signed: bool,
    pub(super) jarm: bool,
}

/// `private_key_jwt`, `dpop`, `openid_connect`, `unsigned`, `plain_response`.
pub(super) const USUAL: Variant =
    Variant { by_certificate: false, bound_to_certificate: false, openid: true, signed: false, jarm: false };

/// FAPI 2.0 Message Signing with all of it.
pub(super) const SIGNED: Variant = Variant { signed: true, jarm: true, ..USUAL };

/// One of the two clients.
pub(super) struct Client {
    pub(super) id: &'static str,
    alg: &'static str,
    pub(super) key: Key,
    /// What its proofs are signed with.
    pub(super) prover: Key,
    prover_alg: &'static str,
    certificate: Pair,
    pub(super) redirect_uri: String,
    pub(super) state: String,
    pub(super) nonce: String,
}

impl Client {
    /// An assertion.
    pub(super) fn sign(&self, claims: Map<String, Value>) -> String {
        self.key.jws(json!({ "alg": self.alg, "kid": self.id }), &Value::Object(claims))
    }

    pub(super) fn redemption(&self, code: &str) -> Form {
        vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.to_owned()),
            ("redirect_uri", self.redirect_uri.clone()),
            ("code_verifier", VERIFIER.to_owned()),
        ]
    }
}

/// A run of a plan.
pub(super) struct Suite {
    pub(super) app: App,
    pub(super) variant: Variant,
    pub(super) clients: [Client; 2],
    ada: Person,
    count: Cell<u32>,
}

/// A form, before it is sent.
pub(super) type Form = Vec<(&'static str, String)>;

impl Suite {
    pub(super) async fn start(variant: Variant) -> Self {
        let Place { app, authority } = Place::start().await;
        let client = |id, alg, prover_alg, suffix: &str, length: usize| {
            let make = |alg| if alg == "PS256" { RSA.clone() } else { Key::es256() };
            Client {
                id,
                alg,
                key: make(alg),
                prover: make(prover_alg),
                prover_alg,
                certificate: authority.issue(&named(&[("CN", id)])),
                redirect_uri: format!("{CALLBACK}{suffix}"),
                state: "s".repeat(length),
                nonce: "n".repeat(43),
            }
        };
        let clients = [client("one", "ES256", "PS256", "", 10), client("two", "PS256", "ES256", SUFFIX, 128)];
        for client in &clients {
            register(&app, client, variant);
        }
        let ada = app.signed_in("ada");
        Self { app, variant, clients, ada, count: Cell::new(0) }
    }

    fn unique(&self, what: &str) -> String {
        self.count.set(self.count.get() + 1);
        format!("{what}-{}", self.count.get())
    }

    pub(super) fn now(&self) -> i64 {
        self.app.act().now.unix_timestamp()
    }

    pub(super) fn scope(&self) -> &'static str {
        if self.variant.openid { "openid offline_access" } else { "read offline_access" }
    }

    /// `CreateAuthorizationRequestSteps`.
    pub(super) fn asked(&self, client: &Client) -> Form {
        let mut form = vec![
            ("client_id", client.id.to_owned()),
            ("redirect_uri", client.redirect_uri.clone()),
            ("scope", self.scope().to_owned()),
            ("state", client.state.clone()),
            ("response_type", "code".to_owned()),
            ("code_challenge", CHALLENGE.to_owned()),
            ("code_challenge_method", "S256".to_owned()),
        ];
        if self.variant.openid {
            form.push(("nonce", client.nonce.clone()));
        }
        if self.variant.jarm {
            form.push(("response_mode", "jwt".to_owned()));
        }
        form
    }

    /// The claims of an object that asks this: `CreateAuthorizationRequestObjectSteps`.
    pub(super) fn claims(&self, client: &Client, asked: &Form) -> Value {
        let now = self.now();
        let mut claims = json!({ "nbf": now, "exp": now + 300, "aud": ISSUER, "iss": client.id });
        for (name, value) in asked {
            claims[*name] = match *name {
                "claims" => serde_json::from_str(value).unwrap(),
                _ => json!(value),
            };
        }
        claims
    }

    /// What is pushed for this: the form itself, or an object.
    pub(super) fn pushing(&self, client: &Client, asked: &Form) -> Form {
        if !self.variant.signed {
            return asked.clone();
        }
        let mut header = json!({ "alg": client.alg, "kid": client.id });
        if client.id == "two" {
            header["typ"] = json!("oauth-authz-req+jwt");
        }
        vec![("request", client.key.jws(header, &self.claims(client, asked)))]
    }

    /// `CreateClientAuthenticationAssertionClaimsWithIssAudience`.
    pub(super) fn assertion(&self, client: &Client) -> Map<String, Value> {
        let now = self.now();
        let claims = json!({
            "iss": client.id, "sub": client.id, "aud": ISSUER, "jti": self.unique("assertion"),
            "nbf": now, "iat": now, "exp": now + 60,
        });
        claims.as_object().unwrap().clone()
    }

    /// The form with what authenticates the client.
    pub(super) fn authenticated(&self, client: &Client, mut form: Form) -> Form {
        if self.variant.by_certificate {
            if !form.iter().any(|(name, _)| *name == "client_id") {
                form.push(("client_id", client.id.to_owned()));
            }
            return form;
        }
        form.push(("client_assertion_type", ASSERTION_TYPE.to_owned()));
        form.push(("client_assertion", client.sign(self.assertion(client))));
        form
    }

    /// The header and the claims of a good proof.
    pub(super) fn proof_parts(&self, client: &Client, method: &str, path: &str) -> (Value, Value) {
        let mut jwk = client.prover.public(None);
        jwk["use"] = json!("sig");
        jwk["alg"] = json!(client.prover_alg);
        let header = json!({ "alg": client.prover_alg, "typ": "dpop+jwt", "jwk": jwk });
        let claims = json!({
            "jti": self.unique("proof"), "iat": self.now(), "htm": method, "htu": format!("{ISSUER}{path}"),
        });
        (header, claims)
    }

    pub(super) fn proof(&self, client: &Client, method: &str, path: &str) -> String {
        let (header, claims) = self.proof_parts(client, method, path);
        client.prover.jws(header, &claims)
    }

    /// Posts a form as it is.
    pub(super) async fn post(
        &self,
        path: &str,
        form: &Form,
        proof: Option<&str>,
        shown: Option<&Client>,
    ) -> Answer {
        let mut request =
            TestRequest::post().uri(path).set_form(form).insert_header(("accept", "application/json"));
        if let Some(proof) = proof {
            request = request.insert_header(("dpop", proof));
        }
        let pairs: Vec<&Pair> = shown.iter().map(|client| &client.certificate).collect();
        self.app.send(show(request, &pairs)).await
    }

    /// Pushes, without a proof and, but for who proves itself by it, without a certificate.
    pub(super) async fn push(&self, client: &Client, asked: &Form) -> Answer {
        let form = self.authenticated(client, self.pushing(client, asked));
        self.post("/par", &form, None, Some(client).filter(|_| self.variant.by_certificate)).await
    }

    /// Asks for tokens with everything that the variant demands.
    pub(super) async fn ask_token(&self, client: &Client, form: Form) -> Answer {
        let form = self.authenticated(client, form);
        let proof = self.proof(client, "POST", "/token");
        let proof = Some(proof.as_str()).filter(|_| !self.variant.bound_to_certificate);
        let shows = self.variant.by_certificate || self.variant.bound_to_certificate;
        self.post("/token", &form, proof, Some(client).filter(|_| shows)).await
    }

    /// Opens the authorization endpoint with Ada's browser.
    pub(super) async fn visit(&self, query: &[(&str, String)]) -> Answer {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let request = TestRequest::get().uri(&format!("/authorize?{query}"));
        self.app.send(request.insert_header(("cookie", self.ada.cookie.as_str()))).await
    }

    /// `BuildRequestObjectByReferenceRedirectToAuthorizationEndpoint`: with what has to stand beside a reference in
    /// OAuth's own words.
    pub(super) fn beside(&self, client: &Client, request_uri: &str) -> Form {
        let mut query = self.asked(client);
        query.retain(|(name, _)| ["client_id", "redirect_uri", "scope", "response_type"].contains(name));
        query.push(("request_uri", request_uri.to_owned()));
        query
    }

    /// The authorization response, after the conditions on how it travels.
    pub(super) async fn response(&self, client: &Client, answer: &Answer) -> HashMap<String, String> {
        let (to, mut query) = led_to(answer);
        assert_eq!(to, CALLBACK);
        let is_second = client.id == "two";
        for (name, value) in [("dummy1", "lorem"), ("dummy2", "ipsum")] {
            assert_eq!(query.remove(name).as_deref(), Some(value).filter(|_| is_second));
        }
        if !self.variant.jarm {
            return query;
        }
        self.opened(client, query).await
    }

    /// A refusal of a request that could not be read, so did not ask for JARM: in either form
    /// (`allowPlainErrorResponseForJarm`).
    pub(super) async fn refusal(&self, client: &Client, answer: &Answer) -> HashMap<String, String> {
        let (to, query) = led_to(answer);
        assert_eq!(to, CALLBACK);
        if query.contains_key("error") { query } else { self.opened(client, query).await }
    }

    async fn opened(&self, client: &Client, query: HashMap<String, String>) -> HashMap<String, String> {
        assert_eq!(query.keys().collect::<Vec<_>>(), ["response"]);
        let (header, mut claims) = signed(&self.app, &json!(query["response"])).await;
        assert!(["PS256", "ES256", "EdDSA"].contains(&header["alg"].as_str().unwrap()));
        let left = claims["exp"].as_i64().unwrap() - self.now();
        assert!((10..=600).contains(&left) && claims["aud"] == json!(client.id) && claims["iss"] == ISSUER);
        let members = claims.as_object_mut().unwrap();
        members.retain(|name, _| !["aud", "exp", "nbf", "iat", "jti", "sub"].contains(&name.as_str()));
        serde_json::from_value(claims).unwrap()
    }

    /// A code, the whole way.
    pub(super) async fn code(&self, client: &Client) -> String {
        let pushed = self.push(client, &self.asked(client)).await;
        assert_eq!(pushed.status, 201, "{:?}: {}", self.variant, pushed.text());
        let request_uri = pushed.json()["request_uri"].as_str().unwrap().to_owned();
        let answer = self.visit(&self.beside(client, &request_uri)).await;
        self.response(client, &answer).await.remove("code").unwrap()
    }

    /// Tokens, the whole way.
    pub(super) async fn tokens(&self, client: &Client) -> Value {
        let code = self.code(client).await;
        let answer = self.ask_token(client, client.redemption(&code)).await;
        assert_eq!(answer.status, 200, "{:?}: {}", self.variant, answer.text());
        answer.json()
    }

    /// Reads the resource, with these headers beside and the keys of this client.
    pub(super) async fn resource(&self, client: &Client, token: &Value, headers: &[(&str, &str)]) -> Answer {
        let scheme = if self.variant.bound_to_certificate { "Bearer" } else { "DPoP" };
        let shown = format!("{scheme} {}", token.as_str().unwrap());
        let mut request = TestRequest::get().uri(RESOURCE);
        if !headers.iter().any(|(name, _)| *name == "authorization") {
            request = request.insert_header(("authorization", shown));
        }
        for header in headers {
            request = request.insert_header(*header);
        }
        if self.variant.bound_to_certificate {
            return self.app.send(show(request, &[&client.certificate])).await;
        }
        let (header, mut claims) = self.proof_parts(client, "GET", RESOURCE);
        claims["ath"] = ath(token);
        self.app.send(request.insert_header(("dpop", client.prover.jws(header, &claims)))).await
    }
}

/// What an operator is told to register.
fn register(app: &App, client: &Client, variant: Variant) {
    let mut jwk = client.key.public(Some(client.id));
    jwk["use"] = json!("sig");
    jwk["alg"] = json!(client.alg);
    let scope = if variant.openid { "openid profile email offline_access" } else { "read offline_access" };
    let mut record = json!({
        "client_id": client.id, "redirect_uris": [client.redirect_uri], "skip_consent": true, "scope": scope,
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "profile": if variant.signed { "fapi2_message_signing" } else { "fapi2_security" },
        "token_endpoint_auth_method": "private_key_jwt",
        "keys": { "jwks": { "keys": [jwk] } },
        "binding": {
            "dpop_bound_access_tokens": !variant.bound_to_certificate,
            "tls_client_certificate_bound_access_tokens": variant.bound_to_certificate,
        },
    });
    if variant.by_certificate {
        record["token_endpoint_auth_method"] = json!("tls_client_auth");
        record["authentication"] = json!({ "tls_client_auth_subject_dn": format!("CN={}", client.id) });
    }
    if variant.jarm && client.id == "one" {
        record["responses"] = json!({ "authorization_signed_response_alg": "EdDSA" });
    }
    app.with_client(record);
}

/// The form with one parameter replaced, added or, where it is empty, left out.
pub(super) fn with(mut form: Form, name: &'static str, value: &str) -> Form {
    form.retain(|(other, _)| *other != name);
    if !value.is_empty() {
        form.push((name, value.to_owned()));
    }
    form
}
