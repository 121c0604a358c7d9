//! The pictures of clients. OIDC Registration §2, RFC 7591 §2. attacks: M27, M44, class 7.

use crate::support::app::PASSWORD;
use crate::support::flow::authorize_uri;
use crate::support::{App, Browser};
use latchkey::ports::outbound::{FetchError, Fetched};
use latchkey::records::{Origin, SelfRegistered};
use serde_json::json;
use time::Duration;

const LOGO: &str = "https://notes.example/logo.png";

/// The beginning of a picture, which is all that is looked at.
fn png(width: u32) -> Vec<u8> {
    [&b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"[..], &width.to_be_bytes(), &64_u32.to_be_bytes(), b"\x08\x06\0\0\0"]
        .concat()
}

fn answer(status: u16, body: &[u8]) -> Fetched {
    let content_type = Some("image/png".to_owned());
    Fetched { status, content_type, cache_control: Some("max-age=600".to_owned()), body: body.to_vec() }
}

async fn app() -> App {
    let app = App::start().await;
    let name = ("client_name", json!("Meadow Notes"));
    app.with_web_client(&[("skip_consent", json!(false)), name]);
    app.change_client("web", |client| client.about.logo_uri = Some(LOGO.to_owned()));
    app.with_user("ada");
    app
}

/// Lets what goes on behind a page come to its end.
async fn settle() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

/// The path of the picture on the consent page, as somebody sees it who signs in now.
async fn shown(app: &App) -> Option<String> {
    let mut ada = Browser::new(app);
    ada.open(&authorize_uri(&[("scope", "openid email")])).await;
    settle().await;
    ada.log_in("ada", PASSWORD).await;
    assert!(ada.path.starts_with("/consent?interaction="), "{}", ada.path);
    settle().await;
    picture_in(&ada.html)
}

fn picture_in(html: &str) -> Option<String> {
    assert!(!html.contains("notes.example/logo"), "no other server learns who signs in");
    let (_, rest) = html.split_once("<img class=\"logo\" src=\"")?;
    Some(rest.split('"').next().unwrap().to_owned())
}

#[actix_web::test]
async fn a_client_is_shown_with_its_picture_from_a_path_of_ours() {
    let app = app().await;
    app.outbound.answer(LOGO, Ok(answer(200, &png(64))));
    let path = shown(&app).await.expect("it was fetched while the person signed in");
    assert_eq!(shown(&app).await.as_ref(), Some(&path));
    assert_eq!(app.outbound.count(LOGO), 1, "once for everybody");
    let picture = app.get(&path).await;
    assert_eq!((picture.status, &picture.body[..]), (200, &png(64)[..]));
    for (name, value) in [
        ("content-type", "image/png"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
        ("cache-control", "public, max-age=86400, immutable"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(picture.header(name), value, "{name}");
    }
    for other in ["/logos/x", "/logos/", "/logos/..%2fstatic", &format!("{path}x")] {
        assert_eq!(app.get(other).await.status, 404, "{other}");
    }
}

/// The page waits for nothing: whoever comes first sees none.
#[actix_web::test]
async fn a_page_does_not_wait_for_a_picture() {
    let app = app().await;
    app.outbound.answer(LOGO, Ok(answer(200, &png(64))));
    let mut ada = Browser::new(&app);
    ada.open("/login").await;
    ada.log_in("ada", PASSWORD).await;
    ada.open(&authorize_uri(&[("prompt", "select_account")])).await;
    assert!(ada.path.starts_with("/select-account"), "{}", ada.path);
    assert_eq!(picture_in(&ada.html), None);
    settle().await;
    ada.open(&authorize_uri(&[("prompt", "select_account")])).await;
    assert!(picture_in(&ada.html).is_some(), "the account page has it too");
}

/// RFC 8628 §3.3: and so does the page for a device.
#[actix_web::test]
async fn a_device_is_shown_with_the_picture_of_its_client() {
    let app = App::start().await;
    app.with_television(&[]);
    app.with_user("ada");
    app.change_client("tv", |client| client.about.logo_uri = Some(LOGO.to_owned()));
    app.outbound.answer(LOGO, Ok(answer(200, &png(64))));
    let codes = app.ask_for_codes("openid").await;
    let mut ada = Browser::new(&app);
    ada.type_code(codes["user_code"].as_str().unwrap()).await;
    settle().await;
    ada.log_in("ada", PASSWORD).await;
    assert!(ada.path.starts_with("/device/confirm"), "{}", ada.path);
    assert!(picture_in(&ada.html).is_some());
}

/// A picture would lend a face to whoever registers himself, and have us call whatever he names.
#[actix_web::test]
async fn a_client_for_which_nobody_vouches_shows_none() {
    let app = app().await;
    app.outbound.answer(LOGO, Ok(answer(200, &png(64))));
    app.change_client("web", |client| client.origin = Origin::Registered(SelfRegistered::default()));
    assert_eq!(shown(&app).await, None);
    assert_eq!(shown(&app).await, None);
    assert_eq!(app.outbound.count(LOGO), 0);
}

#[actix_web::test]
async fn what_is_no_picture_or_cannot_be_had_is_not_shown() {
    let app = app().await;
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    for bad in [
        Ok(answer(200, svg)),
        Ok(answer(200, b"<!doctype html>")),
        Ok(answer(200, &png(100_000))),
        Ok(answer(200, b"")),
        Ok(answer(404, &png(64))),
        Ok(answer(500, &png(64))),
        Err(FetchError::TooLarge),
        Err(FetchError::NotAllowed),
        Err(FetchError::Redirected),
    ] {
        let what = format!("{bad:?}");
        let before = app.outbound.count(LOGO);
        app.outbound.answer(LOGO, bad);
        assert_eq!(shown(&app).await, None, "{what}");
        assert_eq!(app.outbound.count(LOGO), before + 1, "{what}: its server rests");
        app.advance(Duration::MINUTE);
    }
}

/// What was fetched is fetched again when it is no longer fresh; shown for a day while its server fails, and not a moment
/// longer once it says that there is none.
#[actix_web::test]
async fn a_picture_is_as_old_as_a_day_at_most() {
    let app = app().await;
    app.outbound.answer(LOGO, Ok(answer(200, &png(64))));
    let first = shown(&app).await.unwrap();
    app.outbound.answer(LOGO, Ok(answer(200, &png(65))));
    app.advance(Duration::seconds(599));
    assert_eq!(shown(&app).await.as_ref(), Some(&first));
    app.advance(Duration::seconds(1));
    let second = shown(&app).await.unwrap();
    assert_ne!(second, first);
    assert_eq!(app.get(&first).await.status, 404, "what is not shown any more is not served");
    app.outbound.answer(LOGO, Err(FetchError::Unreachable));
    app.advance(Duration::DAY - Duration::seconds(1));
    assert_eq!(shown(&app).await.as_ref(), Some(&second));
    app.advance(Duration::seconds(1));
    assert_eq!((shown(&app).await, app.get(&second).await.status), (None, 404));
    app.outbound.answer(LOGO, Ok(answer(200, &png(65))));
    app.advance(Duration::MINUTE);
    assert_eq!(shown(&app).await.as_ref(), Some(&second), "its server is back");
    app.outbound.answer(LOGO, Ok(answer(410, b"")));
    app.advance(Duration::seconds(600));
    assert_eq!(shown(&app).await, None);
}
