//! What the Dynamic plan has beside the others.

use super::{CALLBACK, Client, MODES, Suite, are_tokens};
use crate::support::app::ISSUER;
use crate::support::conditions::{id_token, is_refused};
use crate::support::signed::Key;
use actix_web::http::Method;
use actix_web::test::TestRequest;
use latchkey::ports::outbound::Fetched;
use serde_json::{Value, json};
use time::Duration;

const JWKS: &str = "https://suite.example/test/a/latchkey/jwks";

/// `GenerateRS256ClientJWKsWithKeyID`, served at the client's `jwks_uri`.
fn publishes(suite: &Suite, key: &Key, kid: &str) {
    let mut jwk = key.public(Some(kid));
    (jwk["use"], jwk["alg"]) = (json!("sig"), json!("RS256"));
    suite.app.outbound.publish(JWKS, &json!({ "keys": [jwk] }));
}

/// `oidcc-redirect-uri-query-OK`: a registered query stays as it is.
#[actix_web::test]
async fn a_registered_query_stays() {
    for mode in MODES {
        let mut suite = Suite::start(mode).await;
        let client = suite.client(&json!({ "redirect_uris": [format!("{CALLBACK}?foo=bar")] })).await;
        let answer = suite.visits(&suite.asks(&client, &[])).await;
        if mode.is_empty() {
            let location = answer.header("location");
            assert!(location.starts_with(&format!("{CALLBACK}?foo=bar&")), "{location}");
        }
        // In the other mode, the form goes to the whole address.
        assert!(suite.response(&client, &answer).contains_key("code"));
        suite.tokens(&client, &[]).await;
    }
}

/// `oidcc-redirect-uri-query-mismatch`, `-query-added`, `oidcc-ensure-redirect-uri-in-authorization-request`,
/// `oidcc-ensure-registered-redirect-uri`: a page, and no way from there.
#[actix_web::test]
async fn another_redirect_uri_leads_nowhere() {
    for mode in MODES {
        let suite = Suite::start(mode).await;
        for (registered, asked) in [
            (vec![format!("{CALLBACK}?foo=bar")], format!("{CALLBACK}?foo=baz")),
            (vec![format!("{CALLBACK}?foo=bar")], CALLBACK.to_owned()),
            (vec![CALLBACK.to_owned()], format!("{CALLBACK}?foo=bar")),
            (vec![CALLBACK.to_owned()], format!("{CALLBACK}/0aZ")),
            (vec![CALLBACK.to_owned(), format!("{CALLBACK}2")], String::new()),
        ] {
            let client = suite.client(&json!({ "redirect_uris": registered })).await;
            let path = suite.asks(&client, &[("redirect_uri", &asked)]);
            let answer = suite.browser.clone().open(&path).await;
            assert_eq!((answer.status, answer.header("location").as_str()), (400, ""), "{asked}");
            assert!(answer.header("content-type").starts_with("text/html"));
            assert!(!answer.text().contains("suite.example"), "{asked}: {}", answer.text());
        }
    }
}

/// `oidcc-redirect-uri-regfrag`.
#[actix_web::test]
async fn no_fragment_is_registered() {
    let suite = Suite::start("").await;
    let answer = suite.registers(&json!({ "redirect_uris": [format!("{CALLBACK}#foobar")] })).await;
    is_refused(&answer, &["invalid_redirect_uri", "invalid_client_metadata"], "fragment");
}

/// `oidcc-registration-jwks-uri`, `oidcc-refresh-token-rp-key-rotation`: a key that the client turns to is found.
#[actix_web::test]
async fn a_client_turns_its_keys() {
    let mut suite = Suite::start("").await;
    let (old, new) = (Key::rsa(2048), Key::rsa(2048));
    publishes(&suite, &old, "old");
    let members = json!({
        "jwks_uri": JWKS, "token_endpoint_auth_method": "private_key_jwt",
        "grant_types": ["authorization_code", "refresh_token"],
    });
    let client = Client { key: old, kid: "old", ..suite.client(&members).await };
    let over = [("scope", "openid offline_access"), ("prompt", "consent")];
    let first = suite.tokens(&client, &over).await;
    let again = suite.refreshes(&client, &first["refresh_token"], &[]).await;
    are_tokens(&again);
    publishes(&suite, &new, "new");
    suite.app.advance(Duration::seconds(61));
    let turned = Client { key: new, kid: "new", ..client.clone() };
    let answer = suite.refreshes(&turned, &again.json()["refresh_token"], &[]).await;
    are_tokens(&answer);
    id_token(&suite.app, &answer.json(), client.id(), None).await;
    let answer = suite.refreshes(&client, &answer.json()["refresh_token"], &[]).await;
    is_refused(&answer, &["invalid_client"], "a key that is published no longer");
}

/// `oidcc-request-uri-signed-rs256`, `oidcc-ensure-request-object-with-redirect-uri`: at an address that ends by the
/// object's hash.
#[actix_web::test]
async fn a_request_by_reference_is_fetched() {
    for mode in MODES {
        let mut suite = Suite::start(mode).await;
        let key = Key::rsa(2048);
        publishes(&suite, &key, "old");
        let at = "https://suite.example/test/a/latchkey/requestobject/0aZ";
        let object = |client_id: &str, over: &Value| {
            let now = suite.app.act().now.unix_timestamp();
            let mut claims = json!({
                "client_id": client_id, "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid",
                "state": "Zk3pTqXv0a", "nonce": "nO8cWmNs7t", "response_mode": mode,
                "iss": client_id, "aud": ISSUER, "iat": now, "nbf": now, "exp": now + 300,
            });
            if mode.is_empty() {
                claims.as_object_mut().unwrap().remove("response_mode");
            }
            for (name, value) in over.as_object().unwrap() {
                claims[name] = value.clone();
            }
            key.jws(json!({ "alg": "RS256", "kid": "old" }), &claims)
        };
        let members = json!({
            "jwks_uri": JWKS, "request_object_signing_alg": "RS256",
            "request_uris": [format!("{at}#n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg")],
        });
        let client = suite.client(&members).await;
        let body = object(client.id(), &json!({}));
        let served = |body: String| {
            Ok(Fetched {
                status: 200,
                content_type: Some("application/oauth-authz-req+jwt".into()),
                cache_control: None,
                body: body.into_bytes(),
            })
        };
        suite.app.outbound.answer(at, served(body));
        let reference = members["request_uris"][0].as_str().unwrap();
        // OIDC Core §6.2: the state, the nonce and the redirect URI stand in the object alone.
        let path = suite.asks(
            &client,
            &[
                ("request_uri", reference),
                ("state", ""),
                ("nonce", ""),
                ("redirect_uri", ""),
                ("response_mode", ""),
            ],
        );
        let wrong = object(client.id(), &json!({ "redirect_uri": format!("{CALLBACK}2") }));
        let answer = suite.visits(&path).await;
        let response = suite.response(&client, &answer);
        assert_eq!(response["state"], "Zk3pTqXv0a");
        let answer = suite.redeems(&client, &response["code"]).await;
        are_tokens(&answer);
        id_token(&suite.app, &answer.json(), client.id(), Some("nO8cWmNs7t")).await;
        suite.app.outbound.answer(at, served(wrong));
        assert_eq!(suite.visits(&path).await.status, 400, "the address inside is not registered");
    }
}

/// What every module does when it is over: `UnregisterDynamicallyRegisteredClient`; and `GetDynamicClient…` before it.
#[actix_web::test]
async fn a_client_that_goes_is_gone() {
    let mut suite = Suite::start("").await;
    let client = suite.client(&json!({ "token_endpoint_auth_method": "client_secret_basic" })).await;
    let at = client.told["registration_client_uri"].as_str().unwrap().strip_prefix(ISSUER).unwrap();
    let token = client.told["registration_access_token"].as_str().unwrap();
    let manage = |method: Method| {
        TestRequest::default()
            .method(method)
            .uri(at)
            .insert_header(("authorization", format!("Bearer {token}")))
            .insert_header(("accept", "application/json"))
    };
    assert_eq!(suite.app.send(manage(Method::GET)).await.json()["client_id"], client.id());
    let code = suite.code(&client, &[]).await;
    let gone = suite.app.send(manage(Method::DELETE)).await;
    assert_eq!((gone.status, gone.text().as_str()), (204, ""));
    assert_eq!(suite.app.send(manage(Method::GET)).await.status, 401);
    is_refused(&suite.redeems(&client, &code).await, &["invalid_client"], "gone");
    assert_eq!(suite.browser.clone().open(&suite.asks(&client, &[])).await.status, 400);
}
