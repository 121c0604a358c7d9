//! Nobody's word for where a browser is sent: clients that came by themselves. RFC 9700 §4.11.2.

use super::{URI, with};
use crate::support::app::PASSWORD;
use crate::support::flow::authorize_uri;
use crate::support::{Answer, App, Browser};
use actix_web::test::TestRequest;
use latchkey::records::{Origin, SelfRegistered};
use serde_json::json;

const EVIL: &str = "https://evil.example/cb";

/// Of a client that registered by itself, with this redirect URI: its `client_id`.
async fn stranger(app: &App, uri: &str) -> String {
    let members =
        json!({ "redirect_uris": [uri], "post_logout_redirect_uris": [uri], "client_name": "Mallory" });
    app.registered(with(members)).await["client_id"].as_str().unwrap().to_owned()
}

fn wrong<'a>(client_id: &'a str, uri: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("client_id", client_id), ("redirect_uri", uri), ("scope", "nonsense")]
}

/// Our own page, which says where a link of it leads, and leads there with everything that the client is told.
fn is_asked_first(answer: &Answer, status: u16, error: &str) {
    let page = answer.text();
    assert_eq!((answer.status, answer.header("location").as_str()), (status, ""), "{page}");
    assert_eq!(answer.header("refresh"), "");
    assert!(page.contains("Go on to another site?") && page.contains("Go on to evil.example"), "{page}");
    assert!(page.contains(&format!("href=\"{EVIL}?error={error}&#38;")), "{page}");
    assert!(page.contains("state=xyz"), "{page}");
}

/// attacks: A phishing link that begins with our name. The three ways of RFC 9700 §4.11.2.
#[actix_web::test]
async fn a_client_that_nobody_vouches_for_gets_no_browser_unasked() {
    let app = App::start_registering(|_| {}).await;
    app.with_user("ada");
    let id = stranger(&app, EVIL).await;
    is_asked_first(&app.authorize(None, &wrong(&id, EVIL)).await, 400, "invalid_scope");
    assert_eq!(app.audit().last().unwrap()["cause"], "scope.nothing_allowed");

    // A silent request, of a window: asked. Of a frame, above which stands another's name, it is answered.
    for (place, asks) in [("document", true), ("iframe", false), ("", false)] {
        let mut request = TestRequest::get().uri(&authorize_uri(&[
            ("client_id", &id),
            ("redirect_uri", EVIL),
            ("prompt", "none"),
        ]));
        if !place.is_empty() {
            request = request.insert_header(("sec-fetch-dest", place));
        }
        let answer = app.send(request).await;
        if asks {
            is_asked_first(&answer, 400, "login_required");
        } else {
            assert!(answer.header("location").starts_with("https://evil.example/cb?error=login_required"));
        }
    }

    // Leaving the sign-in is asked about; the consent page has said where both of its answers lead.
    let mut ada = Browser::new(&app);
    let asked = [("client_id", id.as_str()), ("redirect_uri", EVIL)];
    ada.open(&authorize_uri(&asked)).await;
    let answer = ada.submit(&ada.form("/login/cancel")).await;
    is_asked_first(&answer, 200, "access_denied");
    ada.open(&authorize_uri(&asked)).await;
    ada.log_in("ada", PASSWORD).await;
    assert!(ada.html.contains("Either way you go back to evil.example"));
    let answer = ada.submit(&ada.form("/consent").with("decision", "deny")).await;
    assert!(answer.header("location").starts_with("https://evil.example/cb?error=access_denied"));
}

/// OIDC Form Post §2: the form waits for the person.
#[actix_web::test]
async fn a_form_for_it_does_not_send_itself() {
    let app = App::start_registering(|_| {}).await;
    let id = stranger(&app, EVIL).await;
    let mut asked = wrong(&id, EVIL);
    asked.push(("response_mode", "form_post"));
    let page = app.authorize(None, &asked).await;
    assert_eq!(page.status, 400);
    let page = page.text();
    assert!(page.contains("<form method=\"post\" action=\"https://evil.example/cb\">"), "{page}");
    assert!(page.contains("name=\"error\" value=\"invalid_scope\"") && !page.contains("data-send"), "{page}");
}

/// Whom somebody vouches for, and what stays on the person's device, is told at once.
#[actix_web::test]
async fn others_are_told_at_once() {
    for uri in ["http://127.0.0.1:3000/cb", "http://localhost/cb", "com.example.app:/cb"] {
        let app = App::start_registering(|_| {}).await;
        let id = stranger(&app, uri).await;
        let answer = app.authorize(None, &wrong(&id, uri)).await;
        assert!(answer.header("location").starts_with(uri), "{uri}: {}", answer.text());
    }
    let app = App::start_registering(|_| {}).await;
    for vouched in [
        Origin::Operator,
        Origin::Registered(SelfRegistered {
            initial_access_token: Some("partners".into()),
            ..SelfRegistered::default()
        }),
        Origin::Registered(SelfRegistered {
            software_statement: Some("a.b.c".into()),
            ..SelfRegistered::default()
        }),
    ] {
        let id = stranger(&app, URI).await;
        app.change_client(&id, move |client| client.origin = vouched.clone());
        let answer = app.authorize(None, &wrong(&id, URI)).await;
        assert!(answer.header("location").starts_with("https://app.example/cb?error=invalid_scope"));
    }
}

/// The way back from a sign-out is one, too: with nobody signed in there is no question that could stop it.
#[actix_web::test]
async fn a_sign_out_of_nobody_sends_nobody_to_it() {
    let app = App::start_registering(|_| {}).await;
    let id = stranger(&app, EVIL).await;
    let asked = format!("/logout?client_id={id}&post_logout_redirect_uri={EVIL}&state=s");
    let answer = app.get(&asked).await;
    let page = answer.text();
    assert_eq!((answer.status, answer.header("location").as_str()), (200, ""), "{page}");
    assert!(page.contains("You are signed out") && page.contains("Go on to evil.example"), "{page}");
    assert!(page.contains(&format!("href=\"{EVIL}?state=s\"")), "{page}");
    app.change_client(&id, |client| client.origin = Origin::Operator);
    assert_eq!(app.get(&asked).await.header("location"), format!("{EVIL}?state=s"));
}

/// Who is signed in is asked whether to sign out, and told where that leads.
#[actix_web::test]
async fn a_sign_out_names_the_site_behind_it() {
    let app = App::start_registering(|_| {}).await;
    app.with_user("ada");
    let id = stranger(&app, EVIL).await;
    let asked = format!("/logout?client_id={id}&post_logout_redirect_uri={EVIL}&state=s");
    let mut ada = Browser::new(&app);
    ada.open("/login").await;
    ada.log_in("ada", PASSWORD).await;
    ada.open(&asked).await;
    assert!(ada.html.contains("Afterwards you go on to evil.example."), "{}", ada.html);
    app.change_client(&id, |client| client.origin = Origin::Operator);
    ada.open(&asked).await;
    assert!(ada.html.contains("Sign out?") && !ada.html.contains("evil.example."), "{}", ada.html);
    let answer = ada.submit(&ada.form("/logout")).await;
    assert_eq!(answer.header("location"), format!("{EVIL}?state=s"));
}

/// RFC 3986 §3.1: a scheme does not mind case, so neither does the question.
#[actix_web::test]
async fn capitals_in_the_scheme_change_nothing() {
    for uri in ["HTTPS://evil.example/cb", "Https://evil.example/cb"] {
        let app = App::start_registering(|_| {}).await;
        let id = stranger(&app, uri).await;
        let answer = app.authorize(None, &wrong(&id, uri)).await;
        assert_eq!((answer.status, answer.header("location").as_str()), (400, ""), "{}", answer.text());
        let asked = format!("/logout?client_id={id}&post_logout_redirect_uri={uri}");
        let answer = app.get(&asked).await;
        assert_eq!((answer.status, answer.header("location").as_str()), (200, ""), "{}", answer.text());
    }
}
