//! How strong a sign-in counts: `acr`, `acr_values`, and the client's defaults. OIDC Core §2, §3.1.2.1, §5.5.1.1.

use super::{said, tokens};
use crate::support::app::PASSWORD;
use crate::support::flow::{Person, authorize_uri, sent_back};
use crate::support::{App, Browser};
use latchkey::identity::browser_session::{self, SessionPolicy};
use latchkey::storage::Stop;
use secrecy::ExposeSecret as _;
use serde_json::json;
use time::Duration;

const PASSWORD_LEVEL: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";

fn essential(values: &[&str]) -> String {
    json!({"id_token": {"acr": {"essential": true, "values": values}}}).to_string()
}

/// A person whose sign-in counts for nothing.
fn weakly_signed_in(app: &App, username: &str) -> Person {
    let user = app.with_user(username);
    let (act, policy, person) = (app.act(), SessionPolicy::default(), user.clone());
    let opened = app.state.store.run_blocking(move |txn| {
        Ok::<_, Stop<()>>(browser_session::begin(txn, &act, policy, &person, &["geo"])?)
    });
    let opened = opened.unwrap();
    Person { user, sid: opened.session.sid, cookie: format!("lk={}", opened.cookie.expose_secret()) }
}

/// RFC 9068 §2.2.1, RFC 9470 §6: in the ID token, in the access token, and in what introspection tells.
#[actix_web::test]
async fn tokens_tell_how_strong_the_sign_in_was() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let issued = tokens(&app, &web, &ada, &[]).await;
    let form = [("token", issued["access_token"].as_str().unwrap())];
    let introspected = app.post("/introspect", &form, Some(&web)).await.json();
    for told in [said(&issued["id_token"]), said(&issued["access_token"]), introspected] {
        assert_eq!(told["acr"], PASSWORD_LEVEL);
        assert!(told["auth_time"].is_i64());
    }
    assert_eq!(
        app.get("/.well-known/openid-configuration").await.json()["acr_values_supported"],
        json!([PASSWORD_LEVEL])
    );
}

#[actix_web::test]
async fn the_operator_chooses_the_name() {
    let app = App::start_with(|policy| policy.acr_password = "https://example.com/pwd".into()).await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let issued = tokens(&app, &web, &ada, &[("acr_values", "https://example.com/pwd")]).await;
    assert_eq!(said(&issued["id_token"])["acr"], "https://example.com/pwd");
}

/// OIDC Core §3.1.2.1: a wish that cannot be met is none that fails, and the token tells what there is.
#[actix_web::test]
async fn a_wish_that_nobody_can_meet_is_passed_over() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let voluntary = r#"{"id_token":{"acr":{"values":["urn:x"]}}}"#;
    for over in [("acr_values", "urn:x phr 1"), ("claims", voluntary), ("acr_values", "")] {
        let issued = tokens(&app, &web, &ada, &[over]).await;
        assert_eq!(said(&issued["id_token"])["acr"], PASSWORD_LEVEL, "{over:?}");
    }
    let long = "x ".repeat(600);
    let refused = app.authorize(Some(&ada), &[("acr_values", &long)]).await;
    assert_eq!(sent_back(&refused)["error"], "invalid_request");
}

/// OIDC Core §5.5.1.1, OIDC Unmet Authentication Requirements §2.
#[actix_web::test]
async fn an_essential_level_that_nobody_reaches_is_refused() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    for (claims, prompt) in [(essential(&["phr"]), "none"), (essential(&["phr", "urn:x"]), "")] {
        let over = [("claims", claims.as_str()), ("prompt", prompt)];
        for person in [Some(&ada), None] {
            let back = sent_back(&app.authorize(person, &over).await);
            assert_eq!(
                (back["error"].as_str(), back.get("code")),
                ("unmet_authentication_requirements", None)
            );
            assert_eq!(app.last_cause(), "acr.unmet");
        }
    }
    for met in [essential(&[]), essential(&["phr", PASSWORD_LEVEL])] {
        let issued = tokens(&app, &web, &ada, &[("claims", &met), ("prompt", "none")]).await;
        assert_eq!(said(&issued["id_token"])["acr"], PASSWORD_LEVEL);
    }
}

/// RFC 9470 §4, §5: a sign-in that is too weak is repeated once, and never in a circle.
#[actix_web::test]
async fn a_weak_sign_in_is_repeated_where_a_stronger_one_is_asked_for() {
    let app = App::start().await;
    app.with_web_client(&[]);
    for (name, over) in [
        ("eve", ("acr_values", PASSWORD_LEVEL)),
        ("mallory", ("claims", essential(&[PASSWORD_LEVEL]).as_str())),
    ] {
        let eve = weakly_signed_in(&app, name);
        assert!(sent_back(&app.authorize(Some(&eve), &[]).await).contains_key("code"), "where nobody asks");
        let begun = app.authorize(Some(&eve), &[over]).await;
        assert!(begun.header("location").starts_with("/login?"), "{over:?}");
        let silent = sent_back(&app.authorize(Some(&eve), &[over, ("prompt", "none")]).await);
        assert_eq!(silent["error"], "login_required", "{over:?}");
        let mut browser = Browser::new(&app);
        browser.cookies.insert("lk".to_owned(), eve.cookie.trim_start_matches("lk=").to_owned());
        browser.open(&authorize_uri(&[over])).await;
        assert!(sent_back(&browser.log_in(name, PASSWORD).await).contains_key("code"), "{over:?}");
    }
}

/// OIDC Registration §2: `default_max_age`, `default_acr_values`, `require_auth_time`; the request stands over them.
#[actix_web::test]
async fn a_client_has_defaults() {
    let app = App::start().await;
    let requests =
        json!({"default_max_age": 60, "default_acr_values": [PASSWORD_LEVEL], "require_auth_time": true});
    let web = app.with_web_client(&[("requests", requests)]);
    let (ada, eve) = (app.signed_in("ada"), weakly_signed_in(&app, "eve"));
    let asked_to_sign_in = async |person: &Person, over: &[(&str, &str)]| {
        app.authorize(Some(person), over).await.header("location").starts_with("/login?")
    };
    assert!(asked_to_sign_in(&eve, &[]).await, "the default level");
    assert!(!asked_to_sign_in(&eve, &[("acr_values", "urn:x")]).await, "the request's own");
    assert!(!asked_to_sign_in(&eve, &[("claims", r#"{"id_token":{"acr":null}}"#)]).await);
    assert!(said(&tokens(&app, &web, &ada, &[]).await["id_token"])["auth_time"].is_i64());
    app.advance(Duration::seconds(61));
    assert!(asked_to_sign_in(&ada, &[]).await, "the default age");
    assert!(!asked_to_sign_in(&ada, &[("max_age", "10000")]).await, "the request's own");
}
