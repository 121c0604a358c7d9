//! What has to fail: at the authorization and the pushed request endpoints, and at the token endpoint.

use super::{Client, SIGNED, Suite, USUAL, Variant, with};
use crate::support::conditions::{is_error, is_refused};
use actix_web::http::Method;
use actix_web::test::TestRequest;
use time::Duration;

const ALL: [Variant; 4] = [
    USUAL,
    Variant { bound_to_certificate: true, ..USUAL },
    Variant { by_certificate: true, ..USUAL },
    Variant { by_certificate: true, bound_to_certificate: true, openid: false, ..USUAL },
];

/// `par-ensure-pkce-required`, `par-ensure-plain-pkce-rejected`, `ensure-response-type-code-idtoken-fails`,
/// `ensure-response-type-token-fails`, `ensure-request-object-without-redirect-uri-fails`,
/// `ensure-registered-redirect-uri`, `par-authorization-request-containing-request_uri-form-param`.
#[actix_web::test]
async fn a_wrong_request_is_refused_where_it_is_pushed() {
    for variant in ALL.into_iter().chain([SIGNED]) {
        let suite = Suite::start(variant).await;
        let client = &suite.clients[0];
        let object = Some("invalid_request_object").filter(|_| variant.signed).unwrap_or("invalid_request");
        for (name, value, codes) in [
            ("code_challenge", "", ["invalid_request"; 2]),
            ("code_challenge_method", "plain", ["invalid_request"; 2]),
            ("response_type", "code id_token", ["unsupported_response_type", "invalid_request"]),
            ("response_type", "token", ["unsupported_response_type", "invalid_request"]),
            ("redirect_uri", "", ["invalid_request"; 2]),
            ("redirect_uri", "https://suite.example/test/a/latchkey/callback/Xh3dW", ["invalid_request"; 2]),
            ("request_uri", "https://suite.example/requesturi/x", ["invalid_request", object]),
        ] {
            let asked = with(suite.asked(client), name, value);
            is_refused(&suite.push(client, &asked).await, &codes, &format!("{variant:?} {name}={value}"));
        }
        let beside =
            with(suite.pushing(client, &suite.asked(client)), "request_uri", "https://suite.example/x");
        let form = suite.authenticated(client, beside);
        let shows = Some(client).filter(|_| variant.by_certificate);
        let codes = ["invalid_request", "invalid_request_object", "request_uri_not_supported"];
        is_refused(&suite.post("/par", &form, None, shows).await, &codes, "request_uri beside");
        // `par-attempt-invalid-http-method`.
        for method in [Method::PUT, Method::GET] {
            let request = TestRequest::default().method(method).uri("/par").set_form(&form);
            assert_eq!(suite.app.send(request).await.status, 405);
        }
    }
}

/// `ensure-unsigned-authorization-request-without-using-par-fails`, `par-attempt-to-use-expired-request_uri`,
/// `par-attempt-to-use-request_uri-for-different-client`, `ensure-redirect-uri-in-authorization-request`.
#[actix_web::test]
async fn a_request_that_was_not_pushed_by_this_client_lately_is_refused() {
    for variant in ALL.into_iter().chain([SIGNED]) {
        let suite = Suite::start(variant).await;
        let [one, two] = &suite.clients;
        let response = suite.response(one, &suite.visit(&suite.asked(one)).await).await;
        is_error(&response, &["invalid_request"], Some(&one.state));
        let bare = with(suite.asked(one), "redirect_uri", "");
        let page = suite.visit(&bare).await;
        assert_eq!((page.status, page.header("location")), (400, String::new()));

        let pushed = suite.push(one, &suite.asked(one)).await.json();
        let request_uri = pushed["request_uri"].as_str().unwrap();
        let foreign = with(suite.beside(one, request_uri), "client_id", two.id);
        let page = suite.visit(&foreign).await;
        assert_eq!((page.status, page.header("location")), (400, String::new()));
        let told = suite.visit(&suite.beside(two, request_uri)).await;
        is_error(&suite.refusal(two, &told).await, &["invalid_request_uri"], None);

        suite.app.advance(Duration::seconds(pushed["expires_in"].as_i64().unwrap()));
        let told = suite.visit(&suite.beside(one, request_uri)).await;
        is_error(&suite.refusal(one, &told).await, &["invalid_request_uri"], None);
    }
}

/// `ensure-client-id-in-token-endpoint`, `ensure-authorization-code-is-bound-to-client`,
/// `par-ensure-pkce-code-verifier-required`, `par-incorrect-pkce-code-verifier-rejected`: none of them uses the code up.
#[actix_web::test]
async fn a_code_is_its_clients_and_its_verifiers() {
    for variant in ALL.into_iter().chain([SIGNED]) {
        let suite = Suite::start(variant).await;
        let [one, two] = &suite.clients;
        let what = format!("{variant:?}");
        let code = suite.code(one).await;
        is_refused(&swapped(&suite, &code).await, &["invalid_client", "invalid_grant"], &what);
        let theirs = one.redemption(&code);
        is_refused(&suite.ask_token(two, theirs).await, &["invalid_grant"], &what);
        for verifier in ["", "WrongWrongWrongWrongWrongWrongWrongWrongWrong"] {
            let code = suite.code(one).await;
            let form = with(one.redemption(&code), "code_verifier", verifier);
            is_refused(&suite.ask_token(one, form).await, &["invalid_grant"], &what);
        }
    }
}

/// The first client's code, by the second's name, with what proves the first.
async fn swapped(suite: &Suite, code: &str) -> crate::support::Answer {
    let [one, two] = &suite.clients;
    let mut form = one.redemption(code);
    form.push(("client_id", two.id.to_owned()));
    if !suite.variant.by_certificate {
        let mut claims = suite.assertion(two);
        claims.insert("sub".to_owned(), two.id.into());
        form.push(("client_assertion_type", super::ASSERTION_TYPE.to_owned()));
        form.push(("client_assertion", one.sign(claims)));
    }
    let proof = suite.proof(one, "POST", "/token");
    let proof = Some(proof.as_str()).filter(|_| !suite.variant.bound_to_certificate);
    let shows = suite.variant.by_certificate || suite.variant.bound_to_certificate;
    suite.post("/token", &form, proof, Some(one).filter(|_| shows)).await
}

/// `ensure-holder-of-key-required`.
#[actix_web::test]
async fn tokens_are_for_who_holds_a_key() {
    for variant in ALL.into_iter().chain([SIGNED]) {
        let suite = Suite::start(variant).await;
        let client = &suite.clients[0];
        let code = suite.code(client).await;
        for form in [client.redemption(&code), vec![("grant_type", "client_credentials".to_owned())]] {
            let form = suite.authenticated(client, form);
            let proves = variant.by_certificate && !variant.bound_to_certificate;
            let shows: Option<&Client> = Some(client).filter(|_| proves);
            let answer = suite.post("/token", &form, None, shows).await;
            let codes: &[&str] = match (variant.bound_to_certificate, variant.by_certificate) {
                (false, _) => &["invalid_request", "invalid_grant", "invalid_dpop_proof"],
                (true, true) => &["invalid_client", "invalid_request"],
                (true, false) => &["invalid_request", "invalid_grant", "invalid_client"],
            };
            is_refused(&answer, codes, &format!("{variant:?}"));
        }
    }
}

/// `attempt-reuse-authorization-code-after-one-second`, `attempt-to-use-expired-auth-code`.
#[actix_web::test]
async fn a_code_is_good_once_and_for_a_minute() {
    for variant in ALL {
        let suite = Suite::start(variant).await;
        let client = &suite.clients[0];
        let code = suite.code(client).await;
        let token = suite.ask_token(client, client.redemption(&code)).await.json()["access_token"].clone();
        suite.app.advance(Duration::SECOND);
        let again = suite.ask_token(client, client.redemption(&code)).await;
        is_refused(&again, &["invalid_grant"], "reuse");
        assert_eq!(suite.resource(client, &token, &[]).await.status, 401, "what it gave is revoked");
        let late = suite.code(client).await;
        suite.app.advance(Duration::seconds(61));
        is_refused(&suite.ask_token(client, client.redemption(&late)).await, &["invalid_grant"], "late");
    }
}

/// The plan of `fapi_client_credentials_grant`: tokens that are bound, without a refresh token.
#[actix_web::test]
async fn a_client_of_its_own_gets_a_bound_token_alone() {
    for variant in ALL {
        let suite = Suite::start(Variant { openid: false, ..variant }).await;
        for client in &suite.clients {
            let form = vec![("grant_type", "client_credentials".to_owned()), ("scope", "read".to_owned())];
            let answer = suite.ask_token(client, form).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            let tokens = answer.json();
            let kind = if variant.bound_to_certificate { "Bearer" } else { "DPoP" };
            assert_eq!(tokens["token_type"], kind);
            assert!(tokens.get("refresh_token").is_none() && tokens.get("id_token").is_none());
            crate::support::conditions::is_unguessable(&tokens["access_token"]);
        }
    }
}
