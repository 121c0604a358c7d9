//! Rich authorization requests. RFC 9396.

use super::{object, signing_client};
use crate::support::app::PASSWORD;
use crate::support::flow::{Credentials, Person, authorize_uri, sent_back};
use crate::support::signed::Key;
use crate::support::{App, Browser};
use serde_json::{Value, json};
use std::sync::Arc;

const PAYMENT: &str = r#"[{"type":"payment","amount":{"value":"123.50","currency":"EUR"},"to":"Meadow Books","actions":["initiate","status"]}]"#;

async fn start() -> App {
    let types = json!({
        "payment": {
            "text": "Pay {amount.value} {amount.currency} to {to}",
            "members": {"amount": "object", "to": "text"},
            "required": ["amount", "to"],
            "actions": ["initiate", "status"],
        },
        "account": {"actions": ["*"], "locations": ["*"]},
    });
    App::start_with(|policy| policy.requests.details = Arc::new(serde_json::from_value(types).unwrap())).await
}

fn client(app: &App, over: &[(&str, Value)]) -> Credentials {
    let requests = json!({"authorization_details_types": ["payment", "account", "gone"]});
    app.with_web_client(&[&[("requests", requests)], over].concat())
}

async fn details_of(app: &App, client: &Credentials, token: &Value) -> Value {
    let told = app.post("/introspect", &[("token", token.as_str().unwrap())], Some(client)).await.json();
    assert_eq!(told["active"], true);
    told["authorization_details"].clone()
}

/// What stands in the access token itself.
fn claimed(token: &Value) -> Value {
    use base64::Engine as _;
    let claims = token.as_str().unwrap().split('.').nth(1).unwrap();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).unwrap();
    serde_json::from_slice::<Value>(&claims).unwrap()["authorization_details"].clone()
}

/// RFC 9396 §3, §7, §9: what was granted stands in the token, beside it, and at introspection.
#[actix_web::test]
async fn what_is_granted_in_detail_is_told_everywhere() {
    let app = start().await;
    let web = client(&app, &[]);
    let ada = app.signed_in("ada");
    let code = app.code(&ada, &[("authorization_details", PAYMENT)]).await;
    let tokens = app.redeem(&web, &code, &[]).await.json();
    let granted: Value = serde_json::from_str(PAYMENT).unwrap();
    assert_eq!(tokens["authorization_details"], granted);
    assert_eq!(claimed(&tokens["access_token"]), granted);
    assert_eq!(details_of(&app, &web, &tokens["access_token"]).await, granted);
    assert_eq!(details_of(&app, &web, &tokens["refresh_token"]).await, granted);
    let plain = app.tokens(&web, &ada, "openid").await;
    assert_eq!(
        (&plain["authorization_details"], claimed(&plain["access_token"])),
        (&Value::Null, Value::Null)
    );
}

/// Nor is a detail whose type the client may no longer use in any further token.
#[actix_web::test]
async fn a_type_that_was_taken_from_the_client_is_granted_no_more() {
    let app = start().await;
    let web = client(&app, &[]);
    let ada = app.signed_in("ada");
    let code = app.code(&ada, &[("authorization_details", PAYMENT)]).await;
    let tokens = app.redeem(&web, &code, &[]).await.json();
    app.change_client("web", |web| web.requests.authorization_details_types = vec!["account".into()]);
    let asked = app.refresh(&web, &tokens["refresh_token"], &[("authorization_details", PAYMENT)]).await;
    assert_eq!(asked.error(), (400, "invalid_authorization_details".into()));
    let next = app.refresh(&web, &tokens["refresh_token"], &[]).await.json();
    assert_eq!((&next["authorization_details"], claimed(&next["access_token"])), (&Value::Null, Value::Null));
}

/// RFC 9396 §6: a token request may ask for less, never for more; the grant stays as it was.
#[actix_web::test]
async fn a_token_may_be_for_less() {
    let app = start().await;
    let web = client(&app, &[]);
    let ada = app.signed_in("ada");
    let less = PAYMENT.replace(r#""initiate","#, "");
    let more = PAYMENT.replace("123.50", "999.99");
    let code = app.code(&ada, &[("authorization_details", PAYMENT)]).await;
    let refused = app.redeem(&web, &code, &[("authorization_details", &more)]).await;
    assert_eq!(refused.error(), (400, "invalid_authorization_details".into()));
    assert_eq!(app.last_cause(), "details.exceeds");
    let tokens = app.redeem(&web, &code, &[("authorization_details", &less)]).await.json();
    assert_eq!(tokens["authorization_details"], serde_json::from_str::<Value>(&less).unwrap());
    assert_eq!(claimed(&tokens["access_token"]), tokens["authorization_details"]);
    let refused = app.refresh(&web, &tokens["refresh_token"], &[("authorization_details", &more)]).await;
    assert_eq!(refused.error(), (400, "invalid_authorization_details".into()));
    let whole = app.refresh(&web, &tokens["refresh_token"], &[]).await.json();
    assert_eq!(whole["authorization_details"], serde_json::from_str::<Value>(PAYMENT).unwrap());
    let none = app.refresh(&web, &whole["refresh_token"], &[("authorization_details", "[]")]).await.json();
    assert_eq!(claimed(&none["access_token"]), Value::Null);
}

/// RFC 9396 §12: the person reads what it is about, and is asked each time.
#[actix_web::test]
async fn a_person_sees_each_detail_in_words_every_time() {
    let app = start().await;
    client(&app, &[("skip_consent", json!(false)), ("client_name", json!("Meadow Pay"))]);
    app.with_user("ada");
    let mut ada = Browser::new(&app);
    let evil = PAYMENT.replace("Meadow Books", "<script>alert(1)</script>");
    let account = r#"[{"type":"account","actions":["read"],"locations":["https://bank.example"]}]"#;
    ada.open(&authorize_uri(&[("authorization_details", PAYMENT)])).await;
    ada.log_in("ada", PASSWORD).await;
    for _ in 0..2 {
        assert!(ada.path.starts_with("/consent"), "{}", ada.path);
        assert!(ada.html.contains("Pay 123.50 EUR to Meadow Books"), "{}", ada.html);
        let form = ada.form("/consent").with("decision", "allow");
        assert!(sent_back(&ada.submit(&form).await).contains_key("code"));
        ada.open(&authorize_uri(&[("authorization_details", PAYMENT)])).await;
    }
    ada.open(&authorize_uri(&[("authorization_details", &evil)])).await;
    assert!(ada.html.contains("Pay 123.50 EUR to") && !ada.html.contains("<script>alert"), "{}", ada.html);
    ada.open(&authorize_uri(&[("authorization_details", account)])).await;
    assert!(ada.html.contains("actions: read; locations: https://bank.example"), "{}", ada.html);
    let silent = authorize_uri(&[("authorization_details", PAYMENT), ("prompt", "none")]);
    assert_eq!(sent_back(&ada.open(&silent).await)["error"], "consent_required");
    ada.open(&authorize_uri(&[])).await;
    assert!(!ada.path.starts_with("/consent"), "what else was allowed is remembered");
}

/// RFC 9396 §5, §10.
#[actix_web::test]
async fn details_that_are_not_as_their_type_says_are_refused_everywhere() {
    let app = start().await;
    let web = client(&app, &[("grant_types", json!(["authorization_code", "client_credentials"]))]);
    app.with_web_client(&[("client_id", json!("other"))]);
    let ada = app.signed_in("ada");
    for (details, cause) in [
        (r#"[{"type":"unknown"}]"#, "details.type_unknown"),
        (r#"[{"type":"gone"}]"#, "details.type_unknown"),
        (r#"[{"type":"payment"}]"#, "details.member_missing"),
        (r#"[{"type":"account","evil":1}]"#, "details.member_unknown"),
        (r#"[{"type":"account","actions":"read"}]"#, "details.value"),
        (r#"{"type":"account"}"#, "details.malformed"),
        ("[[", "details.malformed"),
        ("[{}]", "details.type_missing"),
    ] {
        let over = [("authorization_details", details)];
        let back = sent_back(&app.authorize(Some(&ada), &over).await);
        assert_eq!(back["error"], "invalid_authorization_details", "{details}");
        assert_eq!(app.last_cause(), cause, "{details}");
        let form = [
            over[0],
            ("response_type", "code"),
            ("redirect_uri", crate::support::flow::CALLBACK),
            ("code_challenge", crate::support::flow::CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let pushed = app.post("/par", &form, Some(&web)).await;
        assert_eq!(pushed.error(), (400, "invalid_authorization_details".into()), "{details}");
        let own = [over[0], ("grant_type", "client_credentials")];
        let refused = app.post("/token", &own, Some(&web)).await;
        assert_eq!(refused.error(), (400, "invalid_authorization_details".into()), "{details}");
        assert_eq!(app.last_cause(), cause, "{details}");
    }
    let foreign = [("client_id", "other"), ("authorization_details", PAYMENT)];
    assert_eq!(
        sent_back(&app.authorize(Some(&ada), &foreign).await)["error"],
        "invalid_authorization_details"
    );
    assert_eq!(app.last_cause(), "details.type_not_registered");
}

/// A client that acts for itself asks nobody: what it may do is what it was registered for.
#[actix_web::test]
async fn a_client_may_ask_for_itself() {
    let app = start().await;
    let requests = json!({"authorization_details_types": ["account"]});
    let own = app.with_client(json!({"requests": requests}));
    let details = r#"[{"type":"account","actions":["read"]}]"#;
    let form = [("grant_type", "client_credentials"), ("authorization_details", details)];
    let tokens = app.post("/token", &form, Some(&own)).await.json();
    assert_eq!(tokens["authorization_details"], serde_json::from_str::<Value>(details).unwrap());
    assert_eq!(claimed(&tokens["access_token"]), tokens["authorization_details"]);
}

/// RFC 9396 §3, RFC 9101: inside an object they are JSON and not a text of it.
#[actix_web::test]
async fn an_object_may_hold_them() {
    let app = start().await;
    let key = Key::es256();
    let requests = json!({"authorization_details_types": ["payment"]});
    signing_client(&app, &key, &[("requests", requests)]);
    let ada: Person = app.signed_in("ada");
    let details: Value = serde_json::from_str(PAYMENT).unwrap();
    for value in [details.clone(), json!(PAYMENT)] {
        let object = object(&app, &key, &[("authorization_details", value)]);
        let path = super::asking(&[("client_id", "web"), ("request", &object)]);
        let request =
            actix_web::test::TestRequest::get().uri(&path).insert_header(("cookie", ada.cookie.as_str()));
        assert!(sent_back(&app.send(request).await).contains_key("code"));
    }
}

/// RFC 9396 §10.
#[actix_web::test]
async fn the_metadata_names_the_types() {
    let named = |app: App| async move {
        let metadata = app.get("/.well-known/oauth-authorization-server").await.json();
        metadata["authorization_details_types_supported"].clone()
    };
    assert_eq!(named(start().await).await, json!(["account", "payment"]));
    assert_eq!(named(App::start().await).await, Value::Null);
}
