//! Whatever ends what somebody allowed is asked for on every path that issues or tells. attacks: M08, M12, M13.

use crate::support::device::DEVICE_GRANT;
use crate::support::ending::Ending;
use crate::support::flow::{CALLBACK, Credentials, VERIFIER};
use crate::support::{Answer, App, Browser};
use latchkey::records::GrantType;
use serde_json::{Value, json};

/// What the client holds, all of it before anything ends.
struct Held {
    app: App,
    web: Credentials,
    tokens: Value,
    code: String,
    device: Value,
}

/// The ways in which it may be used.
#[derive(Debug, Clone, Copy)]
enum Path {
    AuthorizationCode,
    RefreshToken,
    DeviceCode,
    TokenExchange,
    Userinfo,
    Introspection,
}

const PATHS: [Path; 6] = [
    Path::AuthorizationCode,
    Path::RefreshToken,
    Path::DeviceCode,
    Path::TokenExchange,
    Path::Userinfo,
    Path::Introspection,
];

async fn held() -> Held {
    let app = App::start().await;
    let web = app.with_web_client(&[
        ("skip_consent", json!(false)),
        (
            "grant_types",
            json!(["authorization_code", "refresh_token", DEVICE_GRANT, GrantType::TokenExchange.as_str()]),
        ),
    ]);
    app.with_client(json!({ "client_id": "watcher" }));
    app.with_user("ada");
    let mut ada = Browser::new(&app);
    let device = app.post("/device_authorization", &[("scope", "openid")], Some(&web)).await.json();
    ada.come_to_device(&device, "ada").await;
    ada.answer_device("allow").await;
    let (first, second) = (code(&mut ada).await, code(&mut ada).await);
    let tokens = app.redeem(&web, &first, &[]).await;
    assert_eq!(tokens.status, 200, "{}", tokens.text());
    Held { tokens: tokens.json(), app, web, code: second, device }
}

/// A code for Ada, who has consented to as much already.
async fn code(ada: &mut Browser) -> String {
    let answer = ada.open(&crate::support::flow::authorize_uri(&[])).await;
    crate::support::flow::sent_back(&answer).remove("code").unwrap()
}

impl Held {
    async fn walk(&self, path: Path) -> Answer {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let access = text(&self.tokens["access_token"]);
        let exchange = "urn:ietf:params:oauth:token-type:access_token";
        let (endpoint, form) = match path {
            Path::AuthorizationCode => (
                "/token",
                vec![
                    ("grant_type", "authorization_code".to_owned()),
                    ("code", self.code.clone()),
                    ("redirect_uri", CALLBACK.to_owned()),
                    ("code_verifier", VERIFIER.to_owned()),
                ],
            ),
            Path::RefreshToken => (
                "/token",
                vec![
                    ("grant_type", "refresh_token".to_owned()),
                    ("refresh_token", text(&self.tokens["refresh_token"])),
                ],
            ),
            Path::DeviceCode => (
                "/token",
                vec![
                    ("grant_type", DEVICE_GRANT.to_owned()),
                    ("device_code", text(&self.device["device_code"])),
                ],
            ),
            Path::TokenExchange => (
                "/token",
                vec![
                    ("grant_type", GrantType::TokenExchange.as_str().to_owned()),
                    ("subject_token", access),
                    ("subject_token_type", exchange.to_owned()),
                ],
            ),
            Path::Introspection => ("/introspect", vec![("token", access)]),
            Path::Userinfo => return self.app.userinfo(&self.tokens["access_token"]).await,
        };
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.app.post(endpoint, &form, Some(&self.web)).await
    }
}

/// All of it works while nothing has ended.
#[actix_web::test]
async fn every_path_gives_while_everything_stands() {
    for path in PATHS {
        let answer = held().await.walk(path).await;
        assert_eq!(answer.status, 200, "{path:?}: {}", answer.text());
    }
}

#[actix_web::test]
async fn no_path_gives_anything_once_something_has_ended() {
    for ending in Ending::ALL {
        for path in PATHS {
            let held = held().await;
            ending.happen(&held.app, "ada", "web");
            let answer = held.walk(path).await;
            let refused = match path {
                Path::Introspection if !ending.is_of_client() => answer.json()["active"] == false,
                Path::AuthorizationCode
                | Path::RefreshToken
                | Path::DeviceCode
                | Path::TokenExchange
                | Path::Userinfo
                | Path::Introspection => {
                    matches!(answer.status, 400 | 401) && !answer.text().contains("access_token\":")
                }
            };
            assert!(refused, "{ending:?} {path:?}: {} {}", answer.status, answer.text());
            let silent = matches!(path, Path::Introspection | Path::Userinfo);
            if !silent {
                assert_eq!(held.app.last_cause(), ending.cause(), "{path:?}");
            }
        }
    }
}
