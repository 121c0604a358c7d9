//! The authorization endpoint. RFC 6749 §4.1.1, OIDC Core §3.1.2. attacks: A01-A30.

use crate::support::app::ISSUER;
use crate::support::flow::{CALLBACK, authorize_uri, sent_back};
use crate::support::{Answer, App};
use actix_web::test::TestRequest;
use serde_json::json;
use time::Duration;

fn is_page(answer: &Answer, what: &str) {
    assert!((400..500).contains(&answer.status), "{what}: {}", answer.status);
    assert_eq!(answer.header("location"), "", "{what}: no redirect");
    assert!(answer.header("content-type").starts_with("text/html"), "{what}");
}

/// A22: RFC 6749 §4.1.2, RFC 9207.
#[actix_web::test]
async fn a_person_who_is_signed_in_is_sent_back_with_a_code() {
    let app = App::start().await;
    app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let back = sent_back(&app.authorize(Some(&ada), &[]).await);
    assert!(back["code"].starts_with("lkc_"));
    assert_eq!((back["state"].as_str(), back["iss"].as_str()), ("xyz", ISSUER));
}

/// OIDC Core §3.1.2.1: requests by POST too. Without our cookie the browser comes from another site and has kept its
/// cookies back: it is sent once more, by GET.
#[actix_web::test]
async fn a_request_may_be_posted() {
    let app = App::start().await;
    app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let posted = |cookie: &str, over: &[(&str, &str)]| {
        TestRequest::post()
            .uri("/authorize")
            .insert_header(("content-type", "application/x-www-form-urlencoded"))
            .insert_header(("cookie", cookie))
            .set_payload(authorize_uri(over).split_once('?').unwrap().1.to_owned())
    };
    let known = format!("{}; lkb={}", ada.cookie, "A".repeat(43));
    assert!(sent_back(&app.send(posted(&known, &[])).await).contains_key("code"));
    let from_afar = app.send(posted("", &[])).await;
    assert_eq!((from_afar.status, from_afar.header("location")), (303, authorize_uri(&[])));
    assert_eq!(from_afar.header("set-cookie"), "", "what the browser has is not replaced");
    is_page(&app.send(posted("", &[("redirect_uri", "https://evil.example")])).await, "evil");
    let wrong = [
        (TestRequest::post().set_json(json!({})), "application/x-www-form-urlencoded"),
        (posted(&known, &[]).set_payload("scope=%ff"), "A parameter is not UTF-8."),
    ];
    for (request, why) in wrong {
        let answer = app.send(request.uri("/authorize")).await;
        is_page(&answer, why);
        assert!(answer.text().contains(why), "a developer learns what is wrong: {why}");
    }
}

/// Each is a durable write that anybody may ask for.
#[actix_web::test]
async fn an_address_begins_only_so_many_sign_ins() {
    let app = App::start().await;
    app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    for _ in 0..100 {
        assert_eq!(app.authorize(None, &[]).await.status, 303);
    }
    let refused = app.authorize(None, &[]).await;
    is_page(&refused, "too many");
    assert_eq!(refused.status, 429);
    assert_eq!(app.last_cause(), "address.too_many");
    // RFC 6585 §4: when there is a try again.
    let wait: i64 = refused.header("retry-after").parse().unwrap();
    app.advance(Duration::seconds(wait - 1));
    assert_eq!(app.authorize(None, &[]).await.status, 429, "{wait}");
    app.advance(Duration::seconds(1));
    assert_eq!(app.authorize(None, &[]).await.status, 303, "{wait}");
    assert!(
        sent_back(&app.authorize(Some(&ada), &[]).await).contains_key("code"),
        "who is signed in goes on"
    );
    app.advance(Duration::minutes(1));
    assert_eq!(app.authorize(None, &[]).await.status, 303);
}

#[actix_web::test]
async fn a_stranger_is_asked_to_sign_in() {
    let app = App::start().await;
    app.with_web_client(&[]);
    let answer = app.authorize(None, &[]).await;
    assert_eq!(answer.status, 303);
    assert!(answer.header("location").starts_with("/login?interaction="), "{}", answer.header("location"));
    assert!(answer.header("set-cookie").starts_with("lkb="), "bound to this browser");
}

/// A01-A13, A15: RFC 9700 §4.1.3.
#[actix_web::test]
async fn without_a_registered_redirect_uri_there_is_a_page_and_no_redirect() {
    let app = App::start().await;
    app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    for uri in [
        "",
        "https://app.example/cb/evil",
        "https://app.example/cbevil",
        "https://app.example/cb?a=b",
        "https://app.example:8443/cb",
        "https://app.example/cb/../../evil",
        "https://app.example/cb/%2e%2e/evil",
        "https://app.example@evil.example/cb",
        "https://app.example/cb#x",
        "javascript:alert(1)",
        "https://app.example/cb\r\nSet-Cookie: x=y",
        "http://evil.example\\@app.example/cb",
        "https://app.example/CB",
        "//evil.example",
        "https://APP.example/cb",
    ] {
        is_page(&app.authorize(Some(&ada), &[("redirect_uri", uri)]).await, uri);
    }
    for client in ["", "nobody", "web\u{0}", "WEB"] {
        is_page(&app.authorize(Some(&ada), &[("client_id", client)]).await, client);
    }
}

/// A14: two redirect URIs, the second of which is never followed.
#[actix_web::test]
async fn two_redirect_uris_are_a_page() {
    let app = App::start().await;
    app.with_web_client(&[]);
    for second in ["https://evil.example/", CALLBACK] {
        let uri = format!("{}&redirect_uri={second}", authorize_uri(&[]));
        is_page(&app.get(&uri).await, second);
    }
}

/// A16: nothing that a caller writes reaches a page unescaped.
#[actix_web::test]
async fn markup_in_parameters_is_escaped() {
    let app = App::start().await;
    app.with_web_client(&[]);
    for name in
        ["client_id", "redirect_uri", "state", "scope", "response_type", "prompt", "ui_locales", "display"]
    {
        let answer = app.authorize(None, &[(name, "\"><script>alert(1)</script>")]).await;
        assert!(answer.status < 500, "{name}");
        assert!(!answer.text().contains("<script>alert"), "{name}");
        assert!(!answer.header("location").contains('<'), "{name}");
    }
}

/// A17-A21, A24, A28-A30: each refusal goes to the client, with its code.
#[actix_web::test]
async fn a_wrong_request_is_told_to_the_client() {
    let app = App::start().await;
    app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let long = "a".repeat(200);
    for (over, code) in [
        (vec![("response_type", "token")], "unsupported_response_type"),
        (vec![("response_type", "code id_token")], "unsupported_response_type"),
        (vec![("response_type", "")], "invalid_request"),
        (vec![("response_mode", "fragment")], "invalid_request"),
        (vec![("code_challenge", ""), ("code_challenge_method", "")], "invalid_request"),
        (vec![("code_challenge_method", "plain")], "invalid_request"),
        (vec![("code_challenge_method", "")], "invalid_request"),
        (vec![("code_challenge", "abc")], "invalid_request"),
        (vec![("code_challenge", long.as_str())], "invalid_request"),
        (vec![("prompt", "none login")], "invalid_request"),
        (vec![("prompt", "dance")], "invalid_request"),
        (vec![("max_age", "-1")], "invalid_request"),
        (vec![("max_age", "abc")], "invalid_request"),
        (vec![("max_age", "1e99")], "invalid_request"),
        (vec![("scope", "admin")], "invalid_scope"),
        (vec![("scope", "\"")], "invalid_scope"),
        (vec![("resource", "https://api.example")], "invalid_target"),
        (vec![("request", "eyJhbGciOiJub25lIn0.e30.")], "invalid_request_object"),
        (vec![("request_uri", "http://127.0.0.1:9/x")], "invalid_request_uri"),
    ] {
        let back = sent_back(&app.authorize(Some(&ada), &over).await);
        assert_eq!(back["error"], code, "{over:?}");
        assert_eq!((back["state"].as_str(), back["iss"].as_str()), ("xyz", ISSUER), "{over:?}");
        assert!(!back.contains_key("code"), "{over:?}");
    }
}

/// A18: RFC 6749 §3.1.
#[actix_web::test]
async fn a_repeated_parameter_is_refused() {
    let app = App::start().await;
    app.with_web_client(&[]);
    for (name, value) in [("scope", "openid"), ("code_challenge", "x"), ("nonce", "n"), ("foo", "bar")] {
        let uri = format!("{}&{name}={value}&{name}={value}", authorize_uri(&[]));
        assert_eq!(sent_back(&app.get(&uri).await)["error"], "invalid_request", "{name}");
    }
    is_page(&app.get(&format!("{}&client_id=x", authorize_uri(&[]))).await, "client_id");
    let back = sent_back(&app.get(&format!("{}&state=x", authorize_uri(&[]))).await);
    assert_eq!(
        (back["error"].as_str(), back.get("state")),
        ("invalid_request", None),
        "neither state is echoed"
    );
}

/// A26, A27.
#[actix_web::test]
async fn bytes_that_are_no_text_are_refused_and_line_breaks_stay_encoded() {
    let app = App::start().await;
    app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    for state in ["%00", "%ff%fe", "%c0%af", "%ed%a0%80", "%", "%zz"] {
        let uri = format!("{}&state={state}", authorize_uri(&[("state", "")]));
        is_page(&app.get(&uri).await, state);
    }
    let back = sent_back(&app.authorize(Some(&ada), &[("state", &"s".repeat(2049))]).await);
    assert_eq!((back["error"].as_str(), back.get("state")), ("invalid_request", None), "a long state");
    let answer = app.authorize(Some(&ada), &[("state", "a\r\nSet-Cookie: x=y")]).await;
    assert!(!answer.header("location").contains('\n'));
    assert_eq!(sent_back(&answer)["state"], "a\r\nSet-Cookie: x=y");
    assert!(!answer.header("set-cookie").contains("x=y"));
}

/// A28: OIDC Core §3.1.2.6.
#[actix_web::test]
async fn prompt_none_never_shows_a_page() {
    let app = App::start().await;
    app.with_web_client(&[("skip_consent", json!(false))]);
    let stranger = app.authorize(None, &[("prompt", "none")]).await;
    assert_eq!(sent_back(&stranger)["error"], "login_required");
    let ada = app.signed_in("ada");
    let unasked = app.authorize(Some(&ada), &[("prompt", "none")]).await;
    assert_eq!(sent_back(&unasked)["error"], "consent_required");
}

#[actix_web::test]
async fn a_sign_in_that_is_too_old_or_not_wanted_is_repeated() {
    let app = App::start().await;
    app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let asks = async |over: &[(&str, &str)]| {
        app.authorize(Some(&ada), over).await.header("location").starts_with("/login")
    };
    assert!(asks(&[("prompt", "login")]).await);
    assert!(asks(&[("max_age", "0")]).await);
    assert!(!asks(&[("max_age", "60")]).await);
    app.advance(Duration::seconds(61));
    assert!(asks(&[("max_age", "60")]).await);
}

#[actix_web::test]
async fn a_client_that_asks_nobody_yet_is_consented_to() {
    let app = App::start().await;
    app.with_web_client(&[("skip_consent", json!(false))]);
    let ada = app.signed_in("ada");
    let answer = app.authorize(Some(&ada), &[]).await;
    assert!(answer.header("location").starts_with("/consent?interaction="), "{}", answer.header("location"));
}

/// M21: an interaction opens nothing in another browser.
#[actix_web::test]
async fn a_strangers_interaction_is_refused() {
    let app = App::start().await;
    app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let begun = app.authorize(None, &[]).await;
    let resume = begun.header("location").replace("/login", "/authorize/resume");
    for cookie in [ada.cookie.clone(), format!("{}; lkb={}", ada.cookie, "A".repeat(43))] {
        let request = TestRequest::get().uri(&resume).insert_header(("cookie", cookie));
        is_page(&app.send(request).await, "a foreign browser");
    }
    let own = begun.header("set-cookie").split(';').next().unwrap().to_owned();
    let cookies = format!("{}; {own}", ada.cookie);
    let request = TestRequest::get().uri(&resume).insert_header(("cookie", cookies.clone()));
    assert!(sent_back(&app.send(request).await).contains_key("code"));
    let again = TestRequest::get().uri(&resume).insert_header(("cookie", cookies));
    is_page(&app.send(again).await, "an interaction answers once");
}

/// M20: the stored request is what is answered, whatever a later URL says.
#[actix_web::test]
async fn a_resumed_request_is_the_one_that_was_stored() {
    let app = App::start().await;
    let web = app.with_web_client(&[("scope", json!("openid email"))]);
    let ada = app.signed_in("ada");
    let begun = app.authorize(None, &[("claims", r#"{"id_token":{"preferred_username":null}}"#)]).await;
    let own = begun.header("set-cookie").split(';').next().unwrap().to_owned();
    let changed = "&response_type=token&response_mode=fragment&scope=openid+email&client_id=evil&prompt=none\
                   &redirect_uri=https://evil.example/&state=evil&max_age=0&claims=x&request=x&code_challenge=x";
    let resume = begun.header("location").replace("/login", "/authorize/resume") + changed;
    let request = TestRequest::get().uri(&resume).insert_header(("cookie", format!("{}; {own}", ada.cookie)));
    let back = sent_back(&app.send(request).await);
    assert_eq!((back["state"].as_str(), back.get("access_token")), ("xyz", None));
    let issued = app.redeem(&web, &back["code"], &[]).await.json();
    assert_eq!(issued["scope"], "openid");
}

/// RFC 9700 §2.1.1; the basic OpenID profile sends no challenge, so a confidential client may be let off.
#[actix_web::test]
async fn pkce_can_be_waived_for_a_confidential_client_alone() {
    let app = App::start().await;
    let bare = [("code_challenge", ""), ("code_challenge_method", "")];
    let web = app.with_web_client(&[("require_pkce", json!(false))]);
    let ada = app.signed_in("ada");
    let code = app.code(&ada, &bare).await;
    assert_eq!(
        app.redeem(&web, &code, &[]).await.error(),
        (400, "invalid_grant".into()),
        "verifier, no challenge"
    );
    assert_eq!(app.redeem(&web, &code, &[("code_verifier", "")]).await.status, 200);
    app.with_client(json!({
        "client_id": "native", "redirect_uris": [CALLBACK], "grant_types": ["authorization_code"],
        "scope": "openid", "token_endpoint_auth_method": "none", "require_pkce": false,
    }));
    let refused = app.authorize(Some(&ada), &[bare[0], bare[1], ("client_id", "native")]).await;
    assert_eq!(sent_back(&refused)["error"], "invalid_request");
}

/// OIDC Core §3.1.2.1, §3.1.2.2: never tokens for another person than the hint names.
#[actix_web::test]
async fn a_hint_at_a_person_is_kept_to() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    app.with_web_client(&[("client_id", json!("other"))]);
    let (ada, bob) = (app.signed_in("ada"), app.signed_in("bob"));
    let hint = app.tokens(&web, &ada, "openid").await["id_token"].as_str().unwrap().to_owned();
    app.advance(Duration::minutes(10));
    let silent = [("prompt", "none"), ("id_token_hint", hint.as_str())];
    assert!(
        sent_back(&app.authorize(Some(&ada), &silent).await).contains_key("code"),
        "though it has expired"
    );
    assert_eq!(sent_back(&app.authorize(Some(&bob), &silent).await)["error"], "login_required");
    let asked = app.authorize(Some(&bob), &silent[1..]).await;
    assert!(asked.header("location").starts_with("/login?"), "{}", asked.header("location"));
    for bad in ["garbage", &hint.replace('.', ".x"), ""] {
        let answer = app.authorize(Some(&ada), &[("id_token_hint", bad)]).await;
        assert_eq!(sent_back(&answer).contains_key("error"), !bad.is_empty(), "{bad}");
    }
    let foreign = app.authorize(Some(&ada), &[("client_id", "other"), ("id_token_hint", &hint)]).await;
    assert_eq!(sent_back(&foreign)["error"], "invalid_request", "another client's");
}
