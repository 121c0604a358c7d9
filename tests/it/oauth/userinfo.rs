//! Userinfo. OIDC Core §5.3, RFC 6750. attacks: G01-G03.

use crate::support::App;
use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::json;

/// OIDC Core §5.4.
#[actix_web::test]
async fn the_scope_decides_what_is_told() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let bare = app.tokens(&web, &ada, "openid").await;
    let answer = app.userinfo(&bare["access_token"]).await;
    assert_eq!((answer.status, answer.header("cache-control").as_str()), (200, "no-store"));
    assert_eq!(answer.json(), json!({ "sub": ada.user.id }));
    let profile = app.tokens(&web, &ada, "openid profile").await;
    assert_eq!(app.userinfo(&profile["access_token"]).await.json()["preferred_username"], "ada");
}

/// RFC 6750 §2.1, §2.2: in the header, or in the body of a POST.
#[actix_web::test]
async fn the_token_may_stand_in_the_body() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let tokens = app.tokens(&web, &ada, "openid").await;
    let token = tokens["access_token"].as_str().unwrap();
    assert_eq!(app.post("/userinfo", &[("access_token", token)], None).await.status, 200);
    let both = TestRequest::post()
        .uri("/userinfo")
        .insert_header(("authorization", format!("Bearer {token}")))
        .set_form([("access_token", token)]);
    assert_eq!(app.send(both).await.error(), (400, "invalid_request".into()));
}

/// RFC 9110 §9.1, §9.3.2, §15.5.6: what is read by GET is looked at by HEAD; who asks in another way learns in which.
#[actix_web::test]
async fn other_methods_are_looked_at_or_refused() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let tokens = app.tokens(&web, &ada, "openid").await;
    let by = |method: Method, uri: &str| {
        let token = tokens["access_token"].as_str().unwrap();
        let request = TestRequest::default().method(method).uri(uri);
        app.send(request.insert_header(("authorization", format!("Bearer {token}"))))
    };
    for uri in ["/userinfo", "/register/nobody", "/.well-known/jwks.json"] {
        let (seen, read) = (by(Method::HEAD, uri).await, by(Method::GET, uri).await);
        assert_eq!(seen.status, read.status, "{uri}");
        assert_eq!(seen.header("content-type"), read.header("content-type"), "{uri}");
    }
    for (method, uri, allowed) in [
        (Method::PUT, "/userinfo", "GET, HEAD, OPTIONS, POST"),
        (Method::GET, "/token", "OPTIONS, POST"),
        (Method::HEAD, "/authorize", "GET, POST"),
    ] {
        let answer = by(method, uri).await;
        let mut methods: Vec<_> = answer.header("allow").split(", ").map(str::to_owned).collect();
        methods.sort_unstable();
        assert_eq!((answer.status, methods.join(", ").as_str()), (405, allowed), "{uri}");
    }
}

/// G01: RFC 6750 §3, RFC 9700 §4.3.2.
#[actix_web::test]
async fn without_a_token_there_is_a_bare_challenge() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let tokens = app.tokens(&web, &ada, "openid").await;
    let in_query = format!("/userinfo?access_token={}", tokens["access_token"].as_str().unwrap());
    let basic = TestRequest::get().uri("/userinfo").insert_header(("authorization", "Basic YTpi"));
    // RFC 9728 §5.1: and where to learn the rest.
    let challenge = "Bearer realm=\"latchkey\", \
         resource_metadata=\"http://localhost:8080/.well-known/oauth-protected-resource/userinfo\"";
    assert_eq!(app.send(basic).await.header("www-authenticate"), challenge, "another scheme");
    for uri in ["/userinfo", in_query.as_str()] {
        let answer = app.get(uri).await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.header("www-authenticate"), challenge);
    }
}

/// G02, G03: one kind of token is never taken for another.
#[actix_web::test]
async fn other_tokens_are_refused() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let service = app.with_client(json!({}));
    let ada = app.signed_in("ada");
    let tokens = app.tokens(&web, &ada, "openid").await;
    let own = app.post("/token", &[("grant_type", "client_credentials")], Some(&service)).await.json();
    for (token, cause) in [
        (&tokens["id_token"], "token.type"),
        (&tokens["refresh_token"], "token.malformed"),
        (&own["access_token"], "token.no_person"),
        (&json!("a.b.c"), "token.malformed"),
    ] {
        let answer = app.userinfo(token).await;
        assert_eq!(answer.status, 401, "{cause}");
        assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""));
        assert_eq!(answer.error().1, "invalid_token");
        assert_eq!(answer.json()["request_id"], answer.header("x-request-id"), "as at every other endpoint");
        assert_eq!(app.last_cause(), cause);
    }
    app.advance(time::Duration::seconds(300));
    assert_eq!(app.userinfo(&tokens["access_token"]).await.status, 401, "expired");
}

/// RFC 9068 §4: a token for an API is none for us.
#[actix_web::test]
async fn a_token_for_another_audience_is_refused() {
    let app = App::start().await;
    let web = app
        .with_web_client(&[("resources", json!(["https://api.example"])), ("scope", json!("openid read"))]);
    let ada = app.signed_in("ada");
    let both = app.tokens(&web, &ada, "openid read").await;
    assert_eq!(app.userinfo(&both["access_token"]).await.status, 200, "openid names us among the audience");
    let api = app.tokens(&web, &ada, "read").await;
    let refused = app.userinfo(&api["access_token"]).await;
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").contains("ask for the scope openid"), "what would do");
    assert_eq!(app.last_cause(), "token.audience");
}
