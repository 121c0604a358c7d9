//! Software statements. RFC 7591 §2.3, §3.1.1, §3.2.2.

use super::with;
use crate::support::App;
use crate::support::signed::{Key, unsecured};
use latchkey::oauth::clients::dynamic::{RegistrationPolicy, StatementIssuer};
use serde_json::{Value, json};

const ISSUER: &str = "https://directory.example";
const KEYS: &str = "https://directory.example/jwks.json";

fn trusting(policy: &mut RegistrationPolicy) {
    policy.statement_issuers = [StatementIssuer { issuer: ISSUER.into(), jwks_uri: KEYS.into() }].into();
}

fn claims(members: &Value) -> Value {
    let mut claims = json!({ "iss": ISSUER, "software_id": "notes", "client_name": "Notes by Directory" });
    for (name, value) in members.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

#[actix_web::test]
async fn what_a_statement_says_wins_and_is_told_back_as_it_came() {
    let (app, key) = (App::start_registering(trusting).await, Key::es256());
    app.outbound.publish(KEYS, &json!({ "keys": [key.public(Some("1"))] }));
    let said = claims(
        &json!({ "redirect_uris": ["https://directory.example/cb"], "skip_consent": true, "exp": 1_900_000_000 }),
    );
    let statement = key.jws(json!({ "alg": "ES256", "kid": "1" }), &said);
    let told = app.registered(with(json!({ "client_name": "Bank", "software_statement": statement }))).await;
    assert_eq!(told["client_name"], "Notes by Directory");
    assert_eq!(told["software_id"], "notes");
    assert_eq!(told["redirect_uris"], json!(["https://directory.example/cb"]));
    assert_eq!(told["software_statement"], statement.as_str());
    assert_eq!(told["skip_consent"], false, "not even a statement gives privileges");
    assert!(told.get("iss").is_none());
}

#[actix_web::test]
async fn a_statement_that_nobody_vouches_for_is_refused() {
    let (app, key) = (App::start_registering(trusting).await, Key::es256());
    app.outbound.publish(KEYS, &json!({ "keys": [key.public(Some("1"))] }));
    let header = || json!({ "alg": "ES256", "kid": "1" });
    let changed = key.jws(header(), &claims(&json!({})));
    let (front, signature) = changed.rsplit_once('.').unwrap();
    let other = key.jws(header(), &claims(&json!({ "client_name": "Bank" })));
    let forged = format!("{}.{signature}", other.rsplit_once('.').unwrap().0);
    for (statement, code, cause) in [
        ("nonsense".to_owned(), "invalid", "jws.malformed"),
        (unsecured(&claims(&json!({}))), "invalid", "jws.unsecured"),
        (forged, "invalid", "jws.signature"),
        (format!("{front}."), "invalid", "jws.malformed"),
        (Key::es256().jws(header(), &claims(&json!({}))), "invalid", "jws.signature"),
        (key.jws(json!({ "alg": "ES256", "kid": "2" }), &claims(&json!({}))), "invalid", "jws.unknown_key"),
        (key.jws(json!({ "alg": "ES256", "typ": "at+jwt" }), &claims(&json!({}))), "invalid", "jws.header"),
        (key.jws(header(), &claims(&json!({ "exp": 1_700_000_000 }))), "invalid", "jws.expired"),
        (key.jws(header(), &claims(&json!({ "nbf": 1_900_000_000 }))), "invalid", "jws.not_yet_valid"),
        (key.jws(header(), &claims(&json!({ "iss": Value::Null }))), "invalid", "software_statement.issuer"),
        (
            key.jws(header(), &claims(&json!({ "iss": "https://evil.example" }))),
            "unapproved",
            "software_statement.unknown_issuer",
        ),
    ] {
        let answer = app.register(&with(json!({ "software_statement": statement })), None).await;
        let expected = format!("{code}_software_statement");
        assert_eq!(answer.error(), (400, expected), "{cause}");
        assert_eq!(app.last_cause().rsplit('.').next(), cause.rsplit('.').next(), "{}", app.last_cause());
    }
}

#[actix_web::test]
async fn a_statement_may_be_demanded_and_none_counts_where_no_issuer_does() {
    let app = App::start_registering(|policy| {
        trusting(policy);
        policy.require_statement = true;
    })
    .await;
    let answer = app.register(&with(json!({})), None).await;
    assert_eq!(answer.error(), (400, "invalid_software_statement".into()));
    assert_eq!(app.last_cause(), "software_statement.missing");
    let statement = Key::es256().jws(json!({ "alg": "ES256" }), &claims(&json!({})));
    let unreachable = app.register(&with(json!({ "software_statement": statement })), None).await;
    assert_eq!(unreachable.error(), (400, "invalid_software_statement".into()));
    assert_eq!(app.last_cause(), "outbound.unreachable");
    let closed = App::start_registering(|_| {}).await;
    let answer = closed.register(&with(json!({ "software_statement": statement })), None).await;
    assert_eq!(answer.error(), (400, "unapproved_software_statement".into()));
    assert_eq!(closed.outbound.sent(), []);
}
