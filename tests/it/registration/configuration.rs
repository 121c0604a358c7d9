//! The client configuration endpoint. RFC 7592 §2.

use super::{URI, with, with_token};
use crate::support::{Answer, App};
use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

/// Sends a request to the address that the client was told.
async fn manage(
    app: &App,
    method: Method,
    told: &Value,
    token: Option<&str>,
    body: Option<&Value>,
) -> Answer {
    let path = format!("/register/{}", told["client_id"].as_str().unwrap());
    let mut request = TestRequest::default().method(method).uri(&path);
    if let Some(body) = body {
        request = request.insert_header(("content-type", "application/json")).set_payload(body.to_string());
    }
    app.send(with_token(request, token)).await
}

fn token_of(told: &Value) -> Option<&str> {
    told["registration_access_token"].as_str()
}

/// What a client sends to be what it was told that it is. RFC 7592 §2.2.
fn replacement(told: &Value) -> Value {
    let mut document = told.clone();
    for name in [
        "registration_access_token",
        "registration_client_uri",
        "client_secret_expires_at",
        "client_id_issued_at",
    ] {
        document.as_object_mut().unwrap().remove(name);
    }
    document
}

/// RFC 7592 §2.1, §3.
#[actix_web::test]
async fn a_client_reads_what_it_is() {
    let app = App::start_registering(|_| {}).await;
    let told = app.registered(with(json!({ "client_name": "Notes" }))).await;
    let answer = manage(&app, Method::GET, &told, token_of(&told), None).await;
    assert_eq!((answer.status, answer.header("cache-control").as_str()), (200, "no-store"));
    let mut expected = told.clone();
    // A secret is told once: only its hash is kept.
    for name in ["client_secret", "client_secret_expires_at"] {
        expected.as_object_mut().unwrap().remove(name);
    }
    assert_eq!(answer.json(), expected);
}

/// I14. RFC 7592 §2: unknown clients, clients of operators, and wrong tokens read the same.
#[actix_web::test]
async fn without_its_token_nobody_is_told_anything() {
    let app = App::start_registering(|_| {}).await;
    let told = app.registered(with(json!({}))).await;
    let other = app.registered(with(json!({}))).await;
    let (service, _) = app.with_client(json!({}));
    let unknown = json!({ "client_id": "nobody" });
    let service = json!({ "client_id": service });
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let body = (method == Method::PUT).then(|| replacement(&told));
        let none = manage(&app, method.clone(), &told, None, body.as_ref()).await;
        assert_eq!(
            (none.status, none.header("www-authenticate").as_str()),
            (401, "Bearer realm=\"latchkey\"")
        );
        let mut seen = Vec::new();
        for (client, token, cause) in [
            (&told, "lkm_wrong", "token_wrong"),
            (&told, token_of(&other).unwrap(), "token_wrong"),
            (&unknown, token_of(&told).unwrap(), "client_unknown"),
            (&service, token_of(&told).unwrap(), "not_self_registered"),
        ] {
            let answer = manage(&app, method.clone(), client, Some(token), body.as_ref()).await;
            assert_eq!(answer.error(), (401, "invalid_token".into()), "{method} {cause}");
            assert_eq!(app.last_cause(), format!("registration.{cause}"));
            let mut said = answer.json();
            let request_id = said.as_object_mut().unwrap().remove("request_id");
            assert_eq!(request_id, Some(answer.header("x-request-id").into()));
            seen.push((said, answer.header("www-authenticate")));
        }
        assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
    }
    assert_eq!(manage(&app, Method::GET, &told, token_of(&told), None).await.status, 200);
}

/// RFC 7592 §2.2: the whole registration is replaced; what is left out is gone.
#[actix_web::test]
async fn a_replacement_replaces_everything() {
    let app = App::start_registering(|_| {}).await;
    let told = app.registered(with(json!({ "client_name": "Notes", "contacts": ["ada@example.com"] }))).await;
    let same = manage(&app, Method::PUT, &told, token_of(&told), Some(&replacement(&told))).await;
    assert_eq!(same.status, 200, "{}", same.text());
    assert!(same.json().get("client_secret").is_none(), "the present secret stays");
    let document = json!({ "client_id": told["client_id"], "redirect_uris": ["https://app.example/new"] });
    let answer = manage(&app, Method::PUT, &told, token_of(&told), Some(&document)).await;
    let now = answer.json();
    assert_eq!((answer.status, &now["redirect_uris"]), (200, &json!(["https://app.example/new"])));
    assert!(now.get("client_name").is_none() && now.get("contacts").is_none());
    assert_eq!(now["registration_access_token"], told["registration_access_token"]);
    let entry = app.audit().pop().unwrap();
    assert_eq!(entry["event"], "client_updated");
    assert_eq!(entry["members"], json!(["client_name", "contacts", "redirect_uris"]));
    let mut null = replacement(&now);
    null["scope"] = Value::Null;
    assert_eq!(manage(&app, Method::PUT, &told, token_of(&told), Some(&null)).await.status, 200);
}

#[actix_web::test]
async fn a_replacement_that_breaks_a_rule_changes_nothing() {
    let app = App::start_registering(|_| {}).await;
    let told = app.registered(with(json!({}))).await;
    let over = |name: &str, value: Value| {
        let mut document = replacement(&told);
        document[name] = value;
        document
    };
    let invalid = || "invalid_client_metadata".to_owned();
    for (document, code, cause) in [
        (over("client_id", json!("other")), "invalid_request".to_owned(), "registration.client_id"),
        (over("client_id", Value::Null), "invalid_request".to_owned(), "registration.client_id"),
        (over("registration_access_token", json!("x")), "invalid_request".to_owned(), "registration.ours"),
        (over("client_id_issued_at", json!(1)), "invalid_request".to_owned(), "registration.ours"),
        (over("client_secret", json!("chosen")), invalid(), "registration.client_secret"),
        (
            over("redirect_uris", json!(["http://app.example"])),
            "invalid_redirect_uri".to_owned(),
            "registration.redirect_uri.http",
        ),
        (
            over("grant_types", json!(["authorization_code", "client_credentials"])),
            invalid(),
            "registration.bounds.grant_types",
        ),
        (over("scope", json!("admin")), invalid(), "registration.bounds.scope"),
        (json!([]), invalid(), "registration.document"),
    ] {
        let answer = manage(&app, Method::PUT, &told, token_of(&told), Some(&document)).await;
        assert_eq!(answer.error(), (400, code), "{document}");
        assert_eq!(app.last_cause(), cause, "{document}");
    }
    assert_eq!(
        manage(&app, Method::GET, &told, token_of(&told), None).await.json()["redirect_uris"],
        json!([URI])
    );
}

#[actix_web::test]
async fn what_an_operator_set_stays_and_is_not_the_clients_to_set() {
    let app = App::start_registering(|_| {}).await;
    let told = app.registered(with(json!({}))).await;
    app.change_client(told["client_id"].as_str().unwrap(), |client| {
        client.roles = vec!["reader".into()];
        client.resources = vec!["https://api.example".into()];
        client.access_token_ttl = Some(60);
    });
    let mut document = replacement(&told);
    document["roles"] = json!(["admin"]);
    document["access_token_ttl"] = json!(3600);
    let now = manage(&app, Method::PUT, &told, token_of(&told), Some(&document)).await.json();
    assert_eq!((&now["roles"], &now["access_token_ttl"]), (&json!(["reader"]), &json!(60)));
    assert_eq!(now["resources"], json!(["https://api.example"]));
}

/// RFC 7592 §2.2: a client may change how it proves who it is; then it has the secret that this needs.
#[actix_web::test]
async fn a_secret_comes_and_goes_with_the_method() {
    let app = App::start_registering(|_| {}).await;
    let told = app.registered(with(json!({ "token_endpoint_auth_method": "none" }))).await;
    let put = async |method: &str| {
        let mut document = replacement(&told);
        document["token_endpoint_auth_method"] = json!(method);
        manage(&app, Method::PUT, &told, token_of(&told), Some(&document)).await.json()
    };
    let with_secret = put("client_secret_post").await;
    let secret = with_secret["client_secret"].as_str().unwrap().to_owned();
    assert_eq!(with_secret["client_secret_expires_at"], 0);
    assert!(put("client_secret_basic").await.get("client_secret").is_none(), "the same secret serves both");
    assert!(put("none").await.get("client_secret").is_none());
    assert_ne!(put("client_secret_post").await["client_secret"], secret.as_str(), "a dropped secret is gone");
}

/// RFC 7592 §2.3.
#[actix_web::test]
async fn a_client_that_deleted_itself_is_gone_with_all_that_it_was_given() {
    let app = App::start_registering(|_| {}).await;
    let told = app.registered(with(json!({ "grant_types": ["authorization_code", "refresh_token"] }))).await;
    let text = |name: &str| told[name].as_str().unwrap().to_owned();
    let client = (text("client_id"), text("client_secret"));
    app.change_client(&client.0, |client| client.skip_consent = true);
    let ada = app.signed_in("ada");
    let code = app.code(&ada, &[("client_id", client.0.as_str())]).await;
    let tokens = app.redeem(&client, &code, &[]).await.json();
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let userinfo = || TestRequest::get().uri("/userinfo").insert_header(("authorization", bearer.clone()));
    assert_eq!(app.send(userinfo()).await.status, 200);
    let gone = manage(&app, Method::DELETE, &told, token_of(&told), None).await;
    assert_eq!((gone.status, gone.body.len(), gone.header("cache-control").as_str()), (204, 0, "no-store"));
    assert_eq!(app.send(userinfo()).await.status, 401);
    let refresh =
        [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
    assert_eq!(app.post("/token", &refresh, Some(&client)).await.error(), (401, "invalid_client".into()));
    assert_eq!(manage(&app, Method::GET, &told, token_of(&told), None).await.status, 401);
    assert_eq!(manage(&app, Method::DELETE, &told, token_of(&told), None).await.status, 401);
}
