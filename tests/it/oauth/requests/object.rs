//! Request objects by value. RFC 9101, OIDC Core §6.1. attacks: A24, A25, E01-E14 as far as they concern objects.

use super::{asking, claims, object, signing_client};
use crate::support::app::ISSUER;
use crate::support::flow::{CALLBACK, Person, sent_back};
use crate::support::signed::{Key, encode, unsecured};
use crate::support::{Answer, App};
use actix_web::test::TestRequest;
use serde_json::{Value, json};

async fn ask(app: &App, person: &Person, params: &[(&str, &str)]) -> Answer {
    app.send(TestRequest::get().uri(&asking(params)).insert_header(("cookie", person.cookie.as_str()))).await
}

/// RFC 9101 §5: the client and the object are all that a request needs.
#[actix_web::test]
async fn a_signed_object_is_the_whole_request() {
    let app = App::start().await;
    let key = Key::es256();
    let web = signing_client(&app, &key, &[]);
    let ada = app.signed_in("ada");
    let object = object(&app, &key, &[("nonce", json!("n1")), ("max_age", json!(600))]);
    let back = sent_back(&ask(&app, &ada, &[("client_id", "web"), ("request", &object)]).await);
    assert_eq!(back["state"], "inner");
    let tokens = app.redeem(&web, &back["code"], &[]).await;
    assert_eq!(tokens.status, 200, "{}", tokens.text());
}

/// RFC 9101 §6.3: what stands beside the object counts for nothing.
#[actix_web::test]
async fn what_stands_beside_the_object_is_ignored() {
    let app = App::start().await;
    let key = Key::es256();
    signing_client(&app, &key, &[("redirect_uris", json!([CALLBACK, "https://app.example/other"]))]);
    let ada = app.signed_in("ada");
    let whole = object(&app, &key, &[]);
    let beside = [
        ("client_id", "web"),
        ("request", &whole),
        ("redirect_uri", "https://app.example/other"),
        ("state", "outer"),
        ("scope", "openid email"),
        ("prompt", "login"),
        ("response_mode", "form_post"),
    ];
    let back = sent_back(&ask(&app, &ada, &beside).await);
    assert_eq!((back["state"].as_str(), back.contains_key("code")), ("inner", true));
    let poor = object(&app, &key, &[("code_challenge", Value::Null), ("code_challenge_method", Value::Null)]);
    let challenge = ("code_challenge", crate::support::flow::CHALLENGE);
    let answer = ask(&app, &ada, &[("client_id", "web"), ("request", &poor), challenge]).await;
    assert_eq!(sent_back(&answer)["error"], "invalid_request", "nor does it fill what is missing");
    assert_eq!(app.last_cause(), "pkce.required");
}

/// RFC 9101 §6.2, §10.2, §10.8; RFC 8725 §3.
#[actix_web::test]
async fn an_object_that_its_client_did_not_sign_for_this_is_refused() {
    let app = App::start().await;
    let (key, foreign) = (Key::es256(), Key::es256());
    signing_client(&app, &key, &[]);
    let ada = app.signed_in("ada");
    let claims = claims(&app, &[]);
    let header = |alg: &str, typ: &str| json!({"alg": alg, "kid": "k", "typ": typ});
    let good = key.jws(header("ES256", "oauth-authz-req+jwt"), &claims);
    let (input, _) = good.rsplit_once('.').unwrap();
    let pem = key.private().public_key_to_pem().unwrap();
    for (what, object, cause) in [
        ("none", unsecured(&claims), "jws.unsecured"),
        ("foreign key", foreign.jws(header("ES256", "JWT"), &claims), "jws.signature"),
        (
            "its own jwk",
            foreign.jws(json!({"alg": "ES256", "jwk": foreign.public(None)}), &claims),
            "jws.signature",
        ),
        (
            "jku",
            foreign.jws(json!({"alg": "ES256", "jku": "https://evil.example/k"}), &claims),
            "jws.signature",
        ),
        (
            "HS256 with the public key",
            Key::Secret(pem).jws(header("HS256", "JWT"), &claims),
            "client.keys_unusable",
        ),
        ("no signature", format!("{input}."), "jws.malformed"),
        ("another type", key.jws(header("ES256", "at+jwt"), &claims), "jws.type"),
        ("a proof's type", key.jws(header("ES256", "dpop+jwt"), &claims), "jws.type"),
        (
            "an unknown extension",
            key.jws(json!({"alg": "ES256", "kid": "k", "crit": ["x"], "x": 1}), &claims),
            "jws.critical",
        ),
        ("an unknown key", key.jws(json!({"alg": "ES256", "kid": "other"}), &claims), "jws.unknown_key"),
        ("encrypted", "a.b.c.d.e".to_owned(), "jws.malformed"),
        ("garbage", "garbage".to_owned(), "jws.malformed"),
        ("no object", key.jws(header("ES256", "JWT"), &json!([1])), "jws.claims"),
    ] {
        let answer = ask(&app, &ada, &[("client_id", "web"), ("request", &object)]).await;
        assert_eq!((answer.status, answer.header("location")), (400, String::new()), "{what}: a page");
        assert_eq!(app.last_cause(), cause, "{what}");
    }
}

/// RFC 9101 §4, §5, §10.8; RFC 7519 §4.1.
#[actix_web::test]
async fn an_object_says_truly_by_whom_for_whom_and_when() {
    let app = App::start().await;
    let key = Key::es256();
    signing_client(&app, &key, &[]);
    let ada = app.signed_in("ada");
    let now = app.act().now.unix_timestamp();
    for (over, cause) in [
        (("client_id", json!("other")), "request_object.client_id"),
        (("client_id", Value::Null), "request_object.client_id"),
        (("client_id", json!(["web"])), "request_object.client_id"),
        (("iss", json!("other")), "request_object.issuer"),
        (("sub", json!("web")), "request_object.subject"),
        (("aud", json!("https://other.example")), "jws.audience"),
        (("aud", json!([])), "jws.audience"),
        (("aud", json!(format!("{ISSUER}/"))), "jws.audience"),
        (("exp", json!(now - 10)), "jws.expired"),
        (("exp", json!("soon")), "jws.claims"),
        (("nbf", json!(now + 60)), "jws.not_yet_valid"),
        (("iat", json!(now + 60)), "jws.not_yet_valid"),
        (("request", json!("a.b.c")), "request_object.nested"),
        (("request_uri", json!("https://app.example/r")), "request_object.nested"),
        (("state", json!("a\u{0}b")), "request_object.parameters"),
    ] {
        let object = object(&app, &key, std::slice::from_ref(&over));
        let params = [("client_id", "web"), ("request", object.as_str())];
        let answer = ask(&app, &ada, &params).await;
        assert_eq!((answer.status, answer.header("location")), (400, String::new()), "{over:?}: a page");
        assert_eq!(app.last_cause(), cause, "{over:?}");
        let trusted = [&params[..], &[("redirect_uri", CALLBACK), ("state", "outer")]].concat();
        let told = sent_back(&ask(&app, &ada, &trusted).await);
        assert_eq!(
            (told["error"].as_str(), told["state"].as_str()),
            ("invalid_request_object", "outer"),
            "{over:?}: who can be told is told, and of the outer request alone"
        );
        let names_it = told["error_description"].contains(over.0) || over.0.starts_with("request");
        assert!(names_it || ["exp", "state"].contains(&over.0), "{over:?}: {}", told["error_description"]);
    }
    for over in
        [("aud", json!([ISSUER, "x"])), ("aud", Value::Null), ("iss", Value::Null), ("exp", Value::Null)]
    {
        let object = object(&app, &key, std::slice::from_ref(&over));
        let back = sent_back(&ask(&app, &ada, &[("client_id", "web"), ("request", &object)]).await);
        assert!(back.contains_key("code"), "{over:?}");
    }
}

/// A24: RFC 9700 §4.1: where the answer goes is judged by the object.
#[actix_web::test]
async fn the_redirect_uri_inside_is_the_one_that_must_be_registered() {
    let app = App::start().await;
    let key = Key::es256();
    signing_client(&app, &key, &[]);
    let ada = app.signed_in("ada");
    for uri in [json!("https://evil.example/cb"), json!(format!("{CALLBACK}/")), Value::Null, json!("")] {
        let object = object(&app, &key, &[("redirect_uri", uri.clone())]);
        let params = [("client_id", "web"), ("request", object.as_str()), ("redirect_uri", CALLBACK)];
        let answer = ask(&app, &ada, &params).await;
        assert_eq!((answer.status, answer.header("location")), (400, String::new()), "{uri}");
    }
    let none = unsecured(&claims(&app, &[("redirect_uri", json!("https://evil.example/cb"))]));
    let answer =
        ask(&app, &ada, &[("client_id", "web"), ("request", &none), ("redirect_uri", CALLBACK)]).await;
    assert_eq!(sent_back(&answer)["error"], "invalid_request_object");
}

/// OIDC Registration §2: `none` for those who registered it, and then nothing else.
#[actix_web::test]
async fn an_unsigned_object_is_for_clients_that_registered_none() {
    let app = App::start().await;
    let key = Key::es256();
    let requests = |over: Value| ("requests", over);
    let none = json!({"request_object_signing_alg": "none"});
    signing_client(&app, &key, &[requests(none.clone())]);
    let ada = app.signed_in("ada");
    let bare = unsecured(&claims(&app, &[("iss", Value::Null), ("aud", Value::Null), ("exp", Value::Null)]));
    let back = sent_back(&ask(&app, &ada, &[("client_id", "web"), ("request", &bare)]).await);
    assert!(back.contains_key("code") && back["state"] == "inner");
    let signed = object(&app, &key, &[]);
    let answer = ask(&app, &ada, &[("client_id", "web"), ("request", &signed)]).await;
    assert_eq!((answer.status, app.last_cause().as_str()), (400, "jws.algorithm"));
    let (head, _) = bare.rsplit_once('.').unwrap();
    let stuffed = format!("{head}.{}", encode("x"));
    assert_eq!(ask(&app, &ada, &[("client_id", "web"), ("request", &stuffed)]).await.status, 400);
    app.change_client("web", |client| client.requests.require_signed_request_object = true);
    let answer = ask(&app, &ada, &[("client_id", "web"), ("request", &bare)]).await;
    assert_eq!(sent_back(&answer)["error"], "invalid_request");
    assert_eq!(app.last_cause(), "request.not_signed");
}

/// OIDC Registration §2: objects by another algorithm than the registered one are refused.
#[actix_web::test]
async fn the_registered_algorithm_is_the_only_one() {
    let app = App::start().await;
    let (ec, ed) = (Key::es256(), Key::ed25519());
    let keys = json!({"jwks": {"keys": [ec.public(None), ed.public(None), Key::rsa(2048).public(None)]}});
    app.with_web_client(&[("keys", keys), ("requests", json!({"request_object_signing_alg": "EdDSA"}))]);
    let ada = app.signed_in("ada");
    let claims = claims(&app, &[]);
    for alg in ["EdDSA", "Ed25519"] {
        let object = ed.jws(json!({"alg": alg}), &claims);
        let back = sent_back(&ask(&app, &ada, &[("client_id", "web"), ("request", &object)]).await);
        assert!(back.contains_key("code"), "{alg}");
    }
    let object = ec.jws(json!({"alg": "ES256"}), &claims);
    assert_eq!(ask(&app, &ada, &[("client_id", "web"), ("request", &object)]).await.status, 400);
    assert_eq!(app.last_cause(), "jws.algorithm");
}

/// OIDC Core §6.1: HMAC, where the secret is kept so that it can be used.
#[actix_web::test]
async fn a_client_that_signs_with_its_secret_may_sign_its_requests_so() {
    let app = App::start().await;
    let (_, secret) = app.with_web_client(&[("token_endpoint_auth_method", json!("client_secret_jwt"))]);
    let (_, hashed) = app.with_web_client(&[("client_id", json!("other"))]);
    let ada = app.signed_in("ada");
    let object = Key::Secret(secret.into_bytes()).jws(json!({"alg": "HS256"}), &claims(&app, &[]));
    let back = sent_back(&ask(&app, &ada, &[("client_id", "web"), ("request", &object)]).await);
    assert!(back.contains_key("code"));
    let wrong = Key::Secret(b"wrong wrong wrong wrong wrong wrong!".to_vec());
    let wrong = wrong.jws(json!({"alg": "HS256"}), &claims(&app, &[]));
    assert_eq!(ask(&app, &ada, &[("client_id", "web"), ("request", &wrong)]).await.status, 400);
    assert_eq!(app.last_cause(), "jws.signature");
    let own = claims(&app, &[("client_id", json!("other")), ("iss", json!("other"))]);
    let object = Key::Secret(hashed.into_bytes()).jws(json!({"alg": "HS256"}), &own);
    assert_eq!(ask(&app, &ada, &[("client_id", "other"), ("request", &object)]).await.status, 400);
    assert_eq!(app.last_cause(), "client.keys_unusable", "of most clients we know a hash alone");
}

/// While a secret is being exchanged there are two: what is wrong with an object is told, whichever of them made it.
#[actix_web::test]
async fn of_two_secrets_the_right_one_says_what_is_wrong_with_an_object() {
    let app = App::start().await;
    let (_, old) = app.with_web_client(&[("token_endpoint_auth_method", json!("client_secret_jwt"))]);
    let new = app.with_new_secret("web");
    let ada = app.signed_in("ada");
    for secret in [old, new] {
        let key = Key::Secret(secret.into_bytes());
        let sign = |claims: &Value| key.jws(json!({"alg": "HS256"}), claims);
        let no_claims = sign(&json!([1]));
        ask(&app, &ada, &[("client_id", "web"), ("request", &no_claims)]).await;
        assert_eq!(app.last_cause(), "jws.claims");
        let good = sign(&claims(&app, &[]));
        let back = sent_back(&ask(&app, &ada, &[("client_id", "web"), ("request", &good)]).await);
        assert!(back.contains_key("code"));
    }
}

/// RFC 9101 §10.5.
#[actix_web::test]
async fn a_client_or_the_server_may_demand_a_signed_object() {
    let app = App::start().await;
    let key = Key::es256();
    signing_client(&app, &key, &[("requests", json!({"require_signed_request_object": true}))]);
    let ada = app.signed_in("ada");
    assert_eq!(sent_back(&app.authorize(Some(&ada), &[]).await)["error"], "invalid_request");
    assert_eq!(app.last_cause(), "request.not_signed");
    let object = object(&app, &key, &[]);
    let back = sent_back(&ask(&app, &ada, &[("client_id", "web"), ("request", &object)]).await);
    assert!(back.contains_key("code"));
    let strict = App::start_with(|policy| policy.requests.require_signed = true).await;
    strict.with_web_client(&[]);
    let ada = strict.signed_in("ada");
    assert_eq!(sent_back(&strict.authorize(Some(&ada), &[]).await)["error"], "invalid_request");
}

/// A25: quickly, and without a panic.
#[actix_web::test]
async fn an_object_that_nobody_honest_makes_is_refused() {
    let app = App::start().await;
    let key = Key::es256();
    signing_client(&app, &key, &[]);
    let ada = app.signed_in("ada");
    let deep = format!("{{\"client_id\":\"web\",\"claims\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000));
    let twice = r#"{"client_id":"web","state":"a","state":"b"}"#;
    for payload in [deep.as_str(), twice, "", "null", "{\"client_id\":\"web\""] {
        let input = format!("{}.{}", encode(r#"{"alg":"ES256"}"#), encode(payload));
        let object = format!("{input}.{}", encode(key.sign("ES256", input.as_bytes())));
        let form = [("client_id", "web"), ("request", object.as_str())];
        let request = TestRequest::post().uri("/authorize").set_form(form);
        let known = format!("{}; lkb={}", ada.cookie, "A".repeat(43));
        let answer = app.send(request.insert_header(("cookie", known))).await;
        assert_eq!(answer.status, 400, "{}", payload.len());
        assert_eq!(app.last_cause(), "jws.claims");
    }
    for params in [
        vec![("client_id", "web"), ("request", "a.b.c"), ("request_uri", "https://app.example/r")],
        vec![("client_id", "web"), ("request", "a.b.c"), ("request", "a.b.c")],
        vec![("request", "a.b.c")],
        vec![("client_id", "nobody"), ("request", "a.b.c")],
    ] {
        assert_eq!(ask(&app, &ada, &params).await.status, 400, "{params:?}");
    }
}

/// Keys that the client publishes; fetched again for a key that is new there.
#[actix_web::test]
async fn keys_may_lie_where_the_client_publishes_them() {
    let app = App::start().await;
    let (old, new) = (Key::es256(), Key::es256());
    let at = "https://app.example/jwks";
    app.with_web_client(&[("keys", json!({"jwks_uri": at}))]);
    let ada = app.signed_in("ada");
    app.outbound.publish(at, &json!({"keys": [old.public(Some("k"))]}));
    let first = object(&app, &old, &[]);
    let back = sent_back(&ask(&app, &ada, &[("client_id", "web"), ("request", &first)]).await);
    assert!(back.contains_key("code"));
    app.advance(time::Duration::seconds(61));
    app.outbound.publish(at, &json!({"keys": [new.public(Some("n"))]}));
    let second = new.jws(json!({"alg": "ES256", "kid": "n"}), &claims(&app, &[]));
    let back = sent_back(&ask(&app, &ada, &[("client_id", "web"), ("request", &second)]).await);
    assert!(back.contains_key("code"));
    let unsigned = unsecured(&claims(&app, &[]));
    let count = app.outbound.count(at);
    assert_eq!(ask(&app, &ada, &[("client_id", "web"), ("request", &unsigned)]).await.status, 400);
    assert_eq!(app.outbound.count(at), count, "nothing is fetched for what no key can have made");
}
