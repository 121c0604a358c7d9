//! `prompt=select_account`, and prompts together. OIDC Core §3.1.2.1.

use crate::support::app::PASSWORD;
use crate::support::flow::{authorize_uri, sent_back};
use crate::support::{App, Browser};
use actix_web::test::TestRequest;
use serde_json::json;

/// Ada, who is signed in, at the account page.
async fn at_choice(app: &App, over: &[(&str, &str)]) -> Browser {
    let mut ada = Browser::new(app);
    ada.open("/login").await;
    ada.log_in("ada", PASSWORD).await;
    ada.open(&authorize_uri(&[&[("prompt", "select_account")], over].concat())).await;
    assert!(ada.path.starts_with("/select-account?interaction="), "{}", ada.path);
    ada
}

async fn app() -> App {
    let app = App::start().await;
    app.with_web_client(&[("client_name", json!("Meadow Notes"))]);
    app.with_user("ada");
    app.with_user("bob");
    app
}

#[actix_web::test]
async fn who_is_signed_in_goes_on_without_a_password() {
    let app = app().await;
    let mut ada = at_choice(&app, &[]).await;
    assert!(ada.html.contains("Continue as") && ada.html.contains("Meadow Notes"));
    let back = sent_back(&ada.submit(&ada.form("/select-account")).await);
    assert!(back.contains_key("code"));
    ada.open(&authorize_uri(&[("prompt", "select_account")])).await;
    assert!(ada.path.starts_with("/select-account"), "each request asks anew");
}

#[actix_web::test]
async fn another_account_signs_in() {
    let app = app().await;
    let mut ada = at_choice(&app, &[]).await;
    let login = ada.path.replace("/select-account", "/login");
    assert!(ada.html.contains(&format!("href=\"{login}\"")));
    ada.open(&login).await;
    assert!(sent_back(&ada.log_in("bob", PASSWORD).await).contains_key("code"), "signing in is choosing");
    assert!(app.audit().iter().any(|entry| entry["event"] == "session_ended"), "and ada's session is over");
}

#[actix_web::test]
async fn who_cancels_goes_back_with_access_denied() {
    let app = app().await;
    let mut ada = at_choice(&app, &[]).await;
    assert_eq!(sent_back(&ada.submit(&ada.form("/login/cancel")).await)["error"], "access_denied");
}

#[actix_web::test]
async fn a_stranger_signs_in_and_has_chosen() {
    let app = app().await;
    let mut ada = Browser::new(&app);
    ada.open(&authorize_uri(&[("prompt", "select_account")])).await;
    assert!(ada.path.starts_with("/login?"));
    assert!(sent_back(&ada.log_in("ada", PASSWORD).await).contains_key("code"));
}

#[actix_web::test]
async fn prompts_add_up() {
    let app = app().await;
    let mut ada = at_choice(&app, &[]).await;
    ada.open(&authorize_uri(&[("prompt", "login select_account")])).await;
    assert!(ada.path.starts_with("/login?"), "to sign in is asked for first, and is a choice: {}", ada.path);
    assert!(sent_back(&ada.log_in("ada", PASSWORD).await).contains_key("code"));
    ada.open(&authorize_uri(&[("prompt", "select_account consent")])).await;
    assert!(ada.path.starts_with("/select-account?"));
    ada.submit(&ada.form("/select-account")).await;
    assert!(ada.path.starts_with("/consent?"), "{}", ada.path);
    let allowed = ada.submit(&ada.form("/consent").with("decision", "allow")).await;
    assert!(sent_back(&allowed).contains_key("code"));
    ada.open(&authorize_uri(&[("prompt", "login consent")])).await;
    ada.log_in("ada", PASSWORD).await;
    assert!(ada.path.starts_with("/consent?"), "{}", ada.path);
    for prompt in ["none login", "none consent", "none select_account", "none login consent select_account"] {
        let back = sent_back(&ada.open(&authorize_uri(&[("prompt", prompt)])).await);
        assert_eq!(back["error"], "invalid_request", "{prompt}");
    }
}

/// M21, M23, M24: what the account page sends counts in its own browser, for who was shown, and leads nowhere else.
#[actix_web::test]
async fn a_choice_from_elsewhere_is_refused() {
    let app = app().await;
    let mut ada = at_choice(&app, &[]).await;
    let form = ada.form("/select-account");
    for form in
        [form.clone().without("csrf"), form.clone().with("csrf", "x"), form.clone().without("interaction")]
    {
        assert_eq!(ada.clone().submit(&form).await.status, 403);
    }
    for (name, value) in
        [("origin", "null"), ("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")]
    {
        let request = TestRequest::post().insert_header((name, value)).set_form(&form.fields);
        assert_eq!(ada.clone().send(request, "/select-account").await.status, 403, "{name}: {value}");
    }
    let mut bob = Browser::new(&app);
    bob.open("/login").await;
    bob.log_in("bob", PASSWORD).await;
    assert_eq!(bob.open(&ada.path).await.status, 400, "another browser");
    assert_eq!(bob.submit(&form).await.status, 403);
    let led = form.with("next", "//evil.example").with("redirect_uri", "https://evil.example");
    assert!(sent_back(&ada.submit(&led).await).contains_key("code"));
}

/// Whose session has ended meanwhile has nothing to choose from.
#[actix_web::test]
async fn without_a_session_the_page_leads_to_the_sign_in() {
    let app = app().await;
    let mut ada = at_choice(&app, &[]).await;
    let (path, form) = (ada.path.clone(), ada.form("/select-account"));
    ada.cookies.remove("lk");
    ada.open(&path).await;
    assert!(ada.path.starts_with("/login?"), "{}", ada.path);
    ada.submit(&form).await;
    assert!(ada.path.starts_with("/login?"), "{}", ada.path);
}
