//! The authorization code flow without pages: a person who is signed in already, a client that asks.

use super::{Answer, App};
use actix_web::test::TestRequest;
use latchkey::identity::browser_session::{self, SessionPolicy};
use latchkey::records::User;
use latchkey::storage::Stop;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use std::collections::HashMap;

/// RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// RFC 7636 appendix B.
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// Where the client of [`App::with_web_client`] waits.
pub(crate) const CALLBACK: &str = "https://app.example/cb";

/// Somebody who is signed in with a browser.
pub(crate) struct Person {
    /// Who.
    pub(crate) user: User,
    /// The `sid` of the session.
    pub(crate) sid: uuid::Uuid,
    /// The browser's cookies.
    pub(crate) cookie: String,
}

/// A client's credentials.
pub(crate) type Credentials = (String, String);

impl App {
    /// Adds a person and begins a session for them.
    pub(crate) fn signed_in(&self, username: &str) -> Person {
        let user = self.with_user(username);
        let (act, policy, person) = (self.act(), SessionPolicy::default(), user.clone());
        let opened = self.state.store.run_blocking(move |txn| {
            Ok::<_, Stop<()>>(browser_session::begin(txn, &act, policy, &person, &["pwd"])?)
        });
        let opened = opened.unwrap();
        let cookie = format!("lk={}", opened.cookie.expose_secret());
        Person { user, sid: opened.session.sid, cookie }
    }

    /// A confidential web client of the organisation's own, which asks nobody for consent.
    pub(crate) fn with_web_client(&self, over: &[(&str, Value)]) -> Credentials {
        let mut metadata = json!({
            "client_id": "web",
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"],
            "scope": "openid profile email offline_access",
            "skip_consent": true,
        });
        for (name, value) in over {
            metadata[*name] = value.clone();
        }
        self.with_client(metadata)
    }

    /// Sends an authorization request with this browser. `over` replaces parameters; an empty value drops one.
    pub(crate) async fn authorize(&self, person: Option<&Person>, over: &[(&str, &str)]) -> Answer {
        let mut request = TestRequest::get().uri(&authorize_uri(over));
        if let Some(person) = person {
            request = request.insert_header(("cookie", person.cookie.as_str()));
        }
        self.send(request).await
    }

    /// A code for the web client.
    pub(crate) async fn code(&self, person: &Person, over: &[(&str, &str)]) -> String {
        let answer = self.authorize(Some(person), over).await;
        sent_back(&answer).remove("code").unwrap_or_else(|| panic!("no code: {}", answer.header("location")))
    }

    /// Redeems a code. `over` replaces parameters; an empty value drops one.
    pub(crate) async fn redeem(&self, client: &Credentials, code: &str, over: &[(&str, &str)]) -> Answer {
        let mut form = HashMap::from([
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ]);
        form.extend(over.iter().copied());
        let form: Vec<_> = form.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        self.post("/token", &form, Some(client)).await
    }

    /// The whole flow: the token response.
    pub(crate) async fn tokens(&self, client: &Credentials, person: &Person, scope: &str) -> Value {
        let code = self.code(person, &[("scope", scope)]).await;
        let answer = self.redeem(client, &code, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Redeems a refresh token.
    pub(crate) async fn refresh(&self, client: &Credentials, token: &Value, more: &[(&str, &str)]) -> Answer {
        let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", token.as_str().unwrap())];
        form.extend_from_slice(more);
        self.post("/token", &form, Some(client)).await
    }

    /// Whether introspection calls a token active that concerns this client.
    pub(crate) async fn is_active(&self, client: &Credentials, token: &Value) -> bool {
        let answer = self.post("/introspect", &[("token", token.as_str().unwrap())], Some(client)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let is_active = answer.json()["active"] == true;
        assert!(is_active || self.last_cause() != "introspection.not_concerned", "{} is not told", client.0);
        is_active
    }

    /// Asks userinfo.
    pub(crate) async fn userinfo(&self, token: &Value) -> Answer {
        let token = format!("Bearer {}", token.as_str().unwrap());
        self.send(TestRequest::get().uri("/userinfo").insert_header(("authorization", token))).await
    }
}

/// The request of the web client, changed.
pub(crate) fn authorize_uri(over: &[(&str, &str)]) -> String {
    let mut params = vec![
        ("response_type", "code"),
        ("client_id", "web"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid"),
        ("state", "xyz"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    params.retain(|(name, _)| !over.iter().any(|(other, _)| other == name));
    params.extend(over.iter().filter(|(_, value)| !value.is_empty()));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
    format!("/authorize?{query}")
}

/// The parameters of a redirect to the client; panics where it goes anywhere else.
pub(crate) fn sent_back(answer: &Answer) -> HashMap<String, String> {
    assert_eq!(answer.status, 303, "{}", answer.text());
    let location = answer.header("location");
    let query = location.strip_prefix(CALLBACK).and_then(|rest| rest.strip_prefix('?'));
    let query = query.unwrap_or_else(|| panic!("not to the client: {location}"));
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}
