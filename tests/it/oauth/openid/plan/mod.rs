//! The plans of the OpenID Foundation's suite for a provider of the code flow, module by module: Basic OP, Form Post OP,
//! Config OP and Dynamic OP. What other tests of this folder show already is not shown here again.
//!
//! Its clients register themselves, know neither PKCE nor consent, and wait at one address.

mod basic;
mod dynamic;

use crate::support::app::{ISSUER, PASSWORD};
use crate::support::conditions::{holds_only, id_token, is_json, is_not_kept, is_unguessable, led_to};
use crate::support::flow::authorize_uri;
use crate::support::signed::{Key, encode};
use crate::support::{Answer, App, Browser};
use actix_web::test::TestRequest;
use latchkey::records::TokenEndpointAuthMethod as Method;
use serde_json::{Value, json};
use std::collections::HashMap;

const CALLBACK: &str = "https://suite.example/test/a/latchkey/callback";

/// How a client proves itself, by its registered name.
const METHODS: [&str; 4] =
    ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"];

/// How the suite is answered: its variants of the Basic and of the Form Post plan.
const MODES: [&str; 2] = ["", "form_post"];

struct Suite {
    app: App,
    browser: Browser,
    /// The `response_mode` that it sends; none where empty.
    mode: &'static str,
    assertions: u32,
}

#[derive(Clone)]
struct Client {
    told: Value,
    key: Key,
    kid: &'static str,
    redirect_uri: String,
}

impl Client {
    fn id(&self) -> &str {
        self.told["client_id"].as_str().unwrap()
    }

    fn secret(&self) -> &str {
        self.told["client_secret"].as_str().unwrap()
    }
}

impl Suite {
    async fn start(mode: &'static str) -> Self {
        let app = App::start_registering(|policy| {
            policy.bounds.require_pkce = false;
            policy.bounds.methods.push(Method::ClientSecretJwt);
            // The operator vouches for the suite: its modules wait for errors at the callback, where nobody presses a link.
            policy.trust_redirects = true;
        })
        .await;
        app.with_user("ada");
        let browser = Browser::new(&app);
        Self { app, browser, mode, assertions: 0 }
    }

    async fn registers(&self, over: &Value) -> Answer {
        let mut document = json!({
            "client_name": "suite", "grant_types": ["authorization_code"], "response_types": ["code"],
            "redirect_uris": [CALLBACK], "contacts": ["certification@oidf.org"],
        });
        for (name, value) in over.as_object().unwrap() {
            document[name] = value.clone();
        }
        self.app.send(TestRequest::post().uri("/register").set_json(&document)).await
    }

    /// `CallDynamicRegistrationEndpoint`, `EnsureHttpStatusCodeIs201`, and what a client has to be told.
    async fn client(&self, over: &Value) -> Client {
        let answer = self.registers(over).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        is_json(&answer);
        is_not_kept(&answer);
        let told = answer.json();
        for (name, value) in over.as_object().unwrap() {
            assert_eq!(&told[name], value, "{name} is told as it was registered");
        }
        let at = told["registration_client_uri"].as_str().unwrap();
        assert!(at.starts_with(ISSUER) && told["registration_access_token"].is_string());
        let redirect_uri = told["redirect_uris"][0].as_str().unwrap().to_owned();
        Client { told, key: Key::es256(), kid: "none", redirect_uri }
    }

    /// A client of one method, with a key of its own where that takes one.
    async fn client_of(&self, method: &str, over: &Value) -> Client {
        let mut over = over.clone();
        over["token_endpoint_auth_method"] = json!(method);
        let key = Key::es256();
        if method == "private_key_jwt" {
            let mut jwk = key.public(Some("suite"));
            (jwk["use"], jwk["alg"]) = (json!("sig"), json!("ES256"));
            over["jwks"] = json!({ "keys": [jwk] });
        }
        Client { key, kid: "suite", ..self.client(&over).await }
    }

    fn asks(&self, client: &Client, over: &[(&str, &str)]) -> String {
        let mut asked = HashMap::from([
            ("client_id", client.id()),
            ("redirect_uri", &client.redirect_uri),
            ("nonce", "nO8cWmNs7t"),
            ("state", "Zk3pTqXv0a"),
            ("response_mode", self.mode),
            ("code_challenge", ""),
            ("code_challenge_method", ""),
        ]);
        asked.extend(over.iter().copied());
        authorize_uri(&asked.into_iter().collect::<Vec<_>>())
    }

    /// Opens a request, and says to its pages what the suite's person says.
    async fn visits(&mut self, path: &str) -> Answer {
        let mut answer = self.browser.open(path).await;
        if self.browser.path.starts_with("/login?") {
            answer = self.browser.log_in("ada", PASSWORD).await;
        }
        if self.browser.path.starts_with("/consent?") {
            answer = self.browser.submit(&self.browser.form("/consent").with("decision", "allow")).await;
        }
        answer
    }

    /// What the redirect URI gets: by its query alone, or by a form alone.
    fn response(&self, client: &Client, answer: &Answer) -> HashMap<String, String> {
        if self.mode.is_empty() {
            let (to, response) = led_to(answer);
            assert_eq!(to, client.redirect_uri.split('?').next().unwrap());
            return response;
        }
        assert_eq!((answer.status, answer.header("location").as_str()), (200, ""), "{}", answer.text());
        assert!(answer.header("content-type").starts_with("text/html"));
        let mut page = Browser::new(&self.app);
        page.html = answer.text();
        page.form(&client.redirect_uri).fields.into_iter().filter(|(name, _)| !name.is_empty()).collect()
    }

    /// A code, and all conditions on what comes with it.
    async fn code(&mut self, client: &Client, over: &[(&str, &str)]) -> String {
        let path = self.asks(client, over);
        let answer = self.visits(&path).await;
        let response = self.response(client, &answer);
        holds_only(&response, &["code", "state", "session_state", "iss", "foo"]);
        assert_eq!((response["state"].as_str(), response["iss"].as_str()), ("Zk3pTqXv0a", ISSUER));
        is_unguessable(&json!(response["code"]));
        response["code"].clone()
    }

    /// Asks the token endpoint, by the client's own method; `audience` is whom its assertion is for.
    async fn proves(&mut self, client: &Client, form: &[(&str, &str)], audience: &str) -> Answer {
        let mut form: Vec<_> = form.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let mut basic = None;
        let method = client.told["token_endpoint_auth_method"].as_str().unwrap();
        match method {
            "client_secret_basic" => basic = Some((client.id().to_owned(), client.secret().to_owned())),
            "client_secret_post" => {
                form.extend([
                    ("client_id", client.id().to_owned()),
                    ("client_secret", client.secret().to_owned()),
                ]);
            }
            _ => {
                self.assertions += 1;
                let now = self.app.act().now.unix_timestamp();
                let claims = json!({
                    "iss": client.id(), "sub": client.id(), "aud": audience, "iat": now, "exp": now + 60,
                    "jti": encode(self.assertions.to_be_bytes()),
                });
                let assertion = if method == "client_secret_jwt" {
                    Key::Secret(client.secret().into()).jws(json!({ "alg": "HS256" }), &claims)
                } else {
                    let alg = if matches!(client.kid, "old" | "new") { "RS256" } else { "ES256" };
                    client.key.jws(json!({ "alg": alg, "kid": client.kid }), &claims)
                };
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                form.extend([("client_assertion_type", kind.to_owned()), ("client_assertion", assertion)]);
            }
        }
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.app.post("/token", &form, basic.as_ref()).await
    }

    async fn redeems(&mut self, client: &Client, code: &str) -> Answer {
        let form =
            [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", &client.redirect_uri)];
        self.proves(client, &form, &format!("{ISSUER}/token")).await
    }

    async fn refreshes(&mut self, client: &Client, token: &Value, more: &[(&str, &str)]) -> Answer {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str().unwrap())];
        self.proves(client, &[&form[..], more].concat(), &format!("{ISSUER}/token")).await
    }

    /// Tokens for a code, and all conditions on them.
    async fn tokens(&mut self, client: &Client, over: &[(&str, &str)]) -> Value {
        let code = self.code(client, over).await;
        let answer = self.redeems(client, &code).await;
        are_tokens(&answer);
        let tokens = answer.json();
        id_token(&self.app, &tokens, client.id(), Some("nO8cWmNs7t")).await;
        tokens
    }
}

/// `CheckIfTokenEndpointResponseError`, `CheckForAccessTokenValue`, `ExtractExpiresInFromTokenEndpointResponse`,
/// `ValidateExpiresIn`, `CheckTokenTypeIsBearer`, `CheckForRefreshTokenValue`.
fn are_tokens(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    is_json(answer);
    is_not_kept(answer);
    let tokens = answer.json();
    assert_eq!(tokens["token_type"], "Bearer");
    assert!((1..31_536_000).contains(&tokens["expires_in"].as_i64().unwrap()));
    is_unguessable(&tokens["access_token"]);
    if let Some(token) = tokens.get("refresh_token") {
        is_unguessable(token);
    }
}
