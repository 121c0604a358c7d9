//! Everything that we give, or that a client signs for us, is good in one place. attacks: G02, class 3 of the classes
//! behind them (an access token taken for a refresh token, a hint for a proof); RFC 8725 §2.8, §3.11, §3.12.
#![allow(clippy::wildcard_enum_match_arm, reason = "each function is about a few of the places")]

use super::logout::{answers, job, logout_uri};
use crate::support::app::ISSUER;
use crate::support::device::DEVICE_GRANT;
use crate::support::exchange::{ACCESS, EXCHANGE, JWT, exchange_form};
use crate::support::flow::{CALLBACK, CHALLENGE, Credentials, Person, VERIFIER, sent_back};
use crate::support::signed::Key;
use crate::support::workload::{CLIENT_ASSERTION, JWT_BEARER};
use crate::support::{Answer, App, Browser};
use actix_web::test::TestRequest;
use latchkey::records::GrantType;
use serde_json::{Value, json};

const BACK: &str = "https://app.example/bye";
const BACK_CHANNEL: &str = "https://app.example/backchannel";

/// An application in which everything that there is has been given once.
struct World {
    app: App,
    ada: Person,
    web: Credentials,
    service: Credentials,
    /// The `client_id` of a client that registered itself.
    own: String,
    /// What was given, each under its name.
    things: Vec<(&'static str, String)>,
}

/// Where something can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Userinfo,
    Introspection,
    RefreshToken,
    Code,
    Device,
    ExchangeAccess,
    ExchangeJwt,
    Assertion,
    ClientAssertion,
    ClientSecret,
    Request,
    RequestUri,
    AuthorizeHint,
    Session,
    Registration,
    Register,
    LogoutHint,
}

/// What uses something up comes last.
const PLACES: [Place; 17] = [
    Place::Userinfo,
    Place::Introspection,
    Place::ExchangeAccess,
    Place::ExchangeJwt,
    Place::Assertion,
    Place::ClientAssertion,
    Place::ClientSecret,
    Place::AuthorizeHint,
    Place::Session,
    Place::Registration,
    Place::Register,
    Place::Request,
    Place::RequestUri,
    Place::Device,
    Place::RefreshToken,
    Place::Code,
    Place::LogoutHint,
];

/// What is good there.
fn good(place: Place) -> &'static [&'static str] {
    match place {
        Place::Userinfo | Place::ExchangeAccess | Place::ExchangeJwt => &["access token"],
        Place::Introspection => &["access token", "refresh token"],
        Place::RefreshToken => &["refresh token"],
        Place::Code => &["code"],
        Place::Device => &["device code"],
        Place::Assertion | Place::Register => &[],
        Place::ClientAssertion => &["client assertion"],
        Place::ClientSecret => &["client secret"],
        Place::Request => &["request object"],
        Place::RequestUri => &["request_uri"],
        Place::AuthorizeHint | Place::LogoutHint => &["ID token"],
        Place::Session => &["session cookie"],
        Place::Registration => &["registration access token"],
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned()
}

async fn world() -> World {
    let app = App::start_registering(|_| {}).await;
    let key = Key::es256();
    let web = app.with_web_client(&[
        ("grant_types", json!(["authorization_code", "refresh_token", DEVICE_GRANT, EXCHANGE, JWT_BEARER])),
        ("keys", json!({ "jwks": { "keys": [key.public(Some("k"))] } })),
        ("responses", json!({ "userinfo_signed_response_alg": "ES256" })),
        ("logout", json!({ "post_logout_redirect_uris": [BACK], "backchannel_logout_uri": BACK_CHANNEL })),
    ]);
    let service = app.with_client(json!({
        "token_endpoint_auth_method": "private_key_jwt",
        "keys": { "jwks": { "keys": [key.public(Some("k"))] } },
    }));
    let ada = app.signed_in("ada");
    let mut world = World { app, ada, web, service, own: String::new(), things: Vec::new() };
    world.collect_tokens().await;
    world.collect_signed(&key).await;
    world.collect_handles().await;
    world
}

impl World {
    fn keep(&mut self, name: &'static str, thing: &Value) {
        self.things.push((name, text(thing)));
    }

    async fn collect_tokens(&mut self) {
        let tokens = self.app.tokens(&self.web, &self.ada, "openid offline_access").await;
        self.keep("access token", &tokens["access_token"]);
        self.keep("refresh token", &tokens["refresh_token"]);
        self.keep("ID token", &tokens["id_token"]);
        let userinfo = self.app.userinfo(&tokens["access_token"]).await.text();
        self.keep("signed userinfo", &json!(userinfo));
        let request = TestRequest::post()
            .insert_header(("accept", "application/token-introspection+jwt"))
            .insert_header(("authorization", basic(&self.web)))
            .set_form([("token", text(&tokens["access_token"]))]);
        let introspected = self.app.send(request.uri("/introspect")).await.text();
        self.keep("signed introspection", &json!(introspected));
        let code = self.app.code(&self.ada, &[]).await;
        self.keep("code", &json!(code));
        let answer = self.app.authorize(Some(&self.ada), &[("response_mode", "jwt")]).await;
        self.keep("authorization response", &json!(sent_back(&answer)["response"]));
    }

    async fn collect_signed(&mut self, key: &Key) {
        let now = self.app.act().now.unix_timestamp();
        let header = |typ: &str| json!({ "alg": "ES256", "kid": "k", "typ": typ });
        let claims = json!({
            "iss": "service", "sub": "service", "aud": ISSUER, "jti": "1", "iat": now, "exp": now + 60,
        });
        self.keep("client assertion", &json!(key.jws(header("JWT"), &claims)));
        let claims = json!({
            "iss": "web", "aud": ISSUER, "exp": now + 60, "nbf": now, "client_id": "web", "response_type": "code",
            "redirect_uri": CALLBACK, "scope": "openid", "state": "xyz", "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        });
        self.keep("request object", &json!(key.jws(header("oauth-authz-req+jwt"), &claims)));
        let metadata = self.app.get("/.well-known/openid-configuration").await.json();
        self.keep("signed metadata", &metadata["signed_metadata"]);
        let bob = self.app.signed_in("bob");
        let tokens = self.app.tokens(&self.web, &bob, "openid").await;
        answers(&self.app, 200);
        let out = logout_uri(&[("id_token_hint", tokens["id_token"].as_str().unwrap())]);
        let mut browser = Browser::new(&self.app);
        browser.cookies.insert("lk".to_owned(), bob.cookie.trim_start_matches("lk=").to_owned());
        browser.open(&out).await;
        assert_eq!(job(&self.app).deliver().await.unwrap(), 1);
        let told = self.app.outbound.sent().pop().unwrap();
        let body = told.body.unwrap();
        let (_, token) = url::form_urlencoded::parse(body.as_bytes()).next().unwrap();
        self.keep("logout token", &json!(token));
    }

    async fn collect_handles(&mut self) {
        let codes =
            self.app.post("/device_authorization", &[("scope", "openid")], Some(&self.web)).await.json();
        let mut browser = Browser::new(&self.app);
        browser.cookies.insert("lk".to_owned(), self.ada.cookie.trim_start_matches("lk=").to_owned());
        browser.come_to_device(&codes, "ada").await;
        browser.answer_device("allow").await;
        self.keep("device code", &codes["device_code"]);
        self.keep("user code", &codes["user_code"]);
        let form = [
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("scope", "openid"),
            ("state", "xyz"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let pushed = self.app.post("/par", &form, Some(&self.web)).await.json();
        self.keep("request_uri", &pushed["request_uri"]);
        let document = json!({ "redirect_uris": [CALLBACK] }).to_string();
        let request =
            TestRequest::post().uri("/register").insert_header(("content-type", "application/json"));
        let told = self.app.send(request.set_payload(document)).await.json();
        self.own = text(&told["client_id"]);
        self.keep("registration access token", &told["registration_access_token"]);
        self.keep("client secret", &told["client_secret"]);
        self.keep("session cookie", &json!(self.ada.cookie.trim_start_matches("lk=")));
        self.keep("browser cookie", &json!(browser.cookies["lkb"]));
    }

    /// Shows a thing, and says whether it was taken for what belongs there.
    async fn is_taken(&self, place: Place, thing: &str) -> (bool, Answer) {
        let answer = match place {
            Place::Userinfo => self.app.userinfo(&json!(thing)).await,
            Place::Introspection => self.app.post("/introspect", &[("token", thing)], Some(&self.web)).await,
            Place::Registration | Place::Register => self.register(place, thing).await,
            Place::LogoutHint
            | Place::AuthorizeHint
            | Place::Session
            | Place::Request
            | Place::RequestUri => self.visit(place, thing).await,
            Place::RefreshToken
            | Place::Code
            | Place::Device
            | Place::ExchangeAccess
            | Place::ExchangeJwt
            | Place::Assertion
            | Place::ClientAssertion
            | Place::ClientSecret => self.ask(place, thing).await,
        };
        assert!(answer.status < 500, "{place:?}: {} {}", answer.status, answer.text());
        let location = answer.header("location");
        let taken = match place {
            Place::Introspection => answer.json()["active"] == true,
            Place::AuthorizeHint | Place::Session | Place::Request | Place::RequestUri => {
                location.starts_with(CALLBACK) && location.contains("code=")
            }
            Place::LogoutHint => location.starts_with(BACK),
            // A client that may ask for nothing there is told so; one that is not known, is not.
            Place::ClientSecret => answer.error().1 == "unauthorized_client",
            _ => matches!(answer.status, 200 | 201),
        };
        (taken, answer)
    }

    async fn ask(&self, place: Place, thing: &str) -> Answer {
        let (form, client) = match place {
            Place::RefreshToken => {
                (vec![("grant_type", "refresh_token"), ("refresh_token", thing)], Some(&self.web))
            }
            Place::Code => (
                vec![
                    ("grant_type", "authorization_code"),
                    ("code", thing),
                    ("redirect_uri", CALLBACK),
                    ("code_verifier", VERIFIER),
                ],
                Some(&self.web),
            ),
            Place::Device => (vec![("grant_type", DEVICE_GRANT), ("device_code", thing)], Some(&self.web)),
            Place::ExchangeAccess => {
                (exchange_form(thing, &[("subject_token_type", ACCESS)]), Some(&self.web))
            }
            Place::ExchangeJwt => (exchange_form(thing, &[("subject_token_type", JWT)]), Some(&self.web)),
            Place::Assertion => (vec![("grant_type", JWT_BEARER), ("assertion", thing)], Some(&self.web)),
            Place::ClientSecret => {
                let own = (self.own.clone(), thing.to_owned());
                let form = [("grant_type", GrantType::ClientCredentials.as_str())];
                return self.app.post("/token", &form, Some(&own)).await;
            }
            _ => (
                vec![
                    ("grant_type", "client_credentials"),
                    ("client_id", &*self.service.0),
                    ("client_assertion_type", CLIENT_ASSERTION),
                    ("client_assertion", thing),
                ],
                None,
            ),
        };
        self.app.post("/token", &form, client).await
    }

    async fn visit(&self, place: Place, thing: &str) -> Answer {
        let (path, cookie) = match place {
            Place::LogoutHint => {
                let asked = [("id_token_hint", thing), ("post_logout_redirect_uri", BACK)];
                (logout_uri(&asked), self.ada.cookie.clone())
            }
            Place::Session => {
                let asked = crate::support::flow::authorize_uri(&[("prompt", "none")]);
                (asked, format!("lk={thing}"))
            }
            Place::AuthorizeHint => {
                let asked = [("prompt", "none"), ("id_token_hint", thing)];
                (crate::support::flow::authorize_uri(&asked), self.ada.cookie.clone())
            }
            _ => {
                let name = if place == Place::Request { "request" } else { "request_uri" };
                let query = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("client_id", "web")
                    .append_pair(name, thing)
                    .finish();
                (format!("/authorize?{query}"), self.ada.cookie.clone())
            }
        };
        self.app.send(TestRequest::get().uri(&path).insert_header(("cookie", cookie))).await
    }

    async fn register(&self, place: Place, thing: &str) -> Answer {
        let bearer = ("authorization", format!("Bearer {thing}"));
        let request = match place {
            Place::Registration => TestRequest::get().uri(&format!("/register/{}", self.own)),
            _ => TestRequest::post()
                .uri("/register")
                .insert_header(("content-type", "application/json"))
                .set_payload(json!({ "redirect_uris": [CALLBACK] }).to_string()),
        };
        self.app.send(request.insert_header(bearer)).await
    }
}

fn basic(client: &Credentials) -> String {
    use base64::Engine as _;
    format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", client.0, client.1))
    )
}

/// All that is wrong first, so that what is right shows at the end that nothing was lost by it.
#[actix_web::test]
async fn nothing_is_good_in_a_place_of_something_else() {
    let world = world().await;
    for place in PLACES {
        for (name, thing) in world.things.iter().filter(|(name, _)| !good(place).contains(name)) {
            let (taken, answer) = world.is_taken(place, thing).await;
            assert!(
                !taken,
                "{name} at {place:?}: {} {} {}",
                answer.status,
                answer.header("location"),
                answer.text()
            );
        }
    }
    for place in PLACES {
        for name in good(place) {
            let (_, thing) = world.things.iter().find(|(known, _)| known == name).unwrap();
            let (taken, answer) = world.is_taken(place, thing).await;
            assert!(
                taken,
                "{name} at {place:?}: {} {} {}",
                answer.status,
                answer.header("location"),
                answer.text()
            );
        }
    }
}

/// Zitadel CVE-2026-27840: a token that was cut was a token. Cut, made longer, with another letter, in other letters: each is
/// another token, and none of ours; and trying costs the right one nothing.
#[actix_web::test]
async fn what_was_changed_in_any_place_is_nothing_of_ours() {
    let world = world().await;
    for place in [
        Place::Userinfo,
        Place::Registration,
        Place::ClientSecret,
        Place::Device,
        Place::RefreshToken,
        Place::Code,
    ] {
        let name = good(place)[0];
        let (_, thing) = world.things.iter().find(|(known, _)| *known == name).unwrap();
        let in_form = matches!(place, Place::Device | Place::RefreshToken | Place::Code);
        let blanks = ["\n", " ", "\u{200b}"].map(|blank| format!("{thing}{blank}"));
        for changed in changes(thing).into_iter().chain(blanks.into_iter().filter(|_| in_form)) {
            let (taken, answer) = world.is_taken(place, &changed).await;
            assert!(!taken, "{name} as {changed}: {}", answer.text());
        }
        let (taken, answer) = world.is_taken(place, thing).await;
        assert!(taken, "{name}: {}", answer.text());
    }
}

/// The same with something of it changed.
fn changes(thing: &str) -> Vec<String> {
    let letters: Vec<char> = thing.chars().collect();
    let step = (letters.len() / 24).max(1);
    let mut all = vec![
        format!("{thing}A"),
        format!("{thing}="),
        format!("{thing}."),
        thing.to_uppercase(),
        thing.to_lowercase(),
        thing.chars().rev().collect(),
    ];
    for at in (0..letters.len()).step_by(step).chain([letters.len() - 1]) {
        all.push(letters[..at].iter().collect());
        for other in ['A', 'B', '-'] {
            let mut changed = letters.clone();
            changed[at] = other;
            all.push(changed.into_iter().collect());
        }
    }
    all.retain(|changed| changed != thing && !changed.is_empty());
    all
}
