//! The first administrator.

use crate::support::{App, Browser};
use latchkey::identity::password::{HashParams, PasswordPool, PoolPolicy};
use latchkey::identity::setup;
use latchkey::storage::Stop;
use secrecy::{ExposeSecret as _, SecretString};
use std::num::NonZeroUsize;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

const PASSWORD: &str = "paper lamp orchard nine";

fn link(app: &App) -> String {
    let act = app.act();
    let issued =
        app.state.store.run_blocking(move |txn| setup::issue(txn, &act).map_err(Stop::<()>::Fault)).unwrap();
    format!("/setup?token={}", issued.unwrap().expose_secret())
}

#[actix_web::test]
async fn a_link_makes_an_administrator_who_is_signed_in_and_works_once() {
    let app = App::start().await;
    let link = link(&app);
    let mut ada = Browser::new(&app);
    assert_eq!(ada.open(&link).await.status, 200);
    let form = ada.form("/setup").with("username", "Ada").with("password", PASSWORD);
    ada.submit(&form).await;
    assert_eq!(ada.path, "/");
    assert!(ada.html.contains("You are signed in as"));
    assert_eq!(ada.open(&link).await.status, 403);
    assert!(ada.html.contains("This set-up link does not work"));
    assert_eq!(ada.submit(&form).await.status, 403);
    let mut again = Browser::new(&app);
    again.open("/login").await;
    assert_eq!(again.log_in("ada", PASSWORD).await.status, 200);
}

#[actix_web::test]
async fn what_cannot_be_is_said_and_the_link_stays() {
    let app = App::start().await;
    let mut ada = Browser::new(&app);
    ada.open(&link(&app)).await;
    for (username, password, text) in [
        ("ad a", PASSWORD, "This username cannot be used."),
        ("", PASSWORD, "This username cannot be used."),
        ("ada", "qz7!", "This password is too short."),
        ("ada", "", "This password is too short."),
        ("ada", "password1234", "among the first that are guessed"),
        ("ada.lovelace", "ada.lovelace", "The password is the username."),
        ("ada", &"x".repeat(4000), "This password is too long."),
        ("ada", "with a bell \u{7} in it", "a character that cannot be used"),
    ] {
        let form = ada.form("/setup").with("username", username).with("password", password);
        let answer = ada.submit(&form).await;
        assert_eq!(answer.status, 422, "{username} {text}");
        assert!(answer.text().contains(text), "{text}");
        assert!(
            password.is_empty() || username == password || !answer.text().contains(password),
            "never shown again"
        );
    }
    let form = ada.form("/setup").with("username", "ada").with("password", PASSWORD);
    ada.submit(&form).await;
    assert_eq!(ada.path, "/");
}

#[actix_web::test]
async fn without_a_link_nothing_is_hashed() {
    let app = App::start().await;
    let mut eve = Browser::new(&app);
    for path in ["/setup", "/setup?token=", "/setup?token=lki_wrong"] {
        assert_eq!(eve.open(path).await.status, 403, "{path}");
    }
    let mut ada = Browser::new(&app);
    ada.open(&link(&app)).await;
    let form =
        ada.form("/setup").with("token", "lki_wrong").with("username", "eve").with("password", PASSWORD);
    assert_eq!(ada.submit(&form).await.status, 403);
    assert_eq!(app.state.passwords.hashed(), 0);
}

/// RFC 9110 §10.2.3, §15.6.4: when there may be room is known, and said.
#[actix_web::test]
async fn whoever_comes_while_all_hash_is_told_when_to_come_again() {
    let params = HashParams::new(65_536, 16, 1).unwrap();
    let pool = PoolPolicy { params, workers: NonZeroUsize::MIN, queue: NonZeroUsize::MIN };
    let app = App::start_changed(|_| {}, |state| state.passwords = PasswordPool::start(pool).unwrap()).await;
    let mut ada = Browser::new(&app);
    ada.open(&link(&app)).await;
    let form = ada.form("/setup").with("username", "ada").with("password", PASSWORD);
    // One is worked on, and one waits.
    let mut accepted = 0;
    while accepted < 2 {
        let asked = pin!(app.state.passwords.hash(SecretString::from("x"), [1; 16]));
        match asked.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => accepted += 1,
            Poll::Ready(_) => actix_web::rt::time::sleep(std::time::Duration::from_millis(1)).await,
        }
    }
    let answer = ada.submit(&form).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "2".to_owned()));
    assert!(answer.text().contains("Wait a moment"));
}
