//! A television: a public client without a browser, and the person who answers for it at another screen.

use super::app::PASSWORD;
use super::{Answer, App, Browser};
use serde_json::{Value, json};

/// The registered name of its grant.
pub(crate) const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

impl App {
    /// Registers the television.
    pub(crate) fn with_television(&self, over: &[(&str, Value)]) {
        let mut metadata = json!({
            "client_id": "tv",
            "client_name": "Meadow TV",
            "grant_types": [DEVICE_GRANT, "refresh_token"],
            "token_endpoint_auth_method": "none",
            "scope": "openid profile email offline_access",
        });
        for (name, value) in over {
            metadata[*name] = value.clone();
        }
        self.with_client(metadata);
    }

    /// The television asks for its codes.
    pub(crate) async fn ask_for_codes(&self, scope: &str) -> Value {
        let form = [("client_id", "tv"), ("scope", scope)];
        let answer = self.post("/device_authorization", &form, None).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// The television polls.
    pub(crate) async fn poll(&self, codes: &Value) -> Answer {
        let code = codes["device_code"].as_str().unwrap();
        let form = [("grant_type", DEVICE_GRANT), ("client_id", "tv"), ("device_code", code)];
        self.post("/token", &form, None).await
    }
}

impl Browser {
    /// Types the code of a device and sends it.
    pub(crate) async fn type_code(&mut self, code: &str) -> Answer {
        self.open("/device").await;
        let form = self.form("/device").with("user_code", code);
        self.submit(&form).await
    }

    /// Goes all the way from the code to the page that asks, signing in where that is asked for.
    pub(crate) async fn come_to_device(&mut self, codes: &Value, username: &str) {
        self.type_code(codes["user_code"].as_str().unwrap()).await;
        if self.path.starts_with("/login?") {
            self.log_in(username, PASSWORD).await;
        }
        assert!(self.path.starts_with("/device/confirm?interaction="), "{}: {}", self.path, self.html);
    }

    /// Answers there.
    pub(crate) async fn answer_device(&mut self, decision: &str) -> Answer {
        let form = self.form("/device/confirm").with("decision", decision);
        self.submit(&form).await
    }
}
