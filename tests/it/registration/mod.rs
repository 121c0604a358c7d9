//! Clients that come by themselves. RFC 7591, RFC 7592, OIDC Registration.

mod configuration;
mod documents;
mod policy;
mod redirects;
mod register;
mod resources;
mod statement;

use crate::support::{Answer, App};
use actix_web::test::TestRequest;
use serde_json::{Value, json};

/// Where the clients of these tests wait.
const URI: &str = "https://app.example/cb";

impl App {
    /// Registers with this document, and this token where one is given.
    async fn register(&self, document: &Value, token: Option<&str>) -> Answer {
        self.register_bytes(document.to_string().into_bytes(), token).await
    }

    async fn register_bytes(&self, body: Vec<u8>, token: Option<&str>) -> Answer {
        let request =
            TestRequest::post().uri("/register").insert_header(("content-type", "application/json"));
        self.send(with_token(request.set_payload(body), token)).await
    }

    /// Registers and is taken.
    #[allow(clippy::needless_pass_by_value, reason = "a literal reads better without a borrow")]
    async fn registered(&self, document: Value) -> Value {
        let answer = self.register(&document, None).await;
        assert_eq!(answer.status, 201, "{document}: {}", answer.text());
        answer.json()
    }
}

fn with_token(request: TestRequest, token: Option<&str>) -> TestRequest {
    match token {
        Some(token) => request.insert_header(("authorization", format!("Bearer {token}"))),
        None => request,
    }
}

/// A registration that is taken, with these members beside it.
#[allow(clippy::needless_pass_by_value, reason = "a literal reads better without a borrow")]
fn with(members: Value) -> Value {
    let mut document = json!({ "redirect_uris": [URI] });
    for (name, value) in members.as_object().unwrap() {
        document[name] = value.clone();
    }
    document
}
