//! OpenID Connect Core: what a client may ask of a sign-in, and what it is told of a person.

mod acr;
mod certification;
mod claims;
mod plan;
mod scopes;
mod select_account;
mod step_up;
mod subjects;
mod userinfo;

use crate::support::App;
use crate::support::flow::{Credentials, Person};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey::identity::ProfileChange;
use latchkey::identity::users;
use serde_json::{Value, json};

/// Writes a profile, as the document of an operator.
pub(super) fn describe(app: &App, person: &Person, profile: Value) {
    let change: ProfileChange = serde_json::from_value(profile).unwrap();
    let (act, id) = (app.act(), person.user.id);
    app.state
        .store
        .run_blocking(move |txn| users::change_profile(txn, &act, "operator", id, change.clone()))
        .unwrap_or_else(|stop| panic!("{stop:?}"));
}

/// Something of everything.
pub(super) fn whole_profile() -> Value {
    json!({
        "name": "Ada Lovelace", "given_name": "Ada", "middle_name": "King", "family_name": "Lovelace",
        "nickname": "Countess", "profile": "https://ada.example/", "picture": "https://ada.example/me.png",
        "website": "https://ada.example/home", "gender": "female", "birthdate": "1815-12-10",
        "zoneinfo": "Europe/London", "locale": "en-GB",
        "email": "ada@example.com", "email_verified": true,
        "phone_number": "+44 20 7946 0815", "phone_number_verified": true,
        "address": {"street_address": "12 St James's Square", "locality": "London", "country": "UK"},
    })
}

/// The tokens of a request with these parameters.
pub(super) async fn tokens(app: &App, client: &Credentials, person: &Person, over: &[(&str, &str)]) -> Value {
    let code = app.code(person, over).await;
    let answer = app.redeem(client, &code, &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// What a JWT says.
pub(super) fn said(token: &Value) -> Value {
    part(token.as_str().unwrap(), 1)
}

/// A part of a JWT.
pub(super) fn part(token: &str, at: usize) -> Value {
    let part = URL_SAFE_NO_PAD.decode(token.split('.').nth(at).unwrap()).unwrap();
    serde_json::from_slice(&part).unwrap()
}
