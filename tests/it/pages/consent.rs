//! The consent page.

use crate::support::app::PASSWORD;
use crate::support::flow::{CALLBACK, authorize_uri, sent_back};
use crate::support::{App, Browser};
use actix_web::test::TestRequest;
use latchkey::records::{Origin, SelfRegistered};
use serde_json::json;

async fn app() -> App {
    let app = App::start().await;
    app.with_web_client(&[("skip_consent", json!(false)), ("client_name", json!("Meadow Notes"))]);
    app.with_user("ada");
    app
}

async fn at_consent(app: &App) -> Browser {
    let mut ada = Browser::new(app);
    ada.open(&authorize_uri(&[("scope", "openid email")])).await;
    ada.log_in("ada", PASSWORD).await;
    assert!(ada.path.starts_with("/consent?interaction="), "{}", ada.path);
    ada
}

#[actix_web::test]
async fn a_person_sees_who_asks_for_what_and_allows_it_once() {
    let app = app().await;
    let mut ada = at_consent(&app).await;
    for text in ["Meadow Notes", "Know who you are", "See your email address", "app.example", "ada"] {
        assert!(ada.html.contains(text), "{text}");
    }
    let form = ada.form("/consent").with("decision", "allow");
    assert!(sent_back(&ada.submit(&form).await).contains_key("code"));
    let again = ada.open(&authorize_uri(&[("scope", "openid email")])).await;
    assert!(sent_back(&again).contains_key("code"), "it is remembered");
    ada.open(&authorize_uri(&[("scope", "openid email profile")])).await;
    assert!(ada.path.starts_with("/consent"), "more is asked again");
}

/// OIDC Registration §2: what a client says of itself can be read where it asks.
#[actix_web::test]
async fn a_person_can_read_more_about_who_asks() {
    let app = app().await;
    app.change_client("web", |client| {
        client.about.client_uri = Some("https://notes.example/home".to_owned());
        client.about.policy_uri = Some("https://notes.example/privacy".to_owned());
        client.about.tos_uri = Some("https://notes.example/terms".to_owned());
        client.about.logo_uri = Some("https://notes.example/logo".to_owned());
    });
    let ada = at_consent(&app).await;
    for path in ["home", "privacy", "terms"] {
        let link = format!(
            "<a href=\"https://notes.example/{path}\" target=\"_blank\" rel=\"noopener noreferrer\">"
        );
        assert!(ada.html.contains(&link), "{path}: {}", ada.html);
    }
    assert!(!ada.html.contains("notes.example/logo"), "no other server learns who signs in");
}

/// Any program on a device can wait at its loopback addresses and claim a scheme, in the name of any client that
/// registered itself. However the scheme is spelt: RFC 3986 §3.1.
#[actix_web::test]
async fn a_person_is_warned_where_the_answer_stays_on_the_device() {
    for (redirect_uri, warns) in [
        ("http://127.0.0.1:9/cb", true),
        ("HTTP://127.0.0.1:9/cb", true),
        ("com.example.app:/cb", true),
        (CALLBACK, false),
        ("HTTPS://app.example/cb", false),
    ] {
        for (origin, is_stranger) in
            [(Origin::Registered(SelfRegistered::default()), true), (Origin::Operator, false)]
        {
            let app = app().await;
            app.change_client("web", move |client| {
                client.redirect_uris = vec![redirect_uri.to_owned()];
                client.origin = origin.clone();
            });
            let mut ada = Browser::new(&app);
            ada.open(&authorize_uri(&[("redirect_uri", redirect_uri)])).await;
            ada.log_in("ada", PASSWORD).await;
            assert!(ada.path.starts_with("/consent"), "{redirect_uri}: {}", ada.path);
            let is_warned = ada.html.contains("goes to a program on this device");
            assert_eq!(is_warned, warns && is_stranger, "{redirect_uri}, {is_stranger}");
        }
    }
}

#[actix_web::test]
async fn who_refuses_goes_back_with_access_denied() {
    let app = app().await;
    let mut ada = at_consent(&app).await;
    let form = ada.form("/consent").with("decision", "deny");
    assert_eq!(sent_back(&ada.submit(&form).await)["error"], "access_denied");
    ada.open(&authorize_uri(&[("scope", "openid email")])).await;
    assert!(ada.path.starts_with("/consent"), "and nothing is remembered");
}

/// M23.
#[actix_web::test]
async fn consent_from_elsewhere_is_refused() {
    let app = app().await;
    let mut ada = at_consent(&app).await;
    let form = ada.form("/consent").with("decision", "allow");
    for form in
        [form.clone().without("csrf"), form.clone().with("csrf", "x"), form.clone().without("interaction")]
    {
        assert_eq!(ada.submit(&form).await.status, 403);
    }
    for (name, value) in
        [("origin", "null"), ("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")]
    {
        let request = TestRequest::post().insert_header((name, value)).set_form(&form.fields);
        assert_eq!(ada.send(request, "/consent").await.status, 403, "{name}: {value}");
    }
    assert!(sent_back(&ada.submit(&form).await).contains_key("code"), "the page itself still works");
}

#[actix_web::test]
async fn an_answer_that_is_neither_yes_nor_no_is_refused() {
    let app = app().await;
    let mut ada = at_consent(&app).await;
    for decision in ["", "maybe", "ALLOW"] {
        let form = ada.form("/consent").with("decision", decision);
        let answer = ada.clone().submit(&form).await;
        assert_eq!(answer.status, 400, "{decision}");
    }
    let form = ada.form("/consent");
    assert_eq!(ada.submit(&form).await.status, 400);
}

/// M08: the page before cannot be left out.
#[actix_web::test]
async fn without_a_sign_in_consent_leads_to_the_login_page() {
    let app = app().await;
    let mut ada = at_consent(&app).await;
    let form = ada.form("/consent").with("decision", "allow");
    let path = ada.path.clone();
    ada.cookies.remove("lk");
    ada.open(&path).await;
    assert!(ada.path.starts_with("/login?interaction="), "{}", ada.path);
    ada.submit(&form).await;
    assert!(ada.path.starts_with("/login?interaction="), "{}", ada.path);
    ada.log_in("ada", PASSWORD).await;
    assert!(ada.path.starts_with("/consent"), "nothing was allowed in between");
}

/// What one person was shown, another does not answer.
#[actix_web::test]
async fn a_form_counts_for_the_person_who_saw_it() {
    let app = app().await;
    app.with_user("eve");
    let mut ada = at_consent(&app).await;
    let form = ada.form("/consent").with("decision", "allow");
    let consent = ada.path.clone();
    ada.open(&consent.replace("/consent", "/login")).await;
    ada.log_in("eve", PASSWORD).await;
    assert!(ada.path.starts_with("/consent"), "eve is asked herself");
    assert_eq!(ada.submit(&form).await.status, 403);
}

/// M45.
#[actix_web::test]
async fn markup_in_scopes_and_names_stays_text() {
    let app = App::start().await;
    let name = json!("<script>alert(1)</script>");
    app.with_web_client(&[
        ("skip_consent", json!(false)),
        ("client_name", name),
        ("scope", json!("openid <script>")),
    ]);
    app.with_user("ada");
    let mut ada = Browser::new(&app);
    ada.open(&authorize_uri(&[("scope", "openid <script>")])).await;
    ada.log_in("ada", PASSWORD).await;
    assert!(ada.path.starts_with("/consent"));
    assert!(!ada.html.contains("<script>"), "{}", ada.html);
}

/// RFC 8252 §8.6: any program on the device could wait at that address.
#[actix_web::test]
async fn an_application_on_the_device_is_consented_to_every_time() {
    let app = app().await;
    app.with_client(json!({
        "client_id": "native", "redirect_uris": ["http://127.0.0.1/cb", "https://app.example/cb"],
        "grant_types": ["authorization_code"], "scope": "openid", "token_endpoint_auth_method": "none",
    }));
    let mut ada = Browser::new(&app);
    let native = [("client_id", "native"), ("redirect_uri", "http://127.0.0.1:5000/cb")];
    ada.open(&authorize_uri(&native)).await;
    ada.log_in("ada", PASSWORD).await;
    for _ in 0..2 {
        assert!(ada.path.starts_with("/consent"), "{}", ada.path);
        let allowed = ada.submit(&ada.form("/consent").with("decision", "allow")).await;
        assert!(allowed.header("location").starts_with("http://127.0.0.1:5000/cb?code="));
        ada.open(&authorize_uri(&native)).await;
    }
    let claimed = ada.open(&authorize_uri(&native[..1])).await;
    assert!(sent_back(&claimed).contains_key("code"), "an https address that the application owns");
}
