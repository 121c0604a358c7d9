//! What counts once counts once, at the same instant too. attacks: class 1 of the classes behind them; better-auth
//! CVE-2026-53517, where reading and using up were two steps.

use super::requests::asking;
use crate::support::app::ISSUER;
use crate::support::device::DEVICE_GRANT;
use crate::support::dpop::Prover;
use crate::support::flow::{CALLBACK, CHALLENGE, VERIFIER};
use crate::support::signed::Key;
use crate::support::workload::CLIENT_ASSERTION;
use crate::support::{Answer, App, Browser};
use actix_web::test::TestRequest;
use serde_json::json;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

const MANY: usize = 12;

/// Waits for many that go on side by side.
async fn all<F: Future<Output = Answer>>(send: impl Fn() -> F) -> Vec<Answer> {
    let mut under_way: Vec<Pin<Box<F>>> = (0..MANY).map(|_| Box::pin(send())).collect();
    let mut answers = Vec::new();
    poll_fn(move |context| {
        under_way.retain_mut(|one| match one.as_mut().poll(context) {
            Poll::Ready(answer) => {
                answers.push(answer);
                false
            }
            Poll::Pending => true,
        });
        if under_way.is_empty() { Poll::Ready(std::mem::take(&mut answers)) } else { Poll::Pending }
    })
    .await
}

/// Sends the same thing many times at once; gives how often it was taken.
async fn taken<F: Future<Output = Answer>>(
    send: impl Fn() -> F,
    is_taken: impl Fn(&Answer) -> bool,
) -> usize {
    let answers = all(send).await;
    assert!(answers.iter().all(|answer| answer.status < 500));
    answers.iter().filter(|answer| is_taken(answer)).count()
}

#[actix_web::test]
async fn of_many_at_once_one_is_taken() {
    let app = App::start_registering(|_| {}).await;
    let key = Key::es256();
    let web =
        app.with_web_client(&[("grant_types", json!(["authorization_code", "refresh_token", DEVICE_GRANT]))]);
    app.with_client(json!({
        "token_endpoint_auth_method": "private_key_jwt",
        "keys": { "jwks": { "keys": [key.public(Some("k"))] } },
    }));
    let bound = app.with_client(json!({ "client_id": "bound" }));
    let ada = app.signed_in("ada");
    let issued = |answer: &Answer| answer.status == 200;

    let codes = app.post("/device_authorization", &[("scope", "openid")], Some(&web)).await.json();
    let mut browser = Browser::new(&app);
    browser.cookies.insert("lk".to_owned(), ada.cookie.trim_start_matches("lk=").to_owned());
    browser.come_to_device(&codes, "ada").await;
    browser.answer_device("allow").await;
    let form = [("grant_type", DEVICE_GRANT), ("device_code", codes["device_code"].as_str().unwrap())];
    assert_eq!(taken(|| app.post("/token", &form, Some(&web)), issued).await, 1, "device code");

    let form = [
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let pushed = app.post("/par", &form, Some(&web)).await.json();
    let uri = asking(&[("client_id", "web"), ("request_uri", pushed["request_uri"].as_str().unwrap())]);
    let visit = || app.send(TestRequest::get().uri(&uri).insert_header(("cookie", ada.cookie.as_str())));
    let has_code = |answer: &Answer| answer.header("location").contains("code=");
    assert_eq!(taken(visit, has_code).await, 1, "pushed request");

    let now = app.act().now.unix_timestamp();
    let claims =
        json!({ "iss": "service", "sub": "service", "aud": ISSUER, "jti": "1", "iat": now, "exp": now + 60 });
    let assertion = key.jws(json!({ "alg": "ES256", "kid": "k" }), &claims);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", CLIENT_ASSERTION),
        ("client_assertion", &assertion),
    ];
    assert_eq!(taken(|| app.post("/token", &form, None), issued).await, 1, "assertion");

    let proof = [Prover::new().for_token(&app)];
    let form = [("grant_type", "client_credentials")];
    assert_eq!(taken(|| app.post_with("/token", &bound, &form, &proof), issued).await, 1, "proof");

    let code = app.code(&ada, &[]).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(taken(|| app.post("/token", &form, Some(&web)), issued).await, 1, "code");
}

/// A retry gets the same successor, so a family never has two ends. better-auth CVE-2026-53517: it forked.
#[actix_web::test]
async fn a_family_of_refresh_tokens_has_one_end() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let first = app.tokens(&web, &ada, "openid offline_access").await;
    let answers = all(|| app.refresh(&web, &first["refresh_token"], &[])).await;
    let mut successors: Vec<String> =
        answers.iter().map(|answer| answer.json()["refresh_token"].as_str().unwrap().to_owned()).collect();
    successors.dedup();
    assert_eq!(successors.len(), 1);
}

/// A form that is sent twice at once answers once.
#[actix_web::test]
async fn a_form_counts_once() {
    let app = App::start().await;
    app.with_web_client(&[("skip_consent", json!(false))]);
    let ada = app.signed_in("ada");
    let mut browser = Browser::new(&app);
    browser.cookies.insert("lk".to_owned(), ada.cookie.trim_start_matches("lk=").to_owned());
    browser.open(&crate::support::flow::authorize_uri(&[])).await;
    let form = browser.form("/consent").with("decision", "allow");
    let send = || {
        let (mut browser, form) = (browser.clone(), form.clone());
        async move { browser.submit(&form).await }
    };
    assert_eq!(taken(send, |answer| answer.header("location").contains("code=")).await, 1);
}
