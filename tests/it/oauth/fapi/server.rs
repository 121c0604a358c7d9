//! The profile of the server: every client is held to it, and the metadata name what remains.

use super::Bank;
use crate::support::App;
use crate::support::flow::sent_back;
use latchkey::records::Profile;
use serde_json::{Value, json};

async fn under(profile: Profile, over: Value) -> Bank {
    Bank::start_under(|rules| rules.policy.profile = Some(profile), json!({}), over).await
}

#[actix_web::test]
async fn a_client_without_a_profile_is_held_to_the_servers() {
    let bank = under(Profile::Fapi2Security, json!({})).await;
    assert_eq!(bank.own_token(&[]).await.error(), (400, "invalid_dpop_proof".into()));
    let bare = bank.push(&[("code_challenge", ""), ("code_challenge_method", "")]).await;
    assert_eq!(bare.error(), (400, "invalid_request".into()));
    let code = bank.code(&[]).await;
    assert_eq!(bank.redeem(&code, &[bank.proof("/token")]).await.status, 200);
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(super::request())
        .append_pair("client_id", "bank")
        .finish();
    let back = sent_back(&bank.visit(&format!("/authorize?{query}")).await);
    assert_eq!(back["error"], "invalid_request");
    assert_eq!(bank.app.last_cause(), "request.not_pushed");
}

#[actix_web::test]
async fn others_are_refused() {
    let app = App::start_with(|policy| policy.profile = Some(Profile::Fapi2Security)).await;
    let service = app.with_client(json!({}));
    let answer = app.post("/token", &[("grant_type", "client_credentials")], Some(&service)).await;
    assert_eq!(answer.error(), (401, "invalid_client".into()));
    assert_eq!(app.last_cause(), "profile.client_auth");
    app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    assert_eq!(app.authorize(Some(&ada), &[]).await.status, 400);
    assert_eq!(app.last_cause(), "profile.client_auth");
}

/// The server's profile is the least; a client may ask for more.
#[actix_web::test]
async fn the_stricter_of_the_two_counts() {
    let own = json!({ "profile": "fapi2_message_signing" });
    let security = |rules: &mut latchkey::oauth::Rules| rules.policy.profile = Some(Profile::Fapi2Security);
    let bank = Bank::start_under(security, own, json!({})).await;
    assert_eq!(bank.push(&[]).await.error(), (400, "invalid_request".into()));
    assert_eq!(bank.app.last_cause(), "request.not_signed");
    let bank = under(Profile::Fapi2MessageSigning, json!({ "profile": "fapi2_security" })).await;
    assert_eq!(bank.push(&[]).await.error(), (400, "invalid_request".into()));
    assert_eq!(bank.app.last_cause(), "request.not_signed");
}

#[actix_web::test]
async fn the_metadata_name_what_remains() {
    let app = App::start_with(|policy| policy.profile = Some(Profile::Fapi2Security)).await;
    let metadata = app.get("/.well-known/openid-configuration").await.json();
    for (name, value) in metadata.as_object().unwrap() {
        let words: Vec<&str> = value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if name.ends_with("_auth_methods_supported") {
            assert_eq!(words, ["private_key_jwt"], "{name}");
        }
        if name.contains("signing_alg_values") {
            assert!(!words.is_empty(), "{name}");
            let fapi = ["ES256", "PS256", "EdDSA", "Ed25519"];
            assert!(words.iter().all(|word| fapi.contains(word)), "{name}: {words:?}");
        }
    }
    assert_eq!(metadata["response_modes_supported"], json!(["query", "query.jwt", "jwt"]));
}
