//! What slows guessing down, seen from the page.

use crate::support::app::PASSWORD;
use crate::support::{Answer, App, Browser};
use actix_web::test::TestRequest;
use time::Duration;

async fn tried(browser: &mut Browser, name: &str, password: &str) -> Answer {
    browser.open("/login").await;
    browser.log_in(name, password).await
}

/// M10: every way of typing a name counts for one account.
#[actix_web::test]
async fn another_spelling_of_the_name_does_not_begin_anew() {
    let app = App::start().await;
    app.with_user("ada");
    let mut eve = Browser::new(&app);
    for name in ["ada", "ADA", " ada ", "\u{ff41}da", "Ada"] {
        assert_eq!(tried(&mut eve, name, "wrong").await.status, 401, "{name}");
    }
    let answer = tried(&mut eve, "ada", PASSWORD).await;
    assert_eq!(answer.status, 429, "even the right password waits");
    assert_eq!(answer.header("retry-after"), "1");
    assert!(answer.text().contains("Too many tries."));
    app.advance(Duration::seconds(1));
    assert_eq!(tried(&mut eve, "ada", PASSWORD).await.status, 200);
}

/// M10, B07: a name that nobody has is slowed down in the same way.
#[actix_web::test]
async fn an_unknown_name_is_delayed_as_a_known_one() {
    let app = App::start().await;
    let mut eve = Browser::new(&app);
    for _ in 0..5 {
        assert_eq!(tried(&mut eve, "nobody", "wrong").await.status, 401);
    }
    assert_eq!(tried(&mut eve, "nobody", "wrong").await.status, 429);
}

/// M11: forwarded headers of a peer that is no trusted proxy change nothing.
#[actix_web::test]
async fn a_made_up_address_does_not_begin_anew() {
    let app = App::start().await;
    let mut eve = Browser::new(&app);
    eve.open("/login").await;
    let mut last = 0;
    for n in 0..120 {
        let form = eve.form("/login").with("username", &format!("name{n}")).with("password", "wrong");
        let request = TestRequest::post()
            .insert_header(("x-forwarded-for", format!("203.0.113.{n}")))
            .insert_header(("forwarded", format!("for=203.0.113.{n}")))
            .set_form(&form.fields);
        let answer = eve.send(request, "/login").await;
        last = answer.status;
        if last == 429 {
            assert!(answer.header("retry-after").parse::<u32>().unwrap() >= 1);
            assert_eq!(app.last_cause(), "login.address_limit");
            break;
        }
    }
    assert_eq!(last, 429, "the address's bucket is empty in the end");
}

/// A person in their own browser does not wait for what a stranger did.
#[actix_web::test]
async fn a_known_device_is_not_held_up_by_strangers() {
    let app = App::start().await;
    app.with_user("ada");
    let (mut ada, mut eve) = (Browser::new(&app), Browser::new(&app));
    assert_eq!(tried(&mut ada, "ada", PASSWORD).await.status, 200);
    ada.cookies.remove("lk");
    for _ in 0..8 {
        tried(&mut eve, "ada", "wrong").await;
    }
    assert_eq!(tried(&mut eve, "ada", PASSWORD).await.status, 429);
    assert_eq!(tried(&mut ada, "ada", PASSWORD).await.status, 200);
}
