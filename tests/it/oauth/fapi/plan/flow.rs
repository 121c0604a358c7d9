//! What has to succeed.

use super::{Client, SIGNED, SUFFIX, Suite, USUAL, Variant, with};
use crate::oauth::openid::{describe, whole_profile};
use crate::support::Browser;
use crate::support::app::{ISSUER, PASSWORD};
use crate::support::conditions::{
    holds_only, id_token, is_error, is_json, is_not_kept, is_refused, is_unguessable, signed,
};
use crate::support::signed::Key;
use serde_json::{Value, json};
use time::Duration;

/// Every variant of both plans that is ours.
fn variants() -> impl Iterator<Item = Variant> {
    (0..32).map(|bits: u32| {
        let is = |bit: u32| bits & (1 << bit) != 0;
        Variant {
            by_certificate: is(0),
            bound_to_certificate: is(1),
            openid: is(2),
            signed: is(3),
            jarm: is(4),
        }
    })
}

/// `happy-flow`, `par-without-duplicate-parameters`: each client with the requests of its own kind, and all conditions
/// on what it is answered; then the first client's key with the second's token.
#[actix_web::test]
async fn the_happy_flow_is_happy_in_every_variant() {
    for variant in variants() {
        let suite = Suite::start(variant).await;
        let [one, two] = &suite.clients;
        let first = run(&suite, one).await;
        resource_takes(&suite, one, &first).await;
        let second = run(&suite, two).await;
        let foreign = suite.resource(one, &second, &[]).await;
        assert!((400..500).contains(&foreign.status), "{variant:?}: {}", foreign.status);
    }
}

async fn run(suite: &Suite, client: &Client) -> Value {
    let variant = suite.variant;
    let mut asked = suite.asked(client);
    let is_second = client.id == "two";
    if is_second && !variant.bound_to_certificate {
        // RFC 9449 §10.1: by its word alone, without a proof.
        let jkt = latchkey::jose::Jwk::parse(&client.prover.public(None)).unwrap().thumbprint();
        asked.push(("dpop_jkt", jkt));
    }
    let pushed = suite.push(client, &asked).await;
    assert_eq!(pushed.status, 201, "{variant:?}: {}", pushed.text());
    is_json(&pushed);
    let pushed = pushed.json();
    is_unguessable(&pushed["request_uri"]);
    assert!((5..600).contains(&pushed["expires_in"].as_i64().unwrap()));
    let request_uri = pushed["request_uri"].as_str().unwrap();
    let mut query = suite.beside(client, request_uri);
    if is_second {
        query.retain(|(name, _)| ["client_id", "request_uri"].contains(name));
        query.reverse();
    }
    let response = suite.response(client, &suite.visit(&query).await).await;
    holds_only(&response, &["code", "state", "session_state", "iss"]);
    assert_eq!((&response["state"], response["iss"].as_str()), (&client.state, ISSUER));
    is_unguessable(&json!(response["code"]));
    let answer = suite.ask_token(client, client.redemption(&response["code"])).await;
    assert_eq!(answer.status, 200, "{variant:?}: {}", answer.text());
    is_json(&answer);
    is_not_kept(&answer);
    let tokens = answer.json();
    let kind = if variant.bound_to_certificate { "Bearer" } else { "DPoP" };
    assert_eq!(tokens["token_type"], kind);
    assert!((1..31_536_000).contains(&tokens["expires_in"].as_i64().unwrap()));
    is_unguessable(&tokens["access_token"]);
    is_unguessable(&tokens["refresh_token"]);
    if variant.openid {
        let (header, _) = id_token(&suite.app, &tokens, client.id, Some(&client.nonce)).await;
        assert!(["PS256", "ES256", "EdDSA"].contains(&header["alg"].as_str().unwrap()));
    } else {
        assert!(tokens.get("id_token").is_none(), "ExpectNoIdTokenInTokenResponse");
    }
    tokens["access_token"].clone()
}

/// `performAdditionalResourceEndpointTests`, `access-token-type-header-case-sensitivity`: at userinfo, the one resource
/// that is ours, so for `openid` alone.
async fn resource_takes(suite: &Suite, client: &Client, token: &Value) {
    if !suite.variant.openid {
        return;
    }
    let inverted = if suite.variant.bound_to_certificate { "bEARER" } else { "dpOp" };
    let inverted = format!("{inverted} {}", token.as_str().unwrap());
    for headers in [
        vec![],
        vec![("accept", "application/json")],
        vec![("accept", "application/json; charset=UTF-8"), ("accept-charset", "UTF-8")],
        vec![("accept", "application/json, application/*+json, */*")],
        vec![("x-fapi-interaction-id", "c770aef3-6784-41f7-8e0e-ff5f97bddb3a")],
        vec![
            ("x-fapi-customer-ip-address", "2001:db8::1893:25c8:1946"),
            ("x-fapi-auth-date", "Tue, 11 Sep 2012 19:43:31 GMT"),
        ],
        vec![("authorization", inverted.as_str())],
    ] {
        let answer = suite.resource(client, token, &headers).await;
        assert_eq!(answer.status, 200, "{headers:?}: {}", answer.text());
        is_json(&answer);
        let told = answer.header("x-fapi-interaction-id");
        assert!(told.is_empty() || headers.contains(&("x-fapi-interaction-id", told.as_str())));
    }
    // `DisallowAccessTokenInQuery`.
    let path = format!("/userinfo?access_token={}", token.as_str().unwrap());
    assert_eq!(suite.app.get(&path).await.status, 401);
}

/// `ensure-authorization-request-without-state-success`, `-without-nonce-success`, `-with-64-char-nonce-success`,
/// `-with-long-nonce`, `-with-long-state`, `ensure-other-scope-order-succeeds`.
#[actix_web::test]
async fn other_requests_succeed_too() {
    for variant in [USUAL, SIGNED] {
        let suite = Suite::start(variant).await;
        let client = &suite.clients[0];
        let (long, longer) = ("n".repeat(384), "s".repeat(1000));
        for (name, value) in [
            ("state", ""),
            ("nonce", ""),
            ("nonce", &long[..64]),
            ("nonce", &long),
            ("state", &longer),
            ("scope", "offline_access openid"),
        ] {
            let asked = with(suite.asked(client), name, value);
            let pushed = suite.push(client, &asked).await.json();
            let query = suite.beside(client, pushed["request_uri"].as_str().unwrap());
            let response = suite.response(client, &suite.visit(&query).await).await;
            let of = |wanted: &str| asked.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value);
            assert_eq!(response.get("state"), of("state"), "{name}");
            let tokens = suite.ask_token(client, client.redemption(&response["code"])).await.json();
            id_token(&suite.app, &tokens, client.id, of("nonce").map(String::as_str)).await;
        }
    }
}

/// `state-only-outside-request-object-not-used`, `ensure-different-state-inside-and-outside-request-object`,
/// `-different-nonce-…`: what stands beside the reference counts for nothing.
#[actix_web::test]
async fn what_stands_beside_a_pushed_request_is_not_used() {
    for variant in [USUAL, SIGNED] {
        let suite = Suite::start(variant).await;
        let client = &suite.clients[0];
        for (inside, beside) in [("", "outside"), (client.state.as_str(), "outside")] {
            let pushed = suite.push(client, &with(suite.asked(client), "state", inside)).await.json();
            let mut query = suite.beside(client, pushed["request_uri"].as_str().unwrap());
            query.extend([("state", beside.to_owned()), ("nonce", beside.to_owned())]);
            let response = suite.response(client, &suite.visit(&query).await).await;
            assert_eq!(
                response.get("state").map(String::as_str),
                Some(inside).filter(|state| !state.is_empty())
            );
            let tokens = suite.ask_token(client, client.redemption(&response["code"])).await.json();
            id_token(&suite.app, &tokens, client.id, Some(&client.nonce)).await;
        }
    }
}

/// `refresh-token`: in every variant, with a new key for each proof; and what no holder of it asks is refused.
#[actix_web::test]
async fn refresh_tokens_are_refreshed_and_bound() {
    for variant in variants().filter(|variant| !variant.signed && !variant.jarm) {
        let mut suite = Suite::start(variant).await;
        for at in [0, 1] {
            let client = &suite.clients[at];
            let first = suite.tokens(client).await;
            suite.app.advance(Duration::seconds(1));
            suite.clients[at].prover = Key::es256();
            suite.clients[at].prover_alg = "ES256";
            let client = &suite.clients[at];
            let refresh = vec![
                ("grant_type", "refresh_token".to_owned()),
                ("refresh_token", first["refresh_token"].as_str().unwrap().to_owned()),
            ];
            // The first client names its scope, the second does not.
            let form = if at == 0 { with(refresh.clone(), "scope", suite.scope()) } else { refresh.clone() };
            let answer = suite.ask_token(client, form.clone()).await;
            assert_eq!(answer.status, 200, "{variant:?}: {}", answer.text());
            is_not_kept(&answer);
            let second = answer.json();
            assert_ne!(first["access_token"], second["access_token"]);
            is_unguessable(&second["access_token"]);
            if variant.openid {
                let (_, before) = signed(&suite.app, &first["id_token"]).await;
                let (_, after) = id_token(&suite.app, &second, client.id, None).await;
                for name in ["iss", "sub", "aud", "auth_time", "azp"] {
                    assert_eq!(before.get(name), after.get(name), "{name}");
                }
                assert_ne!(before["iat"], after["iat"]);
                assert_eq!(suite.resource(client, &second["access_token"], &[]).await.status, 200);
            } else {
                assert!(second.get("id_token").is_none());
            }
            refuses_others(&suite, at, &form).await;
        }
    }
}

async fn refuses_others(suite: &Suite, at: usize, form: &super::Form) {
    let (client, other) = (&suite.clients[at], &suite.clients[1 - at]);
    let variant = suite.variant;
    let what = format!("{variant:?}");
    // Without anything that authenticates the client.
    let bare = with(
        form.clone(),
        "client_id",
        Some(client.id).filter(|_| !variant.by_certificate).unwrap_or_default(),
    );
    let proof = suite.proof(client, "POST", "/token");
    let answer = suite.post("/token", &bare, Some(&proof), None).await;
    is_refused(&answer, &["invalid_request", "invalid_grant", "invalid_client"], &what);
    // Without a proof of possession.
    let shows = variant.by_certificate && !variant.bound_to_certificate;
    let answer = suite
        .post("/token", &suite.authenticated(client, form.clone()), None, Some(client).filter(|_| shows))
        .await;
    let codes: &[&str] = match (variant.bound_to_certificate, variant.by_certificate) {
        (false, _) => &["invalid_request", "invalid_grant", "invalid_dpop_proof"],
        (true, true) => &["invalid_client", "invalid_request"],
        (true, false) => &["invalid_request", "invalid_grant", "invalid_client"],
    };
    is_refused(&answer, codes, &what);
    // By the other client.
    is_refused(&suite.ask_token(other, form.clone()).await, &["invalid_grant"], &what);
}

/// `test-claims-parameter-identity-claims`: each claim that the metadata name, and a place that nobody knows. Of the
/// answers one condition warns (`CheckForUnexpectedClaimsInIdToken` does not know `sid`, which log-outs need).
#[actix_web::test]
async fn every_claim_of_the_metadata_may_be_asked_for() {
    for variant in [USUAL, SIGNED, Variant { bound_to_certificate: true, ..USUAL }] {
        let suite = Suite::start(variant).await;
        let client = &suite.clients[0];
        describe(&suite.app, &suite.ada, whole_profile());
        let about_us = ["iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"];
        let metadata = suite.app.get("/.well-known/openid-configuration").await.json();
        let listed =
            metadata["claims_supported"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
        let standard: Vec<&str> = listed.filter(|name| !about_us.contains(name)).collect();
        assert_eq!(standard.len(), 20, "all of OIDC Core §5.1");
        let forms = [
            Value::Null,
            json!({ "essential": true }),
            json!({ "essential": false }),
            json!({ "random": "x" }),
        ];
        let wanted: Value = standard
            .iter()
            .zip(forms.iter().cycle())
            .map(|(name, form)| ((*name).to_owned(), form.clone()))
            .collect();
        let claims = json!({ "id_token": wanted, "userinfo": wanted, "Xb4kQ9sD1z": { "Zr7": null } });
        let asked = with(suite.asked(client), "claims", &claims.to_string());
        let pushed = suite.push(client, &asked).await;
        assert_eq!(pushed.status, 201, "{}", pushed.text());
        let query = suite.beside(client, pushed.json()["request_uri"].as_str().unwrap());
        let response = suite.response(client, &suite.visit(&query).await).await;
        let tokens = suite.ask_token(client, client.redemption(&response["code"])).await.json();
        let (_, id) = signed(&suite.app, &tokens["id_token"]).await;
        let answer = suite.resource(client, &tokens["access_token"], &[]).await;
        is_json(&answer);
        let info = answer.json();
        assert_eq!(info["sub"], id["sub"]);
        for name in standard {
            assert!(id.get(name).is_some() && info.get(name).is_some(), "{name}: {id} {info}");
        }
    }
}

/// `user-rejects-authentication`: on the page that asks to sign in, and on the one that asks for consent; with the long
/// state, and with the query of the second client.
#[actix_web::test]
async fn who_says_no_goes_back_with_that() {
    for variant in [USUAL, SIGNED] {
        let suite = Suite::start(variant).await;
        for client in &suite.clients {
            suite.app.change_client(client.id, |client| client.skip_consent = false);
            for signs_in in [false, true] {
                let asked = with(suite.asked(client), "state", &"s".repeat(128));
                let pushed = suite.push(client, &asked).await.json();
                let query = suite.beside(client, pushed["request_uri"].as_str().unwrap());
                let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
                let mut browser = Browser::new(&suite.app);
                browser.open(&format!("/authorize?{query}")).await;
                let answer = if signs_in {
                    browser.log_in("ada", PASSWORD).await;
                    browser.submit(&browser.form("/consent").with("decision", "deny")).await
                } else {
                    browser.submit(&browser.form("/login/cancel")).await
                };
                let response = suite.response(client, &answer).await;
                is_error(&response, &["access_denied"], Some(&"s".repeat(128)));
                assert_eq!(answer.header("location").contains(SUFFIX), client.id == "two");
            }
        }
    }
}

/// `par-ensure-reused-request-uri-prior-to-auth-completion-succeeds`: a visit uses nothing up; an answer does
/// (`par-attempt-reuse-request_uri`).
#[actix_web::test]
async fn a_reference_is_used_up_by_its_answer() {
    for variant in [USUAL, SIGNED] {
        let suite = Suite::start(variant).await;
        let client = &suite.clients[0];
        let pushed = suite.push(client, &suite.asked(client)).await.json();
        let query = suite.beside(client, pushed["request_uri"].as_str().unwrap());
        let uri = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&query).finish();
        let uri = format!("/authorize?{uri}");
        Browser::new(&suite.app).open(&uri).await;
        let mut browser = Browser::new(&suite.app);
        browser.open(&uri).await;
        browser.open(&uri).await;
        let answer = browser.log_in("ada", PASSWORD).await;
        let code = suite.response(client, &answer).await.remove("code").unwrap();
        let tokens = suite.ask_token(client, client.redemption(&code)).await;
        assert_eq!(tokens.status, 200, "{}", tokens.text());
        let again = suite.refusal(client, &browser.open(&uri).await).await;
        is_error(&again, &["invalid_request_uri"], None);
    }
}
