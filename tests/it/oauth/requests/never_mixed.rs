//! RFC 9101 §6.3: what stands beside an object never changes the request. As a property, over the stored interaction.

use super::{asking, object, signing_client};
use crate::support::App;
use crate::support::signed::Key;
use latchkey::storage::Read as _;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Parameters that would each change a plain request.
const NAMES: [&str; 14] = [
    "response_type",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "prompt",
    "max_age",
    "login_hint",
    "resource",
    "response_mode",
    "code_challenge",
    "code_challenge_method",
    "claims",
    "authorization_details",
];

fn beside() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = proptest::sample::select(&NAMES[..]).prop_map(str::to_owned);
    let value = prop_oneof![
        Just("https://evil.example/cb".to_owned()),
        Just("none".to_owned()),
        Just("openid email".to_owned()),
        Just("0".to_owned()),
        "\\PC{0,12}",
    ];
    proptest::collection::vec((name, value), 0..8)
}

/// What is stored of a stranger's request, but for what is random.
async fn stored(app: &App, params: &[(String, String)]) -> Value {
    let params: Vec<_> = params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let prefix = b"default/interaction/";
    let before = app.state.store.scan(prefix, None, 1000).unwrap();
    let answer = app.get(&asking(&params)).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let after = app.state.store.scan(prefix, None, 1000).unwrap();
    let new: Vec<_> = after.iter().filter(|pair| !before.contains(pair)).collect();
    let [(_, bytes)] = &new[..] else { panic!("one interaction: {}", answer.header("location")) };
    let mut record: Value = serde_json::from_slice(bytes).unwrap();
    record["r"]["id"] = json!("");
    record["r"]["browser_hash"] = json!("");
    record
}

/// attacks: A24.
#[test]
fn the_stored_request_is_the_one_inside() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(48));
    let result = runner.run(&beside(), |beside| {
        actix_web::rt::System::new().block_on(async {
            let app = App::start().await;
            let key = Key::es256();
            signing_client(&app, &key, &[]);
            let object = object(&app, &key, &[("nonce", json!("n"))]);
            let bare = vec![("client_id".to_owned(), "web".to_owned()), ("request".to_owned(), object)];
            let alone = stored(&app, &bare).await;
            let mixed = stored(&app, &[bare, beside].concat()).await;
            assert_eq!(alone, mixed);
        });
        Ok(())
    });
    result.unwrap();
}
