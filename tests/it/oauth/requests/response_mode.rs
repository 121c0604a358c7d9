//! How authorization responses travel. OIDC Form Post, JARM, RFC 9207.

use crate::support::app::{ISSUER, PASSWORD};
use crate::support::flow::{CALLBACK, authorize_uri, sent_back};
use crate::support::{Answer, App, Browser};
use latchkey::keys::Expected;
use serde_json::{Value, json};
use std::collections::HashMap;
use time::Duration;

/// The fields that a page posts to the client; panics where it posts elsewhere.
fn posted(app: &App, answer: &Answer) -> HashMap<String, String> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut page = Browser::new(app);
    page.html = answer.text();
    page.form(CALLBACK).fields.into_iter().collect()
}

/// The claims of a signed response.
fn opened(app: &App, fields: &HashMap<String, String>) -> Value {
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["response"], "nothing stands beside it");
    let now = latchkey::ports::Clock::now(&*app.clock);
    let expected = Expected { typ: "JWT", issuer: ISSUER, now, leeway: Duration::ZERO };
    app.realm.keys.load().verify_own(&fields["response"], &expected).unwrap()
}

/// OIDC Form Post §2.
#[actix_web::test]
async fn form_post_is_a_page_that_posts_the_answer() {
    let app = App::start().await;
    app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let answer =
        app.authorize(Some(&ada), &[("response_mode", "form_post"), ("state", "\"><script>'&")]).await;
    let fields = posted(&app, &answer);
    assert!(fields["code"].starts_with("lkc_"));
    assert_eq!((fields["state"].as_str(), fields["iss"].as_str()), ("\"><script>'&", ISSUER));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.text().contains("<button"), "a button, where scripts do not run");
    assert!(!answer.header("content-security-policy").contains("unsafe"));
    let refused = [("response_mode", "form_post"), ("prompt", "none")];
    let fields = posted(&app, &app.authorize(None, &refused).await);
    assert_eq!((fields["error"].as_str(), fields["iss"].as_str()), ("login_required", ISSUER));
}

/// The mode is kept while the person signs in and answers.
#[actix_web::test]
async fn the_mode_holds_through_our_pages() {
    let app = App::start().await;
    app.with_web_client(&[("skip_consent", json!(false))]);
    app.with_user("ada");
    let request = authorize_uri(&[("response_mode", "form_post.jwt")]);
    let mut ada = Browser::new(&app);
    ada.open(&request).await;
    let form = ada.form("/login/cancel");
    let cancelled = ada.submit(&form).await;
    assert_eq!(opened(&app, &posted(&app, &cancelled))["error"], "access_denied");
    ada.open(&request).await;
    ada.log_in("ada", PASSWORD).await;
    let form = ada.form("/consent").with("decision", "deny");
    let denied = ada.submit(&form).await;
    assert_eq!(opened(&app, &posted(&app, &denied))["error"], "access_denied");
    ada.open(&request).await;
    let form = ada.form("/consent").with("decision", "allow");
    let allowed = ada.submit(&form).await;
    assert!(opened(&app, &posted(&app, &allowed))["code"].is_string());
}

/// JARM §2.1, §2.3.
#[actix_web::test]
async fn a_signed_answer_holds_all_of_it_for_one_client_and_a_short_time() {
    let app = App::start().await;
    app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    for mode in ["jwt", "query.jwt"] {
        let claims = opened(&app, &sent_back(&app.authorize(Some(&ada), &[("response_mode", mode)]).await));
        assert!(claims["code"].as_str().unwrap().starts_with("lkc_"));
        assert_eq!(claims["state"], "xyz");
        assert_eq!(claims["aud"], "web");
        let life = claims["exp"].as_i64().unwrap() - app.act().now.unix_timestamp();
        assert!((1..=600).contains(&life), "{life}");
    }
    let posted = posted(&app, &app.authorize(Some(&ada), &[("response_mode", "form_post.jwt")]).await);
    assert!(opened(&app, &posted)["code"].is_string());
}

/// JARM §2.1: errors are signed as well.
#[actix_web::test]
async fn an_error_travels_as_an_answer_does() {
    let app = App::start().await;
    app.with_web_client(&[]);
    let refused = app.authorize(None, &[("response_mode", "jwt"), ("prompt", "none")]).await;
    let claims = opened(&app, &sent_back(&refused));
    assert_eq!((claims["error"].as_str(), claims["state"].as_str()), (Some("login_required"), Some("xyz")));
    assert!(claims["error_description"].is_string());
    let early = app.authorize(None, &[("response_mode", "jwt"), ("response_type", "token")]).await;
    assert_eq!(opened(&app, &sent_back(&early))["error"], "unsupported_response_type");
}

/// JARM §3: `authorization_signed_response_alg`.
#[actix_web::test]
async fn a_client_chooses_the_algorithm_and_with_it_that_answers_are_signed() {
    let app = App::start().await;
    app.with_web_client(&[("responses", json!({"authorization_signed_response_alg": "EdDSA"}))]);
    let ada = app.signed_in("ada");
    let fields = sent_back(&app.authorize(Some(&ada), &[]).await);
    assert!(opened(&app, &fields)["code"].is_string(), "though it named no mode");
    let header = fields["response"].split('.').next().unwrap().to_owned();
    let header = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, header).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&header).unwrap()["alg"], "EdDSA");
    let plain = sent_back(&app.authorize(Some(&ada), &[("response_mode", "query")]).await);
    assert!(plain.contains_key("code"), "a mode that it names is the mode");
}

/// `fragment` is for tokens; what we do not know is refused, in the default mode.
#[actix_web::test]
async fn other_modes_are_refused() {
    let app = App::start().await;
    app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    for mode in ["fragment", "fragment.jwt", "web_message", "QUERY"] {
        let answer = app.authorize(Some(&ada), &[("response_mode", mode)]).await;
        assert_eq!(sent_back(&answer)["error"], "invalid_request", "{mode}");
        assert_eq!(app.last_cause(), "response_mode.unsupported");
    }
}

/// A redirect URI that was withdrawn while the person signed in gets nothing, in no mode.
#[actix_web::test]
async fn a_form_goes_to_a_registered_uri_alone() {
    let app = App::start().await;
    app.with_web_client(&[("redirect_uris", json!(["https://other.example/cb"]))]);
    let ada = app.signed_in("ada");
    for mode in ["form_post", "form_post.jwt"] {
        let answer = app.authorize(Some(&ada), &[("response_mode", mode)]).await;
        assert_eq!(answer.status, 400);
        assert!(!answer.text().contains("<form"), "{}", answer.text());
    }
}
