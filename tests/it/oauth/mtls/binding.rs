//! Tokens that are bound to the client's certificate. RFC 8705 §3, §4.

use super::{Place, named, show};
use crate::support::Answer;
use crate::support::app::ISSUER;
use crate::support::certificates::Pair;
use crate::support::flow::{CALLBACK, Credentials, VERIFIER};
use crate::support::signed::claims_of;
use actix_web::test::TestRequest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey::records::Binding;
use serde_json::{Value, json};

fn thumbprint(pair: &Pair) -> String {
    URL_SAFE_NO_PAD.encode(openssl::sha::sha256(&pair.der()))
}

async fn userinfo(place: &Place, token: &Value, shown: &[&Pair]) -> Answer {
    let bearer = format!("Bearer {}", token.as_str().unwrap());
    let request = TestRequest::get().uri("/userinfo").insert_header(("authorization", bearer));
    place.app.send(show(request, shown)).await
}

/// Redeems a code of a public client.
async fn redeem(place: &Place, code: &str, shown: &[&Pair]) -> Answer {
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "web"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    place.post("/token", &form, shown).await
}

async fn refresh(place: &Place, tokens: &Value, shown: &[&Pair]) -> Answer {
    let token = tokens["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("client_id", "web"), ("refresh_token", token)];
    place.post("/token", &form, shown).await
}

/// A public client whose tokens are bound, and somebody who is signed in.
async fn public() -> (Place, Pair, Pair, String) {
    let place = Place::start().await;
    place.app.with_web_client(&[
        ("token_endpoint_auth_method", json!("none")),
        ("binding", json!({ "tls_client_certificate_bound_access_tokens": true })),
    ]);
    let person = place.app.signed_in("ada");
    let code = place.app.code(&person, &[]).await;
    let instances = [Pair::self_signed(&named(&[])), Pair::self_signed(&named(&[]))];
    let [own, other] = instances;
    (place, own, other, code)
}

/// RFC 8705 §3.1, §3.2.
#[actix_web::test]
async fn a_token_names_the_certificate_and_introspection_tells() {
    let place = Place::start().await;
    place.app.with_client(json!({
        "token_endpoint_auth_method": "tls_client_auth",
        "authentication": { "tls_client_auth_subject_dn": "CN=notes" },
        "binding": { "tls_client_certificate_bound_access_tokens": true },
    }));
    let api: Credentials = place.app.with_client(json!({
        "client_id": "api", "introspects": { "introspection_audiences": [ISSUER] },
    }));
    let pair = place.authority.issue(&named(&[("CN", "notes")]));
    let tokens = place.token(&[&pair]).await.json();
    let expected = json!({ "x5t#S256": thumbprint(&pair) });
    assert_eq!(claims_of(&tokens["access_token"])["cnf"], expected);
    let token = tokens["access_token"].as_str().unwrap();
    let told = place.app.post("/introspect", &[("token", token)], Some(&api)).await.json();
    assert_eq!((&told["active"], &told["cnf"]), (&json!(true), &expected));

    place.app.change_client("service", |client| client.binding = Binding::default());
    let tokens = place.token(&[&pair]).await.json();
    assert_eq!(
        claims_of(&tokens["access_token"]).get("cnf"),
        None,
        "only where the client registered for it"
    );
}

/// RFC 8705 §3: whoever presents it has to hold the certificate.
#[actix_web::test]
async fn a_bound_token_is_good_in_no_other_hands() {
    let (place, own, other, code) = public().await;
    let tokens = redeem(&place, &code, &[&own]).await.json();
    let token = &tokens["access_token"];
    assert_eq!(claims_of(token)["cnf"], json!({ "x5t#S256": thumbprint(&own) }));
    let answer = userinfo(&place, token, &[&own]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    for (shown, cause) in [(&[][..], "binding.certificate_missing"), (&[&other], "binding.other_certificate")]
    {
        let answer = userinfo(&place, token, shown).await;
        assert_eq!(answer.error(), (401, "invalid_token".into()));
        assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""));
        assert_eq!(place.app.last_cause(), cause);
    }
}

/// RFC 8705 §3.4: we refuse rather than give a token that anybody may use. The code is not used up by it.
#[actix_web::test]
async fn a_bound_client_without_its_certificate_gets_no_token() {
    let (place, own, _, code) = public().await;
    let answer = redeem(&place, &code, &[]).await;
    assert_eq!(answer.error(), (400, "invalid_request".into()));
    assert_eq!(place.app.last_cause(), "binding.certificate_missing");
    assert_eq!(redeem(&place, &code, &[&own]).await.status, 200);
}

/// RFC 8705 §4: the refresh tokens of a public client are bound too.
#[actix_web::test]
async fn a_public_clients_refresh_token_is_bound_to_its_certificate() {
    let (place, own, other, code) = public().await;
    let tokens = redeem(&place, &code, &[&own]).await.json();
    let stolen = refresh(&place, &tokens, &[&other]).await;
    assert_eq!(stolen.error(), (400, "invalid_grant".into()));
    assert_eq!(place.app.last_cause(), "binding.other_certificate");
    assert_eq!(refresh(&place, &tokens, &[]).await.error(), (400, "invalid_request".into()));

    let next = refresh(&place, &tokens, &[&own]).await;
    assert_eq!(next.status, 200, "{}", next.text());
    assert_eq!(claims_of(&next.json()["access_token"])["cnf"], json!({ "x5t#S256": thumbprint(&own) }));
    // The operator switches it off: what was bound stays bound.
    place.app.change_client("web", |client| client.binding = Binding::default());
    assert_eq!(refresh(&place, &next.json(), &[]).await.error(), (400, "invalid_grant".into()));
    assert_eq!(place.app.last_cause(), "binding.certificate_missing");
}

/// RFC 8705 §4: those of a client that authenticates are bound to the client, whose certificate may be renewed.
#[actix_web::test]
async fn a_confidential_client_may_renew_its_certificate() {
    let place = Place::start().await;
    place.app.with_web_client(&[
        ("token_endpoint_auth_method", json!("tls_client_auth")),
        ("authentication", json!({ "tls_client_auth_subject_dn": "CN=notes" })),
        ("binding", json!({ "tls_client_certificate_bound_access_tokens": true })),
    ]);
    let person = place.app.signed_in("ada");
    let code = place.app.code(&person, &[]).await;
    let [first, renewed] = [(), ()].map(|()| place.authority.issue(&named(&[("CN", "notes")])));
    let tokens = redeem(&place, &code, &[&first]).await.json();
    let next = refresh(&place, &tokens, &[&renewed]).await;
    assert_eq!(next.status, 200, "{}", next.text());
    assert_eq!(claims_of(&next.json()["access_token"])["cnf"], json!({ "x5t#S256": thumbprint(&renewed) }));
}
