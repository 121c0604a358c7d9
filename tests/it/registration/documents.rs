//! Clients that are what a document at their own address says. CIMD.

use crate::support::App;
use crate::support::flow::{CALLBACK, CHALLENGE, VERIFIER};
use crate::support::signed::Key;
use actix_web::test::TestRequest;
use latchkey::oauth::clients;
use latchkey::oauth::clients::dynamic::{Mode, RegistrationPolicy};
use latchkey::ports::outbound::{FetchError, Fetched};
use latchkey::records::{Client, Tenant};
use serde_json::{Value, json};
use time::Duration;

const ADDRESS: &str = "https://tool.example/oauth/client.json";

fn documents(policy: &mut RegistrationPolicy) {
    policy.mode = Mode::Off;
    policy.documents = true;
    policy.bounds.resources = vec!["https://mcp.example/mcp".into()];
}

fn document(members: &Value) -> Value {
    let mut document = json!({
        "client_id": ADDRESS, "client_name": "Tool", "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"], "token_endpoint_auth_method": "none",
    });
    for (name, value) in members.as_object().unwrap() {
        document[name] = value.clone();
    }
    document
}

fn answer(status: u16, content_type: &str, cache_control: Option<&str>, body: &Value) -> Fetched {
    Fetched {
        status,
        content_type: Some(content_type.to_owned()),
        cache_control: cache_control.map(str::to_owned),
        body: body.to_string().into_bytes(),
    }
}

impl App {
    fn kept(&self) -> Option<Client> {
        clients::find(&self.state.store, &Tenant::default_tenant(), ADDRESS).unwrap()
    }

    async fn asked_by(&self, client_id: &str) -> crate::support::Answer {
        self.authorize(None, &[("client_id", client_id), ("redirect_uri", CALLBACK), ("scope", "openid")])
            .await
    }

    /// Whether a request of the client is taken up.
    async fn takes(&self) -> bool {
        self.asked_by(ADDRESS).await.header("location").starts_with("/login?")
    }
}

/// The whole way of an MCP client: no registration, consent with the host, a code, tokens, refresh.
#[actix_web::test]
async fn a_client_that_nobody_registered_signs_people_in() {
    let app = App::start_registering(documents).await;
    app.outbound.publish(ADDRESS, &document(&json!({})));
    let ada = app.signed_in("ada");
    let parameters = [
        ("client_id", ADDRESS),
        ("redirect_uri", CALLBACK),
        ("scope", "openid"),
        ("resource", "https://mcp.example/mcp"),
        ("code_challenge", CHALLENGE),
    ];
    let asked = app.authorize(Some(&ada), &parameters).await;
    let consent = asked.header("location");
    assert!(consent.starts_with("/consent?"), "{consent}: {}", asked.text());
    let cookie = asked
        .headers
        .get("set-cookie")
        .map(|one| one.to_str().unwrap().split(';').next().unwrap().to_owned());
    let cookies = format!("{}; {}", ada.cookie, cookie.unwrap_or_default());
    let page = app.send(TestRequest::get().uri(&consent).insert_header(("cookie", cookies))).await;
    assert!(page.text().contains("tool.example") && page.text().contains("Tool"), "{}", page.text());
    app.change_client(ADDRESS, |client| client.skip_consent = true);
    let code = app.code(&ada, &parameters).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("client_id", ADDRESS),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let tokens = app.post("/token", &form, None).await;
    assert_eq!(tokens.status, 200, "{}", tokens.text());
    let refresh = tokens.json()["refresh_token"].as_str().unwrap().to_owned();
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("client_id", ADDRESS)];
    assert_eq!(app.post("/token", &form, None).await.status, 200);
    assert_eq!(app.outbound.count(ADDRESS), 1, "what is fresh is not fetched again");
    let trail = app.audit();
    let made = trail.iter().find(|entry| entry["event"] == "client_created").unwrap();
    assert_eq!((&made["actor"], &made["target"]), (&json!("client_id_metadata_document"), &json!(ADDRESS)));
}

/// CIMD §6.3: such a client may prove who it is, with a key of its document.
#[actix_web::test]
async fn a_key_of_the_document_authenticates() {
    let app = App::start_registering(documents).await;
    let key = Key::es256();
    let members =
        json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": [key.public(None)] } });
    app.outbound.publish(ADDRESS, &document(&members));
    let claims = json!({
        "iss": ADDRESS, "sub": ADDRESS, "aud": "http://localhost:8080", "jti": "1",
        "iat": 1_800_000_000, "exp": 1_800_000_060,
    });
    let assertion = key.jws(json!({ "alg": "ES256" }), &claims);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", "lkc_wrong"),
        ("redirect_uri", CALLBACK),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion.as_str()),
    ];
    let proved = app.post("/token", &form, None).await;
    assert_eq!(proved.error(), (400, "invalid_grant".into()), "the client is known, the code is not");
    let named = [("grant_type", "refresh_token"), ("refresh_token", "lkr_x"), ("client_id", ADDRESS)];
    assert_eq!(app.post("/token", &named, None).await.error(), (401, "invalid_client".into()));
}

#[actix_web::test]
async fn where_it_is_off_nothing_is_fetched() {
    let app = App::start_registering(|policy| {
        documents(policy);
        policy.documents = false;
    })
    .await;
    app.outbound.publish(ADDRESS, &document(&json!({})));
    let refused = app.asked_by(ADDRESS).await;
    assert_eq!((refused.status, refused.header("location").as_str()), (400, ""));
    assert_eq!(app.last_cause(), "client.unknown");
    assert_eq!(app.outbound.sent(), []);
    let metadata = app.get("/.well-known/oauth-authorization-server").await.json();
    assert!(metadata.get("client_id_metadata_document_supported").is_none());
    let on = App::start_registering(documents).await;
    let metadata = on.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(metadata["client_id_metadata_document_supported"], true);
    assert!(metadata.get("registration_endpoint").is_none());
}

/// CIMD §2, and class 7 of attacks: what is no address of a document is not called.
#[actix_web::test]
async fn an_identifier_that_is_no_address_of_a_document_is_not_fetched() {
    let app = App::start_registering(documents).await;
    for bad in [
        "https://tool.example",
        "https://tool.example/client.json#x",
        "https://ada@tool.example/client.json",
        "https://tool.example/a/../client.json",
        "https://TOOL.example/client.json",
        "http://tool.example/client.json",
        "file:///etc/passwd",
    ] {
        let refused = app.asked_by(bad).await;
        assert_eq!((refused.status, refused.header("location").as_str()), (400, ""), "{bad}");
        let is_https = bad.starts_with("https:");
        assert_eq!(refused.text().contains("client ID metadata document"), is_https, "{bad}");
        let form = [("grant_type", "refresh_token"), ("refresh_token", "lkr_x"), ("client_id", bad)];
        assert_eq!(app.post("/token", &form, None).await.error(), (401, "invalid_client".into()), "{bad}");
    }
    assert_eq!(app.outbound.sent(), []);
}

#[actix_web::test]
async fn a_document_that_breaks_a_rule_makes_no_client() {
    let app = App::start_registering(documents).await;
    let private = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA" }] });
    for (members, cause) in [
        (json!({ "client_id": "https://tool.example/oauth/client.json?x" }), "client_document.client_id"),
        (json!({ "client_id": null }), "client_document.client_id"),
        (json!({ "client_secret": "x" }), "client_document.secret"),
        (json!({ "client_secret_expires_at": 0 }), "client_document.secret"),
        (json!({ "token_endpoint_auth_method": "client_secret_basic" }), "client_document.method"),
        (json!({ "token_endpoint_auth_method": "client_secret_jwt" }), "client_document.method"),
        (json!({ "token_endpoint_auth_method": "private_key_jwt" }), "registration.jwks.missing"),
        (json!({ "jwks": private }), "registration.jwks.private"),
        (json!({ "redirect_uris": ["javascript:alert(1)"] }), "registration.redirect_uri.scheme"),
        (json!({ "redirect_uris": [] }), "registration.redirect_uris.count"),
        (json!({ "grant_types": ["client_credentials"] }), "registration.public_client_credentials"),
        (
            json!({ "grant_types": ["urn:ietf:params:oauth:grant-type:device_code"] }),
            "registration.bounds.grant_types",
        ),
        (
            json!({ "sector_identifier_uri": "https://canary.example/" }),
            "client_document.sector_identifier_uri",
        ),
        (json!([]), "registration.document"),
    ] {
        let published = if members.is_array() { members.clone() } else { document(&members) };
        app.outbound.publish(ADDRESS, &published);
        let refused = app.asked_by(ADDRESS).await;
        assert_eq!((refused.status, refused.header("location").as_str()), (400, ""), "{members}");
        assert_eq!(app.last_cause(), cause, "{members}");
        assert!(app.kept().is_none());
    }
    for (fetched, cause) in [
        (Ok(answer(404, "application/json", None, &document(&json!({})))), "client_document.status"),
        (Ok(answer(201, "application/json", None, &document(&json!({})))), "client_document.status"),
        (Ok(answer(200, "text/html", None, &document(&json!({})))), "client_document.media_type"),
        (Err(FetchError::NotAllowed), "outbound.not_allowed"),
        (Err(FetchError::Redirected), "outbound.redirected"),
        (Err(FetchError::TooLarge), "outbound.too_large"),
    ] {
        app.outbound.answer(ADDRESS, fetched);
        app.advance(Duration::MINUTE);
        assert_eq!(app.asked_by(ADDRESS).await.status, 400, "{cause}");
        assert_eq!(app.last_cause(), cause);
    }
    app.outbound
        .answer(ADDRESS, Ok(answer(200, "application/oauth-client+json", None, &document(&json!({})))));
    app.advance(Duration::MINUTE);
    assert!(app.takes().await, "errors are not kept, and a more specific type of JSON is taken");
}

/// What only an operator may set cannot be said by a document.
#[actix_web::test]
async fn a_document_gives_itself_no_privileges() {
    let app = App::start_registering(documents).await;
    let members = json!({ "skip_consent": true, "roles": ["admin"], "scope": "openid admin", "resources": ["https://internal.example"] });
    app.outbound.publish(ADDRESS, &document(&members));
    assert!(app.takes().await);
    let kept = app.kept().unwrap();
    assert!(!kept.skip_consent && kept.roles.is_empty() && kept.secrets.is_empty());
    assert_eq!(
        (kept.scope.to_string().as_str(), kept.resources.as_slice()),
        ("openid", &["https://mcp.example/mcp".to_owned()][..])
    );
}

/// CIMD §4.2, RFC 9111 §4.2.1.
#[actix_web::test]
async fn a_document_is_fetched_again_when_it_is_no_longer_fresh() {
    let app = App::start_registering(documents).await;
    app.outbound
        .answer(ADDRESS, Ok(answer(200, "application/json", Some("max-age=600"), &document(&json!({})))));
    assert!(app.takes().await);
    app.change_client(ADDRESS, |client| client.disabled = false);
    app.advance(Duration::seconds(599));
    assert!(app.takes().await);
    assert_eq!(app.outbound.count(ADDRESS), 1);
    let created_at = app.kept().unwrap().created_at;
    app.advance(Duration::SECOND);
    app.outbound.publish(ADDRESS, &document(&json!({ "redirect_uris": ["https://tool.example/other"] })));
    assert!(!app.takes().await, "the redirect URI was withdrawn");
    assert_eq!(app.outbound.count(ADDRESS), 2);
    assert_eq!(app.kept().unwrap().created_at, created_at, "it is the same client");
    let trail = app.audit();
    let changed = trail.iter().rev().find(|entry| entry["event"] == "client_updated").unwrap();
    assert_eq!(changed["members"], json!(["redirect_uris"]));
}

#[actix_web::test]
async fn a_document_that_cannot_be_fetched_is_used_for_a_day_and_one_that_is_gone_at_once_no_more() {
    let app = App::start_registering(documents).await;
    app.outbound.publish(ADDRESS, &document(&json!({})));
    assert!(app.takes().await);
    app.outbound.answer(ADDRESS, Err(FetchError::TimedOut));
    app.advance(Duration::hours(22));
    assert!(app.takes().await);
    app.outbound.answer(ADDRESS, Ok(answer(429, "application/json", None, &json!({}))));
    app.advance(Duration::seconds(5));
    assert!(app.takes().await, "a server that has too much to do says nothing of the document");
    app.outbound.answer(ADDRESS, Ok(answer(404, "application/json", None, &json!({}))));
    app.advance(Duration::seconds(10));
    assert!(!app.takes().await);
    assert!(app.audit().iter().any(|entry| entry["cause"] == "client_document.gone"));
    app.outbound.answer(ADDRESS, Err(FetchError::TimedOut));
    app.advance(Duration::hours(1));
    assert!(!app.takes().await);
    assert_eq!(app.last_cause(), "outbound.timed_out");
}

#[actix_web::test]
async fn what_an_operator_disabled_stays_disabled() {
    let app = App::start_registering(documents).await;
    app.outbound.publish(ADDRESS, &document(&json!({})));
    assert!(app.takes().await);
    app.change_client(ADDRESS, |client| client.disabled = true);
    app.outbound.publish(ADDRESS, &document(&json!({ "client_name": "New" })));
    app.advance(Duration::HOUR);
    assert!(!app.takes().await);
    assert_eq!(app.kept().unwrap().client_name.as_deref(), Some("New"));
}

/// Class 8 of attacks: nobody makes us fetch without end.
#[actix_web::test]
async fn one_address_names_only_so_many_new_documents() {
    let app = App::start_registering(documents).await;
    for n in 0..130 {
        app.asked_by(&format!("https://tool.example/{n}")).await;
    }
    assert_eq!(app.outbound.sent().len(), 100);
    assert_eq!(app.last_cause(), "client_document.too_many");
    // RFC 6585 §4: the page says so, and so does an endpoint for programs.
    let refused = app.asked_by("https://tool.example/130").await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "1".to_owned()), "a try each second");
    let form =
        [("grant_type", "refresh_token"), ("refresh_token", "x"), ("client_id", "https://tool.example/131")];
    let refused = app.post("/token", &form, None).await;
    assert_eq!(refused.error(), (429, "temporarily_unavailable".into()));
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(app.last_cause(), "client_document.too_many");
}

/// Whoever has used up his bucket is served by what is kept.
#[actix_web::test]
async fn a_kept_document_serves_whom_the_limit_stops() {
    let app = App::start_registering(documents).await;
    app.outbound.publish(ADDRESS, &document(&json!({})));
    assert!(app.takes().await);
    let gone = "https://tool.example/gone";
    app.outbound
        .publish(gone, &json!({"client_id": gone, "redirect_uris": ["https://tool.example/callback"]}));
    app.asked_by(gone).await;
    app.outbound.answer(gone, Ok(answer(404, "application/json", None, &json!({}))));
    app.advance(Duration::HOUR);
    for _ in 0..130 {
        app.asked_by(gone).await;
    }
    let stopped = || app.audit().iter().filter(|entry| entry["cause"] == "client_document.too_many").count();
    let before = stopped();
    assert!(before > 0);
    // The client is known; it is the sign-in that the same bucket stops.
    app.takes().await;
    assert_eq!(stopped(), before);
}

/// The same for a document that is known and cannot be used any more: it is asked for each time, as CIMD §4 has it.
#[actix_web::test]
async fn one_address_has_only_so_many_known_documents_fetched_again() {
    let app = App::start_registering(documents).await;
    app.outbound.publish(ADDRESS, &document(&json!({})));
    assert!(app.takes().await);
    app.outbound.answer(ADDRESS, Ok(answer(404, "application/json", None, &json!({}))));
    app.advance(Duration::HOUR);
    for _ in 0..130 {
        assert!(!app.takes().await);
    }
    assert_eq!(app.outbound.count(ADDRESS), 101);
    assert_eq!(app.last_cause(), "client_document.too_many");
}

#[actix_web::test]
async fn all_who_ask_at_a_time_wait_for_one_fetch() {
    let app = App::start_registering(documents).await;
    app.outbound.publish(ADDRESS, &document(&json!({})));
    let taken = tokio::join!(app.takes(), app.takes(), app.takes());
    assert_eq!((taken, app.outbound.count(ADDRESS)), ((true, true, true), 1));
    app.outbound.answer(ADDRESS, Ok(answer(404, "application/json", None, &json!({}))));
    app.advance(Duration::HOUR);
    let taken = tokio::join!(app.takes(), app.takes(), app.takes());
    assert_eq!((taken, app.outbound.count(ADDRESS)), ((false, false, false), 2));
    assert_eq!(app.last_cause(), "client_document.status");
    app.outbound.publish(ADDRESS, &document(&json!({})));
    assert!(app.takes().await, "who did not wait is told nothing old");
}

/// A server that does not answer would hold every request for as long as a call may take.
#[actix_web::test]
async fn a_server_that_does_not_answer_rests_longer_each_time() {
    let app = App::start_registering(documents).await;
    app.outbound.answer(ADDRESS, Err(FetchError::TimedOut));
    let form = [("grant_type", "refresh_token"), ("refresh_token", "lkr_x"), ("client_id", ADDRESS)];
    let mut fetches = 0;
    for rest in [5, 10, 20, 40, 60, 60] {
        fetches += 1;
        for pause in [0, 1, rest - 2] {
            app.advance(Duration::seconds(pause));
            assert_eq!(app.asked_by(ADDRESS).await.status, 400);
            assert_eq!(app.last_cause(), "outbound.timed_out");
            assert_eq!(app.post("/token", &form, None).await.error(), (401, "invalid_client".into()));
            assert_eq!(app.outbound.count(ADDRESS), fetches, "{rest}: {pause}");
        }
        app.advance(Duration::SECOND);
    }
    app.outbound.publish(ADDRESS, &document(&json!({})));
    assert!(app.takes().await);
    app.outbound.answer(ADDRESS, Ok(answer(503, "application/json", None, &json!({}))));
    app.advance(Duration::HOUR);
    let before = app.outbound.count(ADDRESS);
    for _ in 0..3 {
        assert!(app.takes().await, "what is kept is used");
    }
    assert_eq!(app.outbound.count(ADDRESS), before + 1);
    app.advance(Duration::seconds(5));
    assert!(app.takes().await);
    assert_eq!(app.outbound.count(ADDRESS), before + 2, "it had answered, so it begins to rest anew");
}
