//! Signing out as clients ask for it and are told of it. OIDC RP-Initiated Logout, Back-Channel Logout, Front-Channel
//! Logout.

use crate::support::app::{ISSUER, PASSWORD};
use crate::support::flow::{CALLBACK, Credentials, authorize_uri, sent_back};
use crate::support::{App, Browser};
use actix_web::test::TestRequest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey::identity::users;
use latchkey::jobs::deliver_logout::DeliverLogout;
use latchkey::ports::outbound::{FetchError, Fetched};
use serde_json::{Value, json};
use std::sync::Arc;
use time::Duration;

const BACK: &str = "https://app.example/bye";
const BACK_CHANNEL: &str = "https://app.example/backchannel";

/// A client that takes part in everything, a person, and a browser in which they have signed in for it.
pub(super) async fn signed_in(over: &Value) -> (App, Browser, Credentials, Value) {
    let app = App::start().await;
    let mut logout = json!({
        "post_logout_redirect_uris": [BACK, "https://app.example/bye?x=1"],
        "backchannel_logout_uri": BACK_CHANNEL,
    });
    for (name, value) in over.as_object().unwrap() {
        logout[name] = value.clone();
    }
    let client = app.with_web_client(&[("logout", logout), ("client_name", json!("Meadow Notes"))]);
    app.with_user("ada");
    let mut ada = Browser::new(&app);
    ada.open(&authorize_uri(&[])).await;
    let answer = ada.log_in("ada", PASSWORD).await;
    let tokens = app.redeem(&client, &sent_back(&answer)["code"], &[]).await.json();
    (app, ada, client, tokens)
}

pub(super) fn logout_uri(params: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
    format!("/logout?{query}")
}

pub(super) async fn is_signed_in(ada: &mut Browser) -> bool {
    ada.open("/").await;
    ada.html.contains("You are signed in")
}

pub(super) fn job(app: &App) -> DeliverLogout {
    DeliverLogout {
        tenant: app.realm.tenant.clone(),
        store: app.state.store.clone(),
        keys: Arc::clone(&app.realm.keys),
        rules: app.realm.rules.clone(),
        outbound: app.outbound.clone(),
        clock: app.state.clock.clone(),
        entropy: app.state.entropy.clone(),
    }
}

pub(super) fn answers(app: &App, status: u16) {
    app.outbound.answer(BACK_CHANNEL, Ok(Fetched { status, ..Fetched::default() }));
}

/// OIDC RP-Initiated Logout §2, §3: who shows the ID token of the session is asked nothing.
#[actix_web::test]
async fn a_client_with_the_hint_of_the_session_signs_out_at_once() {
    let (app, mut ada, client, tokens) = signed_in(&json!({})).await;
    let hint = tokens["id_token"].as_str().unwrap();
    let asked = [("id_token_hint", hint), ("post_logout_redirect_uri", BACK), ("state", "a b&c")];
    let answer = ada.open(&logout_uri(&asked)).await;
    assert_eq!(
        (answer.status, answer.header("location").as_str()),
        (303, "https://app.example/bye?state=a+b%26c")
    );
    assert!(!is_signed_in(&mut ada).await);
    assert!(!app.is_active(&client, &tokens["access_token"]).await);
    let refreshed = app.refresh(&client, &tokens["refresh_token"], &[]).await;
    assert_eq!(refreshed.error(), (400, "invalid_grant".into()));
}

/// OIDC RP-Initiated Logout §2: an expired hint is as good, and a client is believed for an address that has a query.
#[actix_web::test]
async fn an_expired_hint_is_as_good() {
    let (app, mut ada, _, tokens) = signed_in(&json!({})).await;
    app.advance(Duration::minutes(30));
    let hint = tokens["id_token"].as_str().unwrap();
    let uri = "https://app.example/bye?x=1";
    let asked =
        [("id_token_hint", hint), ("client_id", "web"), ("post_logout_redirect_uri", uri), ("state", "s")];
    assert_eq!(ada.open(&logout_uri(&asked)).await.header("location"), "https://app.example/bye?x=1&state=s");
}

/// attacks: H03. Without a proof the person is asked, and goes back to the client afterwards.
#[actix_web::test]
async fn without_a_hint_the_person_is_asked() {
    let (app, mut ada, _, _) = signed_in(&json!({})).await;
    let answer = ada
        .open(&logout_uri(&[("client_id", "web"), ("post_logout_redirect_uri", BACK), ("state", "s")]))
        .await;
    assert_eq!(answer.status, 200);
    assert!(ada.html.contains("Meadow Notes asks to sign you out"));
    let form = ada.form("/logout");
    assert!(is_signed_in(&mut ada).await);
    assert_eq!(ada.submit(&form.clone().without("csrf")).await.status, 200, "asked again");
    assert_eq!(ada.submit(&form.clone().with("csrf", "x")).await.status, 403);
    assert!(is_signed_in(&mut ada).await);
    // What the form carries is worth no more than what stands in a link.
    let forged = form.clone().with("post_logout_redirect_uri", "https://evil.example/");
    assert_eq!(ada.submit(&forged).await.status, 400);
    assert!(is_signed_in(&mut ada).await);
    assert_eq!(ada.submit(&form).await.header("location"), "https://app.example/bye?state=s");
    assert!(!is_signed_in(&mut ada).await);
    assert_eq!(app.audit().iter().filter(|event| event["event"] == "session_ended").count(), 2);
}

/// attacks: H01, H02.
#[actix_web::test]
async fn nobody_is_sent_where_the_client_did_not_register() {
    let (app, mut ada, _, tokens) = signed_in(&json!({})).await;
    let hint = tokens["id_token"].as_str().unwrap();
    for evil in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "https://app.example/bye/",
        "https://app.example/BYE",
        "https://app.example/bye#x",
        "https://app.example/bye?y=1",
        CALLBACK,
        "x\r\nSet-Cookie: a=b",
    ] {
        let asked = [("id_token_hint", hint), ("post_logout_redirect_uri", evil)];
        let answer = ada.open(&logout_uri(&asked)).await;
        assert_eq!((answer.status, answer.header("location").as_str()), (400, ""), "{evil}");
        assert_eq!(app.last_cause(), "logout.redirect_uri_not_registered");
        let answer = ada.open(&logout_uri(&[("post_logout_redirect_uri", evil)])).await;
        assert_eq!(
            (answer.status, answer.header("location").as_str()),
            (400, ""),
            "without a client: {evil}"
        );
    }
    assert!(is_signed_in(&mut ada).await);
}

/// attacks: H02. A hint that is not of this session proves nothing.
#[actix_web::test]
async fn a_foreign_hint_proves_nothing() {
    let (app, mut ada, client, tokens) = signed_in(&json!({})).await;
    let genuine = tokens["id_token"].as_str().unwrap();
    let (head, rest) = genuine.split_once('.').unwrap();
    let none = format!(
        "{}.{}.",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#),
        rest.split('.').next().unwrap()
    );
    let (payload, signature) = rest.split_once('.').unwrap();
    let flip = if signature.starts_with('A') { 'B' } else { 'A' };
    let flipped = format!("{head}.{payload}.{flip}{}", &signature[1..]);
    let other = app.signed_in("bea");
    let of_bea = app.tokens(&client, &other, "openid").await["id_token"].as_str().unwrap().to_owned();
    let access = tokens["access_token"].as_str().unwrap().to_owned();
    for hint in [none, flipped, of_bea, access, "x".to_owned()] {
        let asked =
            [("id_token_hint", hint.as_str()), ("client_id", "web"), ("post_logout_redirect_uri", BACK)];
        let answer = ada.open(&logout_uri(&asked)).await;
        assert_eq!(answer.status, 200, "asked: {hint}");
        assert!(is_signed_in(&mut ada).await);
    }
    app.with_client(json!({"client_id": "other"}));
    let answer = ada.open(&logout_uri(&[("id_token_hint", genuine), ("client_id", "other")])).await;
    assert_eq!((answer.status, app.last_cause().as_str()), (400, "logout.foreign_hint"));
    assert_eq!(ada.open(&logout_uri(&[("client_id", "nobody")])).await.status, 400);
    assert_eq!(ada.open("/logout?state=a&state=b").await.status, 400);
}

/// OIDC RP-Initiated Logout §2: by POST too. The browser brings its cookies with the GET that follows.
#[actix_web::test]
async fn a_client_may_post() {
    let (_, mut ada, _, tokens) = signed_in(&json!({})).await;
    let form = [("id_token_hint", tokens["id_token"].as_str().unwrap()), ("post_logout_redirect_uri", BACK)];
    let request = TestRequest::post().insert_header(("origin", "https://app.example")).set_form(form);
    let answer = ada.send(request, "/logout").await;
    assert_eq!(answer.status, 303);
    let answer = ada.open(&answer.header("location")).await;
    assert_eq!(answer.header("location"), BACK);
    assert!(!is_signed_in(&mut ada).await);
}

/// Who is signed out already goes back all the same.
#[actix_web::test]
async fn nobody_signed_in_goes_straight_back() {
    let (app, _, _, tokens) = signed_in(&json!({})).await;
    let hint = tokens["id_token"].as_str().unwrap();
    let mut browser = Browser::new(&app);
    let answer =
        browser.open(&logout_uri(&[("id_token_hint", hint), ("post_logout_redirect_uri", BACK)])).await;
    assert_eq!(answer.header("location"), BACK);
}

pub(super) fn read(jwt: &str) -> (Value, Value) {
    let mut parts = jwt.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    let mut next = || serde_json::from_slice(&parts.next().unwrap()).unwrap();
    (next(), next())
}

pub(super) fn told(app: &App) -> Vec<(Value, Value)> {
    let bodies = app.outbound.sent().into_iter().filter(|sent| sent.url == BACK_CHANNEL);
    bodies.map(|sent| read(sent.body.unwrap().strip_prefix("logout_token=").unwrap())).collect()
}

/// OIDC Back-Channel Logout §2.4, §2.5: what the client is told, once.
#[actix_web::test]
async fn clients_are_told_through_the_back_channel() {
    let (app, mut ada, _, tokens) = signed_in(&json!({})).await;
    answers(&app, 200);
    assert_eq!(job(&app).deliver().await.unwrap(), 0);
    let hint = tokens["id_token"].as_str().unwrap();
    ada.open(&logout_uri(&[("id_token_hint", hint)])).await;
    assert_eq!(job(&app).deliver().await.unwrap(), 1);
    assert_eq!(job(&app).deliver().await.unwrap(), 0);
    let [(header, claims)] = &told(&app)[..] else { panic!("one notice") };
    assert_eq!((&header["typ"], &header["alg"]), (&json!("logout+jwt"), &json!("ES256")));
    let (_, id) = read(hint);
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(claims["aud"], "web");
    assert_eq!(claims["sub"], id["sub"]);
    assert_eq!(claims["sid"], id["sid"]);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 120);
    assert_eq!(claims["events"], json!({"http://schemas.openid.net/event/backchannel-logout": {}}));
    assert!(claims.get("nonce").is_none() && claims["jti"].is_string());
    let event = app.audit().into_iter().rfind(|event| event["event"] == "logout_notified").unwrap();
    assert_eq!((&event["outcome"], &event["client_id"]), (&json!("success"), &json!("web")));
}

/// A device has an ID token of the session in which somebody allowed it, so its client takes part too.
#[actix_web::test]
async fn the_client_of_a_device_is_told_as_well() {
    let app = App::start().await;
    app.with_television(&[("logout", json!({ "backchannel_logout_uri": BACK_CHANNEL }))]);
    app.with_user("ada");
    let codes = app.ask_for_codes("openid").await;
    let mut ada = Browser::new(&app);
    ada.come_to_device(&codes, "ada").await;
    ada.answer_device("allow").await;
    let id = app.poll(&codes).await.json()["id_token"].clone();
    answers(&app, 200);
    let hint = id.as_str().unwrap();
    ada.open(&logout_uri(&[("id_token_hint", hint)])).await;
    assert_eq!(job(&app).deliver().await.unwrap(), 1);
    assert_eq!(told(&app)[0].1["sid"], read(hint).1["sid"]);
}

/// OIDC Core §8: whoever must not compare people is not given one session to compare either; and each is told by the
/// names that it knows.
#[actix_web::test]
async fn a_client_with_pairwise_subjects_has_names_of_its_own_for_sessions() {
    let front = "https://app.example/front";
    let (app, mut ada, client, public) = signed_in(&json!({"frontchannel_logout_uri": front})).await;
    app.change_client("web", |client| {
        client.subjects = serde_json::from_value(json!({"subject_type": "pairwise"})).unwrap();
    });
    let back = sent_back(&ada.open(&authorize_uri(&[])).await);
    let pairwise = app.redeem(&client, &back["code"], &[]).await.json();
    let (hint, public) =
        (pairwise["id_token"].as_str().unwrap(), read(public["id_token"].as_str().unwrap()).1);
    let id = read(hint).1;
    assert!(id["sid"] != public["sid"] && id["sub"] != public["sub"], "{id} {public}");
    answers(&app, 200);
    let page = ada.open(&logout_uri(&[("id_token_hint", hint)])).await.text();
    assert!(page.contains(&format!("sid={}", id["sid"].as_str().unwrap())), "the frame names it so: {page}");
    assert!(!is_signed_in(&mut ada).await, "the hint proves the session by its own name");
    job(&app).deliver().await.unwrap();
    let [(_, claims)] = &told(&app)[..] else { panic!("one notice") };
    assert_eq!((&claims["sub"], &claims["sid"]), (&id["sub"], &id["sid"]));
}

/// OIDC Back-Channel Logout §2.8: a client that is away is told later, one that refuses is let alone.
#[actix_web::test]
async fn a_notice_is_tried_again_until_it_is_answered() {
    let (app, mut ada, _, tokens) = signed_in(&json!({})).await;
    app.outbound.answer(BACK_CHANNEL, Err(FetchError::Unreachable));
    ada.open(&logout_uri(&[("id_token_hint", tokens["id_token"].as_str().unwrap())])).await;
    assert_eq!(job(&app).deliver().await.unwrap(), 1);
    app.advance(Duration::seconds(1));
    assert_eq!(job(&app).deliver().await.unwrap(), 0, "not yet");
    answers(&app, 503);
    app.advance(Duration::seconds(1));
    assert_eq!(job(&app).deliver().await.unwrap(), 1);
    answers(&app, 204);
    app.advance(Duration::seconds(10));
    assert_eq!(job(&app).deliver().await.unwrap(), 1);
    app.advance(Duration::hours(3));
    assert_eq!(job(&app).deliver().await.unwrap(), 0);
    let told = told(&app);
    assert_eq!(told.len(), 3);
    assert_eq!(told[0].1["jti"], told[2].1["jti"], "it is the same notice");
}

/// OIDC Back-Channel Logout §2.5: sent again where the failure may pass, and otherwise not.
#[actix_web::test]
async fn a_notice_that_is_refused_or_too_old_is_given_up() {
    for (status, tries, cause) in [
        (400, 1, "logout.refused_by_client"),
        (302, 1, "logout.answer_unexpected"),
        (401, 1, "logout.answer_unexpected"),
        (404, 1, "logout.answer_unexpected"),
        (501, 1, "logout.answer_unexpected"),
        (408, 17, "logout.answer_unexpected"),
        (429, 17, "logout.answer_unexpected"),
        (500, 17, "logout.answer_unexpected"),
    ] {
        let (app, mut ada, _, tokens) = signed_in(&json!({})).await;
        answers(&app, status);
        ada.open(&logout_uri(&[("id_token_hint", tokens["id_token"].as_str().unwrap())])).await;
        let mut tried = 0;
        for _ in 0..200 {
            tried += job(&app).deliver().await.unwrap();
            app.advance(Duration::minutes(10));
        }
        assert_eq!((tried, app.last_cause().as_str()), (tries, cause), "{status}");
    }
}

/// OIDC RP-Initiated Logout §2: a session that has lain idle is one all the same: the person is asked, and its clients are
/// told.
#[actix_web::test]
async fn a_session_that_lies_idle_can_be_ended() {
    let (app, mut ada, _, _) = signed_in(&json!({})).await;
    answers(&app, 200);
    app.advance(Duration::hours(3));
    ada.open(&logout_uri(&[("client_id", "web"), ("post_logout_redirect_uri", BACK)])).await;
    assert!(
        ada.html.contains("Meadow Notes asks to sign you out") && !ada.html.contains("ada"),
        "{}",
        ada.html
    );
    assert_eq!(job(&app).deliver().await.unwrap(), 0);
    assert_eq!(ada.submit(&ada.form("/logout")).await.header("location"), BACK);
    assert_eq!(job(&app).deliver().await.unwrap(), 1);
    assert_eq!(told(&app).len(), 1);
}

/// Whatever ends a session tells its clients: another password, a disabled person, another person in the browser.
#[actix_web::test]
async fn every_end_of_a_session_is_told() {
    let (app, _, _, tokens) = signed_in(&json!({})).await;
    answers(&app, 200);
    let (act, id) =
        (app.act(), read(tokens["id_token"].as_str().unwrap()).1["sub"].as_str().unwrap().parse().unwrap());
    let disabled = app.state.store.run_blocking(move |txn| users::disable(txn, &act, "operator", id));
    disabled.unwrap_or_else(|stop| panic!("{stop:?}"));
    assert_eq!(job(&app).deliver().await.unwrap(), 1);

    let (app, mut ada, _, _) = signed_in(&json!({})).await;
    answers(&app, 200);
    app.with_user("bea");
    ada.open(&authorize_uri(&[("prompt", "login")])).await;
    ada.log_in("bea", PASSWORD).await;
    assert_eq!(job(&app).deliver().await.unwrap(), 1);
}

/// A client that wants to know nothing is told nothing.
#[actix_web::test]
async fn other_clients_are_let_alone() {
    let (app, mut ada, _, tokens) = signed_in(&json!({"backchannel_logout_uri": null})).await;
    ada.open(&logout_uri(&[("id_token_hint", tokens["id_token"].as_str().unwrap())])).await;
    assert_eq!(job(&app).deliver().await.unwrap(), 0);
}

/// OIDC Front-Channel Logout §3: the browser loads each client's address, with `iss` and `sid`, and then goes on.
#[actix_web::test]
async fn clients_are_told_through_the_browser() {
    let over =
        json!({"frontchannel_logout_uri": "https://app.example/front?a=b", "backchannel_logout_uri": null});
    let (_, mut ada, _, tokens) = signed_in(&over).await;
    let hint = tokens["id_token"].as_str().unwrap();
    let asked = [("id_token_hint", hint), ("post_logout_redirect_uri", BACK)];
    let answer = ada.open(&logout_uri(&asked)).await;
    assert_eq!(answer.status, 200);
    let sid = read(hint).1["sid"].as_str().unwrap().to_owned();
    let frame = format!("https://app.example/front?a=b&#38;iss=http%3A%2F%2Flocalhost%3A8080&#38;sid={sid}");
    assert!(ada.html.contains(&frame), "{}", ada.html);
    assert_eq!(answer.header("refresh"), format!("2;url={BACK}"));
    assert!(answer.header("content-security-policy").ends_with("; frame-src https://app.example"));
    assert!(!is_signed_in(&mut ada).await);
}
