//! Signed userinfo. OIDC Core §5.3.2.

use super::{describe, part, said, tokens, whole_profile};
use crate::support::App;
use crate::support::app::ISSUER;
use crate::support::flow::sent_back;
use actix_web::test::TestRequest;
use base64::Engine as _;
use serde_json::json;

#[actix_web::test]
async fn a_client_that_registered_an_algorithm_is_answered_by_a_jwt() {
    let app = App::start().await;
    let web = app.with_web_client(&[("responses", json!({"userinfo_signed_response_alg": "EdDSA"}))]);
    let ada = app.signed_in("ada");
    describe(&app, &ada, whole_profile());
    let issued = tokens(&app, &web, &ada, &[("scope", "openid email")]).await;
    let answer = app.userinfo(&issued["access_token"]).await;
    assert_eq!((answer.status, answer.header("content-type").as_str()), (200, "application/jwt"));
    assert_eq!(answer.header("cache-control"), "no-store");
    let jwt = answer.text();
    assert_eq!(part(&jwt, 0)["alg"], "EdDSA");
    let now = app.act().now.unix_timestamp();
    let expected = json!({
        "iss": ISSUER, "aud": "web", "iat": now, "sub": said(&issued["id_token"])["sub"],
        "email": "ada@example.com", "email_verified": true,
    });
    assert_eq!(part(&jwt, 1), expected);
    let keys = app.realm.keys.load();
    let (input, signature) = jwt.rsplit_once('.').unwrap();
    let signature = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(signature).unwrap();
    let key = keys.verifying_key(part(&jwt, 0)["kid"].as_str().unwrap()).unwrap();
    assert!(key.verify(input.as_bytes(), &signature));
}

/// One kind of token is never taken for another: it is no hint, and no access token.
#[actix_web::test]
async fn signed_userinfo_is_no_token() {
    let app = App::start().await;
    let web = app.with_web_client(&[("responses", json!({"userinfo_signed_response_alg": "ES256"}))]);
    let ada = app.signed_in("ada");
    let issued = tokens(&app, &web, &ada, &[]).await;
    let jwt = app.userinfo(&issued["access_token"]).await.text();
    let hinted = app.authorize(Some(&ada), &[("id_token_hint", &jwt)]).await;
    assert_eq!(sent_back(&hinted)["error"], "invalid_request");
    assert_eq!(app.userinfo(&json!(jwt)).await.status, 401);
}

/// OIDC Core §5.3.1: GET and POST, in the header and in the body.
#[actix_web::test]
async fn a_token_is_shown_in_three_ways() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let token = tokens(&app, &web, &ada, &[]).await["access_token"].as_str().unwrap().to_owned();
    let header = ("authorization", format!("Bearer {token}"));
    let get = TestRequest::get().uri("/userinfo").insert_header(header.clone());
    let post = TestRequest::post().uri("/userinfo").insert_header(header);
    let body = TestRequest::post().uri("/userinfo").set_form([("access_token", &token)]);
    for request in [get, post, body] {
        let answer = app.send(request).await;
        assert_eq!((answer.status, answer.json()), (200, json!({"sub": ada.user.id})));
        assert!(answer.header("content-type").starts_with("application/json"));
    }
}

/// The trail names the person, whatever the client calls them.
#[actix_web::test]
async fn the_audit_trail_tells_who_was_read_of_and_by_whom() {
    let app = App::start().await;
    let web = app.with_web_client(&[("subjects", json!({"subject_type": "pairwise"}))]);
    let ada = app.signed_in("ada");
    let issued = tokens(&app, &web, &ada, &[]).await;
    app.userinfo(&issued["access_token"]).await;
    let last = app.audit().pop().unwrap();
    assert_eq!((&last["event"], &last["actor"]), (&json!("userinfo_read"), &json!(ada.user.id)), "{last}");
    assert_eq!(last["client_id"], "web");
}
