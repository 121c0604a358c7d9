//! Signing out.

use crate::support::app::PASSWORD;
use crate::support::{App, Browser};
use actix_web::test::TestRequest;

async fn signed_in(app: &App) -> Browser {
    app.with_user("ada");
    let mut ada = Browser::new(app);
    ada.open("/login").await;
    ada.log_in("ada", PASSWORD).await;
    ada
}

#[actix_web::test]
async fn a_person_is_asked_and_then_signed_out() {
    let app = App::start().await;
    let mut ada = signed_in(&app).await;
    let session = ada.cookies["lk"].clone();
    ada.open("/logout").await;
    assert!(ada.html.contains("Sign out?"));
    let answer = ada.submit(&ada.form("/logout")).await;
    assert_eq!((answer.status, ada.path.as_str()), (200, "/signed-out"));
    assert!(ada.html.contains("You are signed out"));
    assert!(!ada.cookies.contains_key("lk"), "the cookie is taken away");
    ada.cookies.insert("lk".into(), session);
    ada.open("/").await;
    assert!(ada.html.contains("Nobody is signed in"), "and opens nothing more");
    let ended = app.audit().into_iter().rfind(|event| event["event"] == "session_ended").unwrap();
    assert_eq!(ended["cause"], "sign_out");
}

#[actix_web::test]
async fn the_start_page_signs_out_too() {
    let app = App::start().await;
    let mut ada = signed_in(&app).await;
    ada.submit(&ada.form("/logout")).await;
    assert_eq!(ada.path, "/signed-out");
}

/// A GET changes nothing, and no other site signs anybody out.
#[actix_web::test]
async fn nobody_is_signed_out_unasked() {
    let app = App::start().await;
    let mut ada = signed_in(&app).await;
    ada.open("/logout").await;
    let form = ada.form("/logout");
    ada.submit(&form.clone().without("csrf")).await;
    assert!(ada.html.contains("Sign out?"), "asked again");
    let request =
        TestRequest::post().insert_header(("origin", "https://evil.example")).set_form(&form.fields);
    assert_eq!(ada.send(request, "/logout").await.status, 403);
    ada.open("/").await;
    assert!(ada.html.contains("You are signed in"));
}

#[actix_web::test]
async fn who_is_not_signed_in_has_nothing_to_sign_out_of() {
    let app = App::start().await;
    let mut browser = Browser::new(&app);
    browser.open("/logout").await;
    assert_eq!(browser.path, "/signed-out");
}

/// A session that has lain idle for too long still ends, and with it what hangs on it.
#[actix_web::test]
async fn a_person_who_was_away_can_sign_out() {
    let app = App::start().await;
    let mut ada = signed_in(&app).await;
    ada.open("/logout").await;
    let form = ada.form("/logout");
    app.advance(time::Duration::hours(3));
    ada.submit(&form).await;
    assert_eq!(ada.path, "/signed-out");
    let ended = app.audit().into_iter().rfind(|event| event["event"] == "session_ended").unwrap();
    assert_eq!(ended["cause"], "sign_out");
}
