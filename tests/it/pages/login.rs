//! The login page.

use crate::support::app::PASSWORD;
use crate::support::flow::{authorize_uri, sent_back};
use crate::support::{App, Browser};
use actix_web::test::TestRequest;

async fn app() -> App {
    let app = App::start().await;
    app.with_web_client(&[("client_name", "Meadow Notes".into())]);
    app.with_user("ada");
    app
}

#[actix_web::test]
async fn a_person_signs_in_for_a_client_and_goes_back_with_a_code() {
    let app = app().await;
    let mut ada = Browser::new(&app);
    let page = ada.open(&authorize_uri(&[("login_hint", "ada")])).await;
    assert_eq!(page.status, 200);
    assert!(ada.path.starts_with("/login?interaction="));
    assert!(ada.html.contains("Meadow Notes"), "the client is named");
    assert!(ada.html.contains("value=\"ada\""), "login_hint fills the name");
    let back = ada.log_in("ada", PASSWORD).await;
    assert!(sent_back(&back)["code"].starts_with("lkc_"));
}

#[actix_web::test]
async fn a_person_signs_in_without_a_client_and_is_at_the_start_page() {
    let app = app().await;
    let mut ada = Browser::new(&app);
    ada.open("/login").await;
    let page = ada.log_in("Ada ", PASSWORD).await;
    assert_eq!((page.status, ada.path.as_str()), (200, "/"));
    assert!(ada.html.contains("You are signed in as"));
    ada.open("/login").await;
    assert_eq!(ada.path, "/", "who is signed in has nothing to do there");
}

/// B06: session fixation.
#[actix_web::test]
async fn the_session_takes_a_new_value_at_every_login() {
    let app = app().await;
    let mut ada = Browser::new(&app);
    ada.cookies.insert("lk".into(), "planted".into());
    ada.open(&authorize_uri(&[])).await;
    ada.log_in("ada", PASSWORD).await;
    let first = ada.cookies["lk"].clone();
    assert_ne!(first, "planted");
    ada.open(&authorize_uri(&[("prompt", "login")])).await;
    ada.log_in("ada", PASSWORD).await;
    assert_ne!(ada.cookies["lk"], first);
    let mut thief = Browser::new(&app);
    thief.cookies.insert("lk".into(), first);
    thief.open("/").await;
    assert!(thief.html.contains("Nobody is signed in"), "the value before is worth nothing");
}

/// B03.
#[actix_web::test]
async fn cookies_are_closed_to_scripts_and_other_sites() {
    let app = app().await;
    let mut ada = Browser::new(&app);
    ada.open("/login").await;
    let form = ada.form("/login").with("username", "ada").with("password", PASSWORD);
    let answer = ada.submit_once(&form).await;
    let lines: Vec<_> = answer.headers.get_all("set-cookie").map(|line| line.to_str().unwrap()).collect();
    assert_eq!(lines.len(), 3, "session, its state, and device");
    for line in lines {
        assert!(
            line.contains("; HttpOnly") && line.contains("; SameSite=Lax") && line.contains("Path=/"),
            "{line}"
        );
    }
}

/// B04.
#[actix_web::test]
async fn a_form_without_its_cookies_is_refused() {
    let app = app().await;
    let mut ada = Browser::new(&app);
    ada.open("/login").await;
    let form = ada.form("/login").with("username", "ada").with("password", PASSWORD);
    ada.cookies.clear();
    let answer = ada.submit(&form).await;
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("Your browser did not send its cookies"));
}

/// B05.
#[actix_web::test]
async fn a_form_from_another_site_is_refused() {
    let app = app().await;
    let mut ada = Browser::new(&app);
    ada.open("/login").await;
    let form = ada.form("/login").with("username", "ada").with("password", PASSWORD);
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let request = TestRequest::post().insert_header((name, value)).set_form(&form.fields);
        let answer = ada.send(request, "/login").await;
        assert_eq!(answer.status, 403, "{name}: {value}");
        assert!(answer.text().contains("The request came from another site"), "{name}: {value}");
        assert!(!ada.cookies.contains_key("lk"));
    }
    let request =
        TestRequest::post().insert_header(("origin", "http://localhost:8080")).set_form(&form.fields);
    assert_eq!(ada.send(request, "/login").await.status, 303, "our own origin is enough");
}

#[actix_web::test]
async fn a_form_with_a_foreign_or_without_a_token_is_refused() {
    let app = app().await;
    let (mut ada, mut eve) = (Browser::new(&app), Browser::new(&app));
    ada.open("/login").await;
    eve.open("/login").await;
    let form = ada.form("/login").with("username", "ada").with("password", PASSWORD);
    for form in [eve.form("/login"), form.clone().without("csrf"), form.clone().with("csrf", "AAAA")] {
        let answer = ada.submit(&form.with("username", "ada").with("password", PASSWORD)).await;
        assert_eq!(answer.status, 403);
        assert!(answer.text().contains("This page is no longer valid"));
    }
}

/// B07: what is told does not depend on whether there is such a person.
#[actix_web::test]
async fn an_unknown_name_and_a_wrong_password_get_the_same_page() {
    let app = app().await;
    let mut browser = Browser::new(&app);
    let mut seen = Vec::new();
    for (name, password) in
        [("ada", "wrong"), ("nobody", "wrong"), ("\u{202e}\u{0}", "wrong"), ("ada", "\u{7}")]
    {
        browser.open(&authorize_uri(&[])).await;
        let form = browser.form("/login").with("username", name).with("password", password);
        let answer = browser.submit(&form).await;
        if answer.status == 400 {
            assert!(name.contains('\0'), "a NUL is no text");
            continue;
        }
        assert_eq!(answer.status, 401);
        assert!(answer.header("www-authenticate").is_empty());
        assert!(answer.text().contains("The username or password is not right."));
        let page = answer.text().replace(&format!("value=\"{name}\""), "value=\"NAME\"");
        let interaction =
            browser.form("/login").fields.iter().find(|(n, _)| n == "interaction").unwrap().1.clone();
        let csrf: Vec<_> =
            ["/login", "/login/cancel"].map(|form| browser.form(form).fields[0].1.clone()).into();
        seen.push(page.replace(&interaction, "ID").replace(&csrf[0], "ONE").replace(&csrf[1], "TWO"));
    }
    assert!(seen.len() >= 3);
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
}

#[actix_web::test]
async fn an_empty_field_is_asked_for_and_nothing_is_tried() {
    let app = app().await;
    let mut browser = Browser::new(&app);
    browser.open("/login").await;
    let hashed = app.state.passwords.hashed();
    let answer = browser.log_in("ada", "").await;
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("Type your username and your password."));
    assert_eq!(app.state.passwords.hashed(), hashed);
}

/// M21: an interaction belongs to the browser that began it.
#[actix_web::test]
async fn an_interaction_of_another_browser_is_refused() {
    let app = app().await;
    let (mut ada, mut eve) = (Browser::new(&app), Browser::new(&app));
    ada.open(&authorize_uri(&[])).await;
    eve.open(&authorize_uri(&[])).await;
    for path in [
        ada.path.clone(),
        ada.path.replace("/login", "/consent"),
        ada.path.replace("/login", "/authorize/resume"),
    ] {
        let answer = eve.open(&path).await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.text().contains("This sign-in cannot go on"), "{path}");
        assert_eq!(Browser::new(&app).open(&path).await.status, 400, "{path}, without a cookie");
    }
    let answer = ada.open("/login?interaction=unknown").await;
    assert_eq!(answer.status, 400);
}

#[actix_web::test]
async fn an_interaction_that_waited_too_long_is_refused() {
    let app = app().await;
    let mut ada = Browser::new(&app);
    ada.open(&authorize_uri(&[])).await;
    app.advance(time::Duration::hours(2));
    let answer = ada.log_in("ada", PASSWORD).await;
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("This sign-in cannot go on"));
}

/// RFC 6749 §4.1.2.1.
#[actix_web::test]
async fn who_cancels_goes_back_with_access_denied() {
    let app = app().await;
    let mut ada = Browser::new(&app);
    ada.open(&authorize_uri(&[])).await;
    let page = ada.path.clone();
    let back = sent_back(&ada.submit(&ada.form("/login/cancel")).await);
    assert_eq!((back["error"].as_str(), back["state"].as_str()), ("access_denied", "xyz"));
    assert_eq!(ada.open(&page).await.status, 400, "the interaction is over");
}

/// M24: there is no parameter that says where to go.
#[actix_web::test]
async fn nothing_in_the_request_says_where_to_go_after_login() {
    let app = app().await;
    let evil = ["//evil.example", "/\\evil.example", "https://evil.example", "%09//evil.example"];
    for name in ["next", "redirect", "redirect_uri", "return_to", "url", "continue", "rd"] {
        for target in evil {
            let mut ada = Browser::new(&app);
            ada.open(&format!("/login?{name}={target}")).await;
            let form =
                ada.form("/login").with("username", "ada").with("password", PASSWORD).with(name, target);
            let answer = ada.submit_once(&form).await;
            assert_eq!((answer.status, answer.header("location").as_str()), (303, "/"), "{name}={target}");
        }
    }
}

/// M45.
#[actix_web::test]
async fn markup_in_a_name_stays_text() {
    let app = App::start().await;
    app.with_web_client(&[("client_name", "\"><script>alert(1)</script>".into())]);
    let mut browser = Browser::new(&app);
    browser.open(&authorize_uri(&[("login_hint", "\"><img src=x>")])).await;
    assert!(!browser.html.contains("<script>") && !browser.html.contains("<img"));
    browser.log_in("\"><b>", "x").await;
    assert!(!browser.html.contains("<b>"));
}

/// M45: a name cannot rearrange the sentence around it either.
#[actix_web::test]
async fn a_name_that_turns_the_writing_around_is_isolated() {
    let app = App::start().await;
    app.with_web_client(&[("client_name", "\u{202e}évil\u{2069}".into())]);
    let mut browser = Browser::new(&app);
    browser.open(&authorize_uri(&[])).await;
    assert!(browser.html.contains("to go on to \u{2068}évil\u{2069}<"), "{}", browser.html);
}

/// OIDC Core §3.1.2.2: the client asked for Ada, and gets no tokens for Bob.
#[actix_web::test]
async fn who_is_not_the_person_that_the_client_named_brings_it_nothing() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    app.with_user("bob");
    let ada = app.signed_in("ada");
    let hint = app.tokens(&web, &ada, "openid").await["id_token"].as_str().unwrap().to_owned();
    let request = authorize_uri(&[("id_token_hint", &hint)]);
    let mut bob = Browser::new(&app);
    bob.open(&request).await;
    let back = sent_back(&bob.log_in("bob", PASSWORD).await);
    assert_eq!((back["error"].as_str(), back.get("code")), ("login_required", None));
    assert_eq!(app.last_cause(), "authorize.another_person");
    let mut same = Browser::new(&app);
    same.open(&request).await;
    assert!(sent_back(&same.log_in("ada", PASSWORD).await).contains_key("code"));
}
