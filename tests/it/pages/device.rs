//! The pages for a device: its code, the question, the answer. RFC 8628 §3.3, §5. attacks: M08, M21, M23, M54.

use crate::support::app::PASSWORD;
use crate::support::{App, Browser};
use actix_web::test::TestRequest;
use serde_json::{Value, json};
use time::Duration;

async fn app() -> App {
    let app = App::start().await;
    app.with_television(&[]);
    app.with_user("ada");
    app
}

fn code_of(codes: &Value) -> String {
    codes["user_code"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_person_types_the_code_signs_in_and_sees_what_asks() {
    let app = app().await;
    let codes = app.ask_for_codes("openid email").await;
    let mut ada = Browser::new(&app);
    ada.type_code(&code_of(&codes).to_lowercase().replace('-', " ")).await;
    assert!(ada.path.starts_with("/login?interaction="), "{}", ada.path);
    assert!(ada.html.contains("Meadow TV"));
    ada.log_in("ada", PASSWORD).await;
    assert!(ada.path.starts_with("/device/confirm?interaction="), "{}", ada.path);
    for text in ["Meadow TV", &code_of(&codes), "Know who you are", "See your email address", "ada"] {
        assert!(ada.html.contains(text), "{text}");
    }
    assert_eq!(
        app.poll(&codes).await.error().1,
        "authorization_pending",
        "nothing was allowed by coming here"
    );
    let answer = ada.answer_device("allow").await;
    assert_eq!((answer.status, ada.path.as_str()), (200, "/device/allowed"));
    assert_eq!(app.poll(&codes).await.status, 200);
}

/// M54: RFC 8628 §3.3.1, §5.4: a code in the address fills the field and does nothing else.
#[actix_web::test]
async fn a_code_in_the_address_has_to_be_sent_and_confirmed() {
    let app = app().await;
    let codes = app.ask_for_codes("openid").await;
    let complete = codes["verification_uri_complete"].as_str().unwrap();
    let mut ada = Browser::new(&app);
    ada.open(complete.strip_prefix("http://localhost:8080").unwrap()).await;
    assert!(ada.html.contains(&format!("value=\"{}\"", code_of(&codes))));
    let form = ada.form("/device");
    ada.submit(&form).await;
    ada.log_in("ada", PASSWORD).await;
    assert!(ada.html.contains(&code_of(&codes)) && ada.html.contains("Meadow TV"));
    assert_eq!(app.poll(&codes).await.error().1, "authorization_pending");
    let mut other = Browser::new(&app);
    other.open("/device?user_code=%3Cscript%3E").await;
    assert!(
        other.html.contains("name=\"user_code\" type=\"text\" value=\"\""),
        "what is no code is not shown"
    );
}

#[actix_web::test]
async fn who_is_signed_in_already_is_asked_at_once_even_where_no_consent_is_needed() {
    let app = App::start().await;
    app.with_television(&[("skip_consent", json!(true))]);
    app.with_user("ada");
    let mut ada = Browser::new(&app);
    for decision in ["allow", "allow"] {
        let codes = app.ask_for_codes("openid").await;
        ada.come_to_device(&codes, "ada").await;
        ada.answer_device(decision).await;
        assert_eq!(app.poll(&codes).await.status, 200);
    }
}

#[actix_web::test]
async fn who_cancels_instead_of_signing_in_refuses_the_device() {
    let app = app().await;
    let codes = app.ask_for_codes("openid").await;
    let mut ada = Browser::new(&app);
    ada.type_code(&code_of(&codes)).await;
    let cancel = ada.form("/login/cancel");
    ada.submit(&cancel).await;
    assert_eq!(ada.path, "/device/denied");
    assert_eq!(app.poll(&codes).await.error().1, "access_denied");
}

/// M54: nothing waits for them, so nobody learns more than that.
#[actix_web::test]
async fn codes_that_are_not_right_are_refused_alike() {
    let app = app().await;
    let expired = app.ask_for_codes("openid").await;
    app.advance(Duration::seconds(601));
    let denied = app.ask_for_codes("openid").await;
    let mut bob = Browser::new(&app);
    bob.come_to_device(&denied, "ada").await;
    bob.answer_device("deny").await;
    let mut pages = Vec::new();
    for (code, cause) in [
        (code_of(&expired), "user_code.expired"),
        (code_of(&denied), "user_code.unknown"),
        ("BBBB-BBBB".to_owned(), "user_code.unknown"),
        ("not a code".to_owned(), "user_code.malformed"),
    ] {
        let mut ada = Browser::new(&app);
        let answer = ada.type_code(&code).await;
        assert_eq!((answer.status, app.last_cause().as_str()), (400, cause));
        assert!(ada.html.contains("No device waits for this code"), "{}", ada.html);
        pages.push(ada.html.matches('<').count());
    }
    assert!(pages.iter().all(|count| *count == pages[0]), "{pages:?}");
}

/// M54: RFC 8628 §5.1: five wrong codes for a person or a browser, whichever browser the person takes.
#[actix_web::test]
async fn guessing_is_slowed_down() {
    let app = app().await;
    let codes = app.ask_for_codes("openid").await;
    let mut stranger = Browser::new(&app);
    for _ in 0..5 {
        assert_eq!(stranger.type_code("BBBB-BBBB").await.status, 400);
    }
    let answer = stranger.type_code(&code_of(&codes)).await;
    assert_eq!(answer.status, 429, "and the right one does not count either");
    assert_eq!(answer.header("retry-after"), "600", "when the window ends");
    assert_eq!(app.last_cause(), "user_code.typed_too_often");

    let mut ada = Browser::new(&app);
    ada.open("/login").await;
    ada.log_in("ada", PASSWORD).await;
    for _ in 0..5 {
        assert_eq!(ada.type_code("CCCC-CCCC").await.status, 400);
    }
    let mut again = Browser::new(&app);
    again.open("/login").await;
    again.log_in("ada", PASSWORD).await;
    assert_eq!(again.type_code(&code_of(&codes)).await.status, 429, "another browser, the same person");
    app.advance(Duration::minutes(10));
    let codes = app.ask_for_codes("openid").await;
    again.come_to_device(&codes, "ada").await;
}

/// M54: fifty tries from one address, each with a browser of its own.
#[actix_web::test]
async fn one_address_guesses_only_so_often() {
    let app = app().await;
    let mut statuses = Vec::new();
    for _ in 0..50 {
        statuses.push(Browser::new(&app).type_code("BBBB-BBBB").await.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 20);
    assert_eq!(app.last_cause(), "user_code.address_limit");
    let codes = app.ask_for_codes("openid").await;
    assert_eq!(Browser::new(&app).type_code(&code_of(&codes)).await.status, 429);
}

/// A code that everybody has is nobody's.
#[actix_web::test]
async fn a_code_that_is_entered_too_often_is_refused() {
    let app = app().await;
    let codes = app.ask_for_codes("openid").await;
    for _ in 0..8 {
        assert_eq!(Browser::new(&app).type_code(&code_of(&codes)).await.status, 200);
    }
    assert_eq!(Browser::new(&app).type_code(&code_of(&codes)).await.status, 400);
    assert_eq!(app.last_cause(), "user_code.worn_out");
    assert_eq!(app.poll(&codes).await.error().1, "access_denied");
}

/// M54, M23: neither form counts without its token, from another site, or without its cookies.
#[actix_web::test]
async fn other_sites_send_neither_form() {
    let app = app().await;
    let codes = app.ask_for_codes("openid").await;
    let mut ada = Browser::new(&app);
    ada.open("/device").await;
    let form = ada.form("/device").with("user_code", &code_of(&codes));
    assert_eq!(ada.submit(&form.clone().without("csrf")).await.status, 403);
    ada.come_to_device(&codes, "ada").await;
    let form = ada.form("/device/confirm").with("decision", "allow");
    assert_eq!(ada.submit(&form.clone().without("csrf")).await.status, 403);
    let cross = TestRequest::post().insert_header(("origin", "https://evil.example")).set_form(&form.fields);
    assert_eq!(ada.clone().send(cross, "/device/confirm").await.status, 403);
    let bare = Browser::new(&app).submit_once(&form).await;
    assert!(bare.header("location").starts_with("/login?"), "nobody is signed in there");
    assert_eq!(app.poll(&codes).await.error().1, "authorization_pending");
    assert_eq!(ada.submit(&form).await.status, 200);
}

/// M21: what waits in one browser is not another's, and an answer is one person's.
#[actix_web::test]
async fn another_browser_or_person_does_not_answer() {
    let app = app().await;
    app.with_user("bob");
    let codes = app.ask_for_codes("openid").await;
    let mut ada = Browser::new(&app);
    ada.come_to_device(&codes, "ada").await;
    let (path, form) = (ada.path.clone(), ada.form("/device/confirm").with("decision", "allow"));
    let mut bob = Browser::new(&app);
    bob.open("/login").await;
    bob.log_in("bob", PASSWORD).await;
    assert_eq!(bob.open(&path).await.status, 400, "another browser");
    bob.cookies.insert("lkb".to_owned(), ada.cookies["lkb"].clone());
    assert_eq!(bob.submit(&form).await.status, 403, "another person with the form of the first");
    assert_eq!(app.poll(&codes).await.error().1, "authorization_pending");
}

/// M08: the pages cannot be left out: the interaction of a device opens neither the consent page nor a redirect.
#[actix_web::test]
async fn the_interaction_of_a_device_goes_no_other_way() {
    let app = app().await;
    let codes = app.ask_for_codes("openid").await;
    let mut ada = Browser::new(&app);
    ada.come_to_device(&codes, "ada").await;
    let id = ada.path.rsplit('=').next().unwrap().to_owned();
    assert_eq!(ada.open(&format!("/authorize/resume?interaction={id}")).await.status, 400);
    assert_eq!(app.poll(&codes).await.error().1, "authorization_pending");
}

/// Whoever comes back to the page later finds nothing that can be answered.
#[actix_web::test]
async fn an_answer_counts_once_and_in_time() {
    let app = app().await;
    let codes = app.ask_for_codes("openid").await;
    let mut ada = Browser::new(&app);
    ada.come_to_device(&codes, "ada").await;
    let form = ada.form("/device/confirm").with("decision", "allow");
    let wrong = form.clone().with("decision", "perhaps");
    assert_eq!(ada.submit(&wrong).await.status, 400);
    app.advance(Duration::seconds(600));
    assert_eq!(ada.submit(&form).await.status, 400, "too late");
    assert_eq!(app.poll(&codes).await.error().1, "expired_token");

    let codes = app.ask_for_codes("openid").await;
    ada.come_to_device(&codes, "ada").await;
    let form = ada.form("/device/confirm").with("decision", "allow");
    assert_eq!(ada.submit(&form).await.status, 200);
    assert_eq!(ada.submit(&form.with("decision", "deny")).await.status, 400, "answered already");
    assert_eq!(app.poll(&codes).await.status, 200);
}

/// A client that wants a young sign-in gets one here too. OIDC Registration §2, `default_max_age`.
#[actix_web::test]
async fn an_old_sign_in_is_renewed_where_the_client_says_so() {
    let app = App::start().await;
    app.with_television(&[("requests", json!({ "default_max_age": 60 }))]);
    app.with_user("ada");
    let mut ada = Browser::new(&app);
    ada.open("/login").await;
    ada.log_in("ada", PASSWORD).await;
    app.advance(Duration::seconds(90));
    let codes = app.ask_for_codes("openid").await;
    ada.type_code(&code_of(&codes)).await;
    assert!(ada.path.starts_with("/login?interaction="), "{}", ada.path);
    ada.log_in("ada", PASSWORD).await;
    ada.answer_device("allow").await;
    assert_eq!(app.poll(&codes).await.status, 200);
}
