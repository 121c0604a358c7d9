//! Watching the session from a client's page. OIDC Session Management.

use super::logout::{is_signed_in, logout_uri, read, signed_in};
use crate::support::app::PASSWORD;
use crate::support::flow::{authorize_uri, sent_back};
use crate::support::{App, Browser};
use actix_web::test::TestRequest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey::web::extract::cookie::Cookies;
use serde_json::json;
use time::Duration;

/// OIDC Session Management §2, §3.2: what the client gets follows from what the frame is told.
#[actix_web::test]
async fn a_client_can_watch_the_session() {
    let (_, mut ada, _, tokens) = signed_in(&json!({})).await;
    let answer = ada.open(&authorize_uri(&[])).await;
    let state = sent_back(&answer)["session_state"].clone();
    let (hash, salt) = state.split_once('.').unwrap();
    let expected = |cookie: &str| {
        let text = format!("web https://app.example {cookie} {salt}");
        URL_SAFE_NO_PAD.encode(latchkey::digest::sha256(&[text.as_bytes()]))
    };
    ada.open("/check-session/state").await;
    assert_eq!(hash, expected(&ada.html));
    let no_openid = ada.open(&authorize_uri(&[("scope", "profile")])).await;
    assert!(!sent_back(&no_openid).contains_key("session_state"));
    ada.open(&logout_uri(&[("id_token_hint", tokens["id_token"].as_str().unwrap())])).await;
    ada.open("/check-session/state").await;
    assert_eq!(ada.html, "");
}

/// OIDC Session Management §2, §3.2: a refusal tells it too, another one each time, so that a client sees somebody sign in.
#[actix_web::test]
async fn a_refusal_tells_the_state_as_well() {
    let (app, mut ada, _, _) = signed_in(&json!({})).await;
    let expected = |told: &str, state: &str| {
        let salt = state.split_once('.').unwrap().1;
        let text = format!("web https://app.example {told} {salt}");
        format!("{}.{salt}", URL_SAFE_NO_PAD.encode(latchkey::digest::sha256(&[text.as_bytes()])))
    };
    let silent = authorize_uri(&[("prompt", "none")]);
    let mut nobody = Browser::new(&app);
    let first = sent_back(&nobody.open(&silent).await);
    assert_eq!(first["error"], "login_required");
    assert_eq!(first["session_state"], expected("", &first["session_state"]));
    assert_ne!(sent_back(&nobody.open(&silent).await)["session_state"], first["session_state"]);
    ada.open("/check-session/state").await;
    let told = ada.html.clone();
    for over in [&[("scope", "openid"), ("max_age", "x")][..], &[("prompt", "none"), ("max_age", "0")]] {
        let refused = sent_back(&ada.open(&authorize_uri(over)).await);
        assert!(refused.contains_key("error"));
        assert_eq!(refused["session_state"], expected(&told, &refused["session_state"]), "{over:?}");
    }
    // RFC 9101 §6: of a request object that cannot be read, what stands beside it says whether it was about a sign-in.
    for (scope, is_told) in [("openid", true), ("profile", false)] {
        let unread = authorize_uri(&[("request", "garbage"), ("scope", scope)]);
        let refused = sent_back(&ada.open(&unread).await);
        assert_eq!(refused["error"], "invalid_request_object");
        let state = refused.get("session_state");
        assert_eq!(state.is_some(), is_told, "{scope}");
        assert!(state.is_none_or(|state| *state == expected(&told, state)), "{scope}");
    }
    ada.open(&authorize_uri(&[("prompt", "login")])).await;
    let denied = sent_back(&ada.submit(&ada.form("/login/cancel")).await);
    assert_eq!(denied["session_state"], expected(&told, &denied["session_state"]));
    for over in [&[("scope", "profile"), ("prompt", "none"), ("max_age", "0")][..], &[("scope", "nonsense")]]
    {
        assert!(!sent_back(&ada.open(&authorize_uri(over)).await).contains_key("session_state"), "{over:?}");
    }
}

#[actix_web::test]
async fn the_frame_may_stand_in_anybodys_page() {
    let app = App::start().await;
    let answer = app.get("/check-session").await;
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains("data-state=\"/check-session/state\""));
    let policy = answer.header("content-security-policy");
    assert_eq!(policy, "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors *");
    let elsewhere = TestRequest::get().uri("/check-session").insert_header(("sec-fetch-site", "cross-site"));
    assert!(
        app.send(elsewhere).await.text().contains("data-state=\"\""),
        "no cookie goes there on plain http"
    );
    let https = App::start_changed(|_| {}, |state| state.cookies = Cookies::new(true)).await;
    let elsewhere = TestRequest::get().uri("/check-session").insert_header(("sec-fetch-site", "cross-site"));
    assert!(https.send(elsewhere).await.text().contains("data-state=\"/check-session/state\""));
    let script = answer.text().split("src=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(app.get(&script).await.status, 200);
}

/// What the frame is told, with this cookie and no other.
async fn told_to_frame(app: &App, state: &str) -> String {
    let mut frame = Browser::new(app);
    frame.cookies.insert("lks".into(), state.into());
    frame.open("/check-session/state").await;
    frame.html
}

/// OIDC Session Management §3.2: the frame judges by a cookie of its own, and a login, a step-up and a sign-out
/// change what it is told. B06 for that cookie.
#[actix_web::test]
async fn the_frame_is_told_by_a_cookie_that_changes_with_the_login() {
    let (app, mut ada, _, _) = signed_in(&json!({})).await;
    let first = ada.cookies["lks"].clone();
    let before = told_to_frame(&app, &first).await;
    assert_eq!(before.len(), 43);
    assert!(before != first && ada.cookies["lk"] != first);
    ada.open(&authorize_uri(&[("prompt", "login")])).await;
    let answer = ada.log_in("ada", PASSWORD).await;
    let second = ada.cookies["lks"].clone();
    assert_ne!(second, first, "a step-up");
    assert_eq!(told_to_frame(&app, &first).await, "");
    let after = told_to_frame(&app, &second).await;
    assert!(after.len() == 43 && after != before);
    let state = sent_back(&answer)["session_state"].clone();
    let (hash, salt) = state.split_once('.').unwrap();
    let text = format!("web https://app.example {after} {salt}");
    assert_eq!(hash, URL_SAFE_NO_PAD.encode(latchkey::digest::sha256(&[text.as_bytes()])));
    ada.open("/logout").await;
    let answer = ada.submit_once(&ada.form("/logout")).await;
    let lines: Vec<_> = answer.headers.get_all("set-cookie").map(|line| line.to_str().unwrap()).collect();
    assert!(lines.contains(&"lks=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"), "{lines:?}");
    assert_eq!(told_to_frame(&app, &second).await, "", "and kept, it tells nothing more");
    ada.open("/login").await;
    ada.log_in("ada", PASSWORD).await;
    assert!(![first, second].contains(&ada.cookies["lks"]));
}

/// What travels into other sites opens nothing, under whatever name it comes.
#[actix_web::test]
async fn the_cookie_of_the_frame_opens_nothing() {
    let (app, ada, _, tokens) = signed_in(&json!({})).await;
    let state = ada.cookies["lks"].clone();
    for name in ["lks", "lk", "lkb"] {
        let mut thief = Browser::new(&app);
        thief.cookies.insert(name.into(), state.clone());
        assert!(!is_signed_in(&mut thief).await, "{name}");
        thief.open(&authorize_uri(&[])).await;
        assert!(thief.path.starts_with("/login?"), "{name}: {}", thief.path);
        thief.open(&logout_uri(&[("id_token_hint", tokens["id_token"].as_str().unwrap())])).await;
    }
    assert_eq!(told_to_frame(&app, &state).await.len(), 43, "the session lives");
    for unknown in
        ["x", &ada.cookies["lk"], read(tokens["id_token"].as_str().unwrap()).1["sid"].as_str().unwrap()]
    {
        assert_eq!(told_to_frame(&app, unknown).await, "");
    }
}

/// Only the frame's own script is answered: its cookie comes along with the requests of every page.
#[actix_web::test]
async fn other_pages_do_not_learn_by_asking_whether_somebody_is_signed_in() {
    let (app, mut ada, _, _) = signed_in(&json!({})).await;
    for site in ["cross-site", "same-site"] {
        let mut bodies = Vec::new();
        for browser in [&mut ada, &mut Browser::new(&app)] {
            let request = TestRequest::get().insert_header(("sec-fetch-site", site));
            let answer = browser.send(request, "/check-session/state").await;
            assert_eq!(answer.status, 403, "{site}");
            assert_eq!(answer.header("access-control-allow-origin"), "");
            bodies.push(answer.body.len());
        }
        assert_eq!(bodies[0], bodies[1], "{site}");
    }
    let own = TestRequest::get().insert_header(("sec-fetch-site", "same-origin"));
    assert_eq!(ada.send(own, "/check-session/state").await.body.len(), 43);
}

/// A page that asks every second keeps nobody signed in, and sees ends of every kind.
#[actix_web::test]
async fn the_frame_keeps_no_session_alive_and_sees_its_end() {
    let (app, mut ada, _, _) = signed_in(&json!({})).await;
    let state = ada.cookies["lks"].clone();
    app.advance(Duration::minutes(119));
    assert_eq!(told_to_frame(&app, &state).await.len(), 43);
    app.advance(Duration::minutes(1));
    assert_eq!(told_to_frame(&app, &state).await, "");
    assert!(!is_signed_in(&mut ada).await);
}

/// Sessions from before an update get the cookie when a client is next answered.
#[actix_web::test]
async fn a_session_without_the_cookie_gets_it_with_the_next_answer() {
    let (app, mut ada, _, _) = signed_in(&json!({})).await;
    for over in [&[][..], &[("response_mode", "form_post")]] {
        let state = ada.cookies.remove("lks").unwrap();
        ada.open(&authorize_uri(over)).await;
        assert_eq!(ada.cookies["lks"], state);
        let again = ada.open(&authorize_uri(over)).await;
        assert_eq!(again.header("set-cookie"), "", "who has it is not given it again");
    }
    ada.cookies.insert("lks".into(), "planted".into());
    ada.open(&authorize_uri(&[])).await;
    assert_eq!(told_to_frame(&app, &ada.cookies["lks"]).await.len(), 43);
}
