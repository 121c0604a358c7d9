//! Pushed authorization requests. RFC 9126.

use super::{asking, claims, object, signing_client};
use crate::support::app::{ISSUER, PASSWORD};
use crate::support::flow::{CALLBACK, CHALLENGE, Credentials, Person, sent_back};
use crate::support::signed::Key;
use crate::support::{Answer, App, Browser};
use actix_web::test::TestRequest;
use serde_json::json;
use time::Duration;

const REQUEST: [(&str, &str); 6] = [
    ("response_type", "code"),
    ("redirect_uri", CALLBACK),
    ("scope", "openid"),
    ("state", "pushed"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
];

/// Pushes the request of the web client, changed. An empty value drops a parameter.
async fn push(app: &App, client: &Credentials, over: &[(&str, &str)]) -> Answer {
    let mut form: Vec<_> = REQUEST.into_iter().collect();
    form.retain(|(name, _)| !over.iter().any(|(other, _)| other == name));
    form.extend(over.iter().filter(|(_, value)| !value.is_empty()));
    app.post("/par", &form, Some(client)).await
}

async fn pushed(app: &App, client: &Credentials) -> String {
    let answer = push(app, client, &[]).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["request_uri"].as_str().unwrap().to_owned()
}

async fn visit(app: &App, person: Option<&Person>, client_id: &str, uri: &str) -> Answer {
    let request = TestRequest::get().uri(&asking(&[("client_id", client_id), ("request_uri", uri)]));
    let request = match person {
        Some(person) => request.insert_header(("cookie", person.cookie.as_str())),
        None => request,
    };
    app.send(request).await
}

fn is_page(answer: &Answer) {
    assert_eq!((answer.status, answer.header("location")), (400, String::new()));
}

/// RFC 9126 §2.2, §4.
#[actix_web::test]
async fn a_pushed_request_is_taken_up_by_a_browser() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let answer = push(&app, &web, &[]).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.json()["expires_in"], 60);
    let uri = answer.json()["request_uri"].as_str().unwrap().to_owned();
    let reference = uri.strip_prefix("urn:ietf:params:oauth:request_uri:").unwrap();
    assert_eq!(reference.len(), 43, "256 bits");
    let back = sent_back(&visit(&app, Some(&ada), "web", &uri).await);
    assert_eq!((back["state"].as_str(), back["iss"].as_str()), ("pushed", ISSUER));
    assert_eq!(app.redeem(&web, &back["code"], &[]).await.status, 200);
    let events = app.audit();
    assert!(
        events.iter().any(|event| event["event"] == "authorization_pushed" && event["client_id"] == "web")
    );
    assert!(!events.iter().any(|event| event.to_string().contains(reference)), "the reference is a secret");
}

/// RFC 9126 §4, §7.3: used once, expires, and bound to its client. All read the same from outside.
#[actix_web::test]
async fn a_reference_is_good_once_for_a_minute_and_for_its_client() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    app.with_web_client(&[("client_id", json!("other"))]);
    let ada = app.signed_in("ada");
    let uri = pushed(&app, &web).await;
    is_page(&visit(&app, Some(&ada), "other", &uri).await);
    assert_eq!(app.last_cause(), "request_uri.foreign_client");
    assert!(sent_back(&visit(&app, Some(&ada), "web", &uri).await).contains_key("code"));
    is_page(&visit(&app, Some(&ada), "web", &uri).await);
    assert_eq!(app.last_cause(), "request_uri.used");
    let late = pushed(&app, &web).await;
    app.advance(Duration::seconds(60));
    is_page(&visit(&app, Some(&ada), "web", &late).await);
    assert_eq!(app.last_cause(), "request_uri.expired");
    is_page(&visit(&app, Some(&ada), "web", &format!("{late}x")).await);
    assert_eq!(app.last_cause(), "request_uri.unknown");
    is_page(&app.get(&asking(&[("request_uri", &late)])).await);
}

/// A page that is loaded again works; the answer uses the request up, in whichever tab it is given.
#[actix_web::test]
async fn a_request_is_used_up_by_its_answer_and_not_by_a_visit() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    app.with_user("ada");
    let uri = pushed(&app, &web).await;
    let path = asking(&[("client_id", "web"), ("request_uri", &uri)]);
    let mut first = Browser::new(&app);
    first.open(&path).await;
    first.open(&path).await;
    let mut second = Browser::new(&app);
    second.open(&path).await;
    app.advance(Duration::minutes(5));
    assert!(
        sent_back(&first.log_in("ada", PASSWORD).await).contains_key("code"),
        "the person may take their time"
    );
    let late = sent_back(&second.log_in("ada", PASSWORD).await);
    assert_eq!((late["error"].as_str(), late.contains_key("code")), ("invalid_request_uri", false));
}

/// A refusal is an answer, too.
#[actix_web::test]
async fn a_refusal_uses_a_request_up() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    app.with_user("ada");
    let uri = pushed(&app, &web).await;
    let path = asking(&[("client_id", "web"), ("request_uri", &uri)]);
    let mut ada = Browser::new(&app);
    ada.open(&path).await;
    let form = ada.form("/login/cancel");
    assert_eq!(sent_back(&ada.submit(&form).await)["error"], "access_denied");
    is_page(&visit(&app, None, "web", &uri).await);
    let answer = push(&app, &web, &[("prompt", "none")]).await.json();
    let silent = answer["request_uri"].as_str().unwrap();
    assert_eq!(sent_back(&visit(&app, None, "web", silent).await)["error"], "login_required");
    is_page(&visit(&app, None, "web", silent).await);
    let essential = r#"{"id_token":{"acr":{"essential":true,"values":["phr"]}}}"#;
    let answer = push(&app, &web, &[("claims", essential)]).await.json();
    let unmet = answer["request_uri"].as_str().unwrap();
    assert_eq!(
        sent_back(&visit(&app, None, "web", unmet).await)["error"],
        "unmet_authentication_requirements"
    );
    is_page(&visit(&app, None, "web", unmet).await);
}

/// RFC 9126 §2.1, §2.3: the same checks as at the authorization endpoint, and the answers of the token endpoint.
#[actix_web::test]
async fn a_wrong_request_is_refused_when_it_is_pushed() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    for (over, code, cause) in [
        (vec![("redirect_uri", "https://evil.example/cb")], "invalid_request", "redirect_uri.not_registered"),
        (vec![("redirect_uri", "")], "invalid_request", "redirect_uri.missing"),
        (vec![("response_type", "token")], "unsupported_response_type", "response_type.unsupported"),
        (vec![("scope", "admin")], "invalid_scope", "scope.nothing_allowed"),
        (vec![("code_challenge", "")], "invalid_request", "pkce.challenge_missing"),
        (vec![("code_challenge", "abc")], "invalid_request", "pkce.challenge_malformed"),
        (vec![("response_mode", "fragment")], "invalid_request", "response_mode.unsupported"),
        (
            vec![("request_uri", "urn:ietf:params:oauth:request_uri:x")],
            "invalid_request",
            "pushed_request.request_uri",
        ),
        (vec![("client_id", "other")], "invalid_request", ""),
        (vec![("state", "a"), ("state", "b")], "invalid_request", "params.duplicate"),
        (vec![("request", "a.b.c")], "invalid_request_object", ""),
        (vec![("registration", "{}")], "registration_not_supported", "registration.unsupported"),
    ] {
        let answer = push(&app, &web, &over).await;
        assert_eq!(
            (answer.status, answer.json()["error"].as_str().unwrap()),
            (400, code),
            "{over:?}: {}",
            answer.text()
        );
        assert_eq!(answer.header("cache-control"), "no-store", "{over:?}");
        assert!(cause.is_empty() || app.last_cause() == cause, "{over:?}: {}", app.last_cause());
    }
}

/// RFC 9126 §2.1: the client authenticates as at the token endpoint.
#[actix_web::test]
async fn a_client_proves_itself_first() {
    let app = App::start().await;
    let (id, _) = app.with_web_client(&[]);
    let wrong = push(&app, &(id, "lks_wrong".into()), &[]).await;
    assert_eq!(wrong.error(), (401, "invalid_client".into()));
    assert!(!wrong.header("www-authenticate").is_empty());
    let named = app.post("/par", &[&REQUEST[..], &[("client_id", "web")]].concat(), None).await;
    assert_eq!(named.error(), (401, "invalid_client".into()));
    assert_eq!(app.post("/par", &REQUEST, None).await.error(), (401, "invalid_client".into()));
    assert_eq!(app.get("/par").await.status, 405);
    let json = TestRequest::post().uri("/par").set_json(json!({}));
    assert_eq!(app.send(json).await.error(), (400, "invalid_request".into()));
}

/// RFC 9126 §2: public clients may push. Each push is a durable write, so an address has only so many.
#[actix_web::test]
async fn a_public_client_pushes_within_bounds() {
    let app = App::start().await;
    app.with_web_client(&[("token_endpoint_auth_method", json!("none"))]);
    let form = [&REQUEST[..], &[("client_id", "web")]].concat();
    for _ in 0..100 {
        assert_eq!(app.post("/par", &form, None).await.status, 201);
    }
    let refused = app.post("/par", &form, None).await;
    assert_eq!(refused.status, 429);
    assert_eq!(app.last_cause(), "address.too_many");
}

/// RFC 9126 §5, §6.
#[actix_web::test]
async fn a_client_or_the_server_may_demand_a_push() {
    let app = App::start().await;
    let required = json!({"require_pushed_authorization_requests": true});
    let key = Key::es256();
    let web = signing_client(&app, &key, &[("requests", required)]);
    let ada = app.signed_in("ada");
    assert_eq!(sent_back(&app.authorize(Some(&ada), &[]).await)["error"], "invalid_request");
    assert_eq!(app.last_cause(), "request.not_pushed");
    let signed = asking(&[("client_id", "web"), ("request", &object(&app, &key, &[]))]);
    assert_eq!(sent_back(&app.get(&signed).await)["error"], "invalid_request", "nor is an object a push");
    let uri = pushed(&app, &web).await;
    assert!(sent_back(&visit(&app, Some(&ada), "web", &uri).await).contains_key("code"));
    let strict = App::start_with(|policy| policy.requests.require_pushed = true).await;
    strict.with_web_client(&[]);
    let ada = strict.signed_in("ada");
    assert_eq!(sent_back(&strict.authorize(Some(&ada), &[]).await)["error"], "invalid_request");
    let metadata = strict.get("/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["require_pushed_authorization_requests"], true);
}

/// RFC 9126 §3: an object may be pushed, and is then the whole request.
#[actix_web::test]
async fn an_object_may_be_pushed() {
    let app = App::start().await;
    let key = Key::es256();
    let required =
        json!({"require_signed_request_object": true, "require_pushed_authorization_requests": true});
    let web = signing_client(&app, &key, &[("requests", required)]);
    let ada = app.signed_in("ada");
    let whole = object(&app, &key, &[]);
    let answer = app.post("/par", &[("request", &whole), ("state", "outer")], Some(&web)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let uri = answer.json()["request_uri"].as_str().unwrap().to_owned();
    let back = sent_back(&visit(&app, Some(&ada), "web", &uri).await);
    assert_eq!((back["state"].as_str(), back.contains_key("code")), ("inner", true));
    assert_eq!(push(&app, &web, &[]).await.error(), (400, "invalid_request".into()), "unsigned");
    let foreign = key.jws(json!({"alg": "ES256"}), &claims(&app, &[("client_id", json!("other"))]));
    let answer = app.post("/par", &[("request", &foreign)], Some(&web)).await;
    assert_eq!(answer.error(), (400, "invalid_request_object".into()));
}

/// What the client may do is asked again when the browser comes.
#[actix_web::test]
async fn a_client_that_was_changed_meanwhile_gets_no_answer() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let uri = pushed(&app, &web).await;
    app.change_client("web", |client| client.redirect_uris = vec!["https://app.example/new".into()]);
    is_page(&visit(&app, Some(&ada), "web", &uri).await);
    app.change_client("web", |client| client.disabled = true);
    is_page(&visit(&app, Some(&ada), "web", &uri).await);
}

/// What authenticates the client is no part of what is kept.
#[actix_web::test]
async fn credentials_are_not_stored() {
    let app = App::start().await;
    let (id, secret) = app.with_web_client(&[("token_endpoint_auth_method", json!("client_secret_post"))]);
    let form = [&REQUEST[..], &[("client_id", &id), ("client_secret", &secret)]].concat();
    assert_eq!(app.post("/par", &form, None).await.status, 201);
    let prefix = b"default/pushed_request/";
    let stored = latchkey::storage::Read::scan(&app.state.store, prefix, None, 10).unwrap();
    assert_eq!(stored.len(), 1);
    let text = String::from_utf8(stored[0].1.clone()).unwrap();
    assert!(text.contains("code_challenge") && !text.contains(&secret) && !text.contains("client_secret"));
    let large = "x".repeat(30_000);
    let answer = app.post("/par", &[&form[..], &[("nonsense", &large)]].concat(), None).await;
    assert_eq!(answer.error(), (400, "invalid_request".into()), "larger than is kept");
}
