//! Bodies, whatever the endpoint: one that is not there needs no type (RFC 9110 §8.3), and one that is encoded is not read
//! (RFC 9110 §15.5.16).

use crate::support::App;
use actix_web::test::TestRequest;
use serde_json::json;

/// An empty POST, as the client of these credentials where they are given.
fn empty(path: &str, basic: Option<&(String, String)>) -> TestRequest {
    use base64::Engine as _;
    let request = TestRequest::post().uri(path);
    let Some((id, secret)) = basic else { return request };
    let credentials = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
    request.insert_header(("authorization", format!("Basic {credentials}")))
}

/// RFC 9110 §8.3: the type goes with content; where there is none, what is said is what is missing.
#[actix_web::test]
async fn an_absent_body_is_a_form_without_parameters() {
    let app = App::start().await;
    let grants = json!({ "grant_types": ["urn:ietf:params:oauth:grant-type:device_code"], "scope": "read" });
    let device = app.with_client(grants);
    let web = app.with_web_client(&[]);
    let answer = app.send(empty("/device_authorization", Some(&device))).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    for (path, code, about) in [
        ("/token", "invalid_request", "grant_type"),
        ("/par", "invalid_request", "redirect_uri"),
        ("/revoke", "invalid_request", "token"),
        ("/introspect", "invalid_request", "token"),
    ] {
        let answer = app.send(empty(path, Some(&web))).await;
        assert_eq!(answer.error(), (400, code.into()), "{path}");
        let said = answer.json()["error_description"].as_str().unwrap().to_owned();
        assert!(said.contains(about), "{path}: {said}");
        let unnamed = app.send(empty(path, None)).await;
        assert_eq!(unnamed.error(), (401, "invalid_client".into()), "{path}");
    }
    assert_eq!(app.send(empty("/userinfo", None)).await.status, 401);
    // OIDC RP-Initiated Logout §2: none of the parameters is required, and nobody is signed in.
    assert_eq!(app.send(empty("/logout", None)).await.status, 303);
}

/// What is there needs its type, and a type that is named must be the right one.
#[actix_web::test]
async fn a_body_of_another_type_stays_refused() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    for (kind, body) in [
        (Some("application/json"), "{}"),
        (Some("application/json"), ""),
        (Some(""), ""),
        (None, "grant_type=client_credentials"),
    ] {
        let mut request = empty("/token", Some(&service)).set_payload(body);
        if let Some(kind) = kind {
            request = request.insert_header(("content-type", kind));
        }
        let answer = app.send(request).await;
        assert_eq!(answer.error(), (400, "invalid_request".into()), "{kind:?} {body}");
        assert!(answer.text().contains("x-www-form-urlencoded"), "{kind:?} {body}: {}", answer.text());
    }
}

/// RFC 9110 §8.4, §12.5.3, §15.5.16: a coding that is not read is named as such, with those that are.
#[actix_web::test]
async fn an_encoded_body_is_refused_by_its_coding() {
    let app = App::start_registering(|_| {}).await;
    let form = "application/x-www-form-urlencoded";
    for (path, kind) in [
        ("/token", form),
        ("/par", form),
        ("/revoke", form),
        ("/introspect", form),
        ("/device_authorization", form),
        ("/userinfo", form),
        ("/register", "application/json"),
        ("/authorize", form),
        ("/login", form),
        ("/logout", form),
        ("/device", form),
    ] {
        let answer = |coding: &'static str| {
            let request = TestRequest::post().uri(path).insert_header(("content-type", kind));
            app.send(request.insert_header(("content-encoding", coding)).set_payload("x"))
        };
        for coding in ["gzip", "identity, br", "nonsense"] {
            let answer = answer(coding).await;
            assert_eq!(
                (answer.status, answer.header("accept-encoding").as_str()),
                (415, "identity"),
                "{path}"
            );
        }
        for coding in ["identity", "Identity , identity", ""] {
            assert_ne!(answer(coding).await.status, 415, "{path} {coding}");
        }
    }
}
