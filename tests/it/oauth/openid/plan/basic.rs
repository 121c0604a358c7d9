//! What stands in the Basic and in the Form Post plan, and what the Config plan looks for.

use super::{METHODS, MODES, Suite, are_tokens};
use crate::support::app::ISSUER;
use crate::support::conditions::{id_token, is_error, is_json, is_refused, signed};
use actix_web::test::TestRequest;
use latchkey::oauth::TokenPolicy;
use latchkey::oauth::discovery::Metadata;
use latchkey::records::SignatureAlgorithm;
use latchkey::web::paths;
use serde_json::{Value, json};
use time::Duration;

/// `oidcc-server`, `oidcc-server-client-secret-post`, `oidcc-userinfo-get`, `-post-header`, `-post-body`,
/// `oidcc-ensure-client-assertion-with-iss-aud-succeeds`: by each method, in each mode.
#[actix_web::test]
async fn the_usual_flow_succeeds_in_every_variant() {
    for mode in MODES {
        for method in METHODS {
            let mut suite = Suite::start(mode).await;
            let client = suite.client_of(method, &json!({})).await;
            let tokens = suite.tokens(&client, &[]).await;
            let (_, claims) = signed(&suite.app, &tokens["id_token"]).await;
            let token = tokens["access_token"].as_str().unwrap();
            let header = ("authorization", format!("Bearer {token}"));
            for request in [
                TestRequest::get().insert_header(header.clone()),
                TestRequest::post().insert_header(header),
                TestRequest::post().set_form([("access_token", token)]),
            ] {
                let answer = suite.app.send(request.uri("/userinfo")).await;
                assert_eq!(answer.status, 200, "{mode} {method}");
                is_json(&answer);
                assert_eq!(answer.json()["sub"], claims["sub"], "{mode} {method}");
            }
            if method.ends_with("_jwt") {
                let code = suite.code(&client, &[]).await;
                let form = [
                    ("grant_type", "authorization_code"),
                    ("code", &code),
                    ("redirect_uri", &client.redirect_uri),
                ];
                are_tokens(&suite.proves(&client, &form, ISSUER).await);
            }
        }
    }
}

/// `oidcc-ensure-request-without-nonce-succeeds-for-code-flow`, `oidcc-ensure-request-with-valid-pkce-succeeds`.
#[actix_web::test]
async fn a_nonce_and_a_challenge_are_as_the_client_likes() {
    let mut suite = Suite::start("").await;
    let client = suite.client_of("client_secret_basic", &json!({})).await;
    let code = suite.code(&client, &[("nonce", "")]).await;
    let answer = suite.redeems(&client, &code).await;
    are_tokens(&answer);
    id_token(&suite.app, &answer.json(), client.id(), None).await;

    let verifier = "v".repeat(43);
    let challenge = crate::support::signed::encode(openssl::sha::sha256(verifier.as_bytes()));
    for (shown, is_taken) in [(verifier.as_str(), true), ("", false), (&"w".repeat(43), false)] {
        let over = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")];
        let code = suite.code(&client, &over).await;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &client.redirect_uri),
            ("code_verifier", shown),
        ];
        form.retain(|(_, value)| !value.is_empty());
        let answer = suite.proves(&client, &form, ISSUER).await;
        if is_taken {
            are_tokens(&answer);
        } else {
            is_refused(&answer, &["invalid_grant", "invalid_request"], shown);
        }
    }
}

/// `oidcc-response-type-missing`, `oidcc-prompt-none-not-logged-in`: at the redirect URI, with the state as it was.
#[actix_web::test]
async fn refusals_are_told_to_the_client_with_its_state() {
    let long = "0aZ_".repeat(32);
    for mode in MODES {
        let suite = Suite::start(mode).await;
        let client = suite.client_of("client_secret_basic", &json!({})).await;
        for ((name, value), codes) in [
            (("response_type", ""), &["invalid_request", "unsupported_response_type"][..]),
            (("prompt", "none"), &["login_required"]),
        ] {
            let path = suite.asks(&client, &[(name, value), ("state", &long)]);
            let mut stranger = suite.browser.clone();
            let answer = stranger.open(&path).await;
            is_error(&suite.response(&client, &answer), codes, Some(&long));
        }
    }
}

/// `oidcc-codereuse`, `-30seconds`: refused by its name, and what the first use gave is taken back.
#[actix_web::test]
async fn a_code_is_good_for_one_use() {
    for seconds in [0, 30] {
        let mut suite = Suite::start("").await;
        let client = suite.client_of("client_secret_basic", &json!({})).await;
        let code = suite.code(&client, &[]).await;
        let tokens = suite.redeems(&client, &code).await.json();
        assert_eq!(suite.app.userinfo(&tokens["access_token"]).await.status, 200);
        suite.app.advance(Duration::seconds(seconds));
        is_refused(&suite.redeems(&client, &code).await, &["invalid_grant"], "used twice");
        assert_eq!(suite.app.userinfo(&tokens["access_token"]).await.status, 401);
    }
}

/// `oidcc-refresh-token`: two clients, the second of which names no scope; neither takes the other's.
#[actix_web::test]
async fn refresh_tokens_are_refreshed_and_bound() {
    for method in METHODS {
        let mut suite = Suite::start("").await;
        let grants = json!({ "grant_types": ["authorization_code", "refresh_token"] });
        let clients = [suite.client_of(method, &grants).await, suite.client_of(method, &grants).await];
        for (at, more) in [(0, &[("scope", "openid offline_access")][..]), (1, &[])] {
            let over = [("scope", "openid offline_access"), ("prompt", "consent")];
            let first = suite.tokens(&clients[at], &over).await;
            suite.app.advance(Duration::seconds(1));
            let stolen = suite.refreshes(&clients[1 - at], &first["refresh_token"], &[]).await;
            is_refused(&stolen, &["invalid_grant"], "of the other client");
            let answer = suite.refreshes(&clients[at], &first["refresh_token"], more).await;
            are_tokens(&answer);
            let second = answer.json();
            assert_ne!(first["access_token"], second["access_token"]);
            let (_, before) = signed(&suite.app, &first["id_token"]).await;
            let (_, after) = id_token(&suite.app, &second, clients[at].id(), None).await;
            for name in ["iss", "sub", "aud", "auth_time", "azp"] {
                assert_eq!(before.get(name), after.get(name), "{name}");
            }
            assert_ne!(before["iat"], after["iat"]);
            assert_eq!(suite.app.userinfo(&second["access_token"]).await.status, 200);
        }
    }
}

/// `oidcc-config-certification-test-plan`, `oidcc-discovery-endpoint-verification`: with every algorithm that we have, as
/// the configuration has it by default.
#[test]
fn the_metadata_are_what_the_config_plan_looks_for() {
    let policy = TokenPolicy::for_issuer("https://id.example");
    let document = Metadata::of(&policy, paths::PATHS, &SignatureAlgorithm::ALL);
    let document = serde_json::to_value(document).unwrap();
    assert_eq!(document["issuer"], "https://id.example");
    for (name, value) in document.as_object().unwrap() {
        if name.ends_with("_endpoint") || name.ends_with("_uri") || name.ends_with("_iframe") {
            assert!(value.as_str().unwrap().starts_with("https://"), "{name}");
        }
        if name.ends_with("_alg_values_supported") {
            let listed = value.as_array().unwrap();
            assert!(!listed.contains(&json!("none")), "{name}");
        }
    }
    for (list, members) in [
        ("id_token_signing_alg_values_supported", "RS256 ES256"),
        ("userinfo_signing_alg_values_supported", "RS256 ES256"),
        ("request_object_signing_alg_values_supported", "RS256 ES256"),
        ("token_endpoint_auth_signing_alg_values_supported", "RS256 ES256 HS256"),
        ("token_endpoint_auth_methods_supported", "client_secret_basic private_key_jwt"),
        ("response_types_supported", "code"),
        ("response_modes_supported", "query form_post"),
        ("grant_types_supported", "authorization_code refresh_token"),
        ("subject_types_supported", "public pairwise"),
        ("scopes_supported", "openid"),
        ("claims_supported", "sub"),
        ("claim_types_supported", "normal"),
    ] {
        for member in members.split(' ') {
            let listed = document[list].as_array().unwrap_or_else(|| panic!("{list}"));
            assert!(listed.contains(&Value::from(member)), "{list}: {member}");
        }
    }
    for name in
        ["claims_parameter_supported", "request_parameter_supported", "request_uri_parameter_supported"]
    {
        assert_eq!(document[name], true, "{name}");
    }
}
