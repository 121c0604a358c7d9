//! Pairwise subjects. OIDC Core §8.

use super::{said, tokens};
use crate::support::App;
use crate::support::flow::{Credentials, sent_back};
use serde_json::{Value, json};

fn pairwise(app: &App, id: &str, sector: Option<&str>) -> Credentials {
    let subjects = json!({"subject_type": "pairwise", "sector_identifier_uri": sector});
    app.with_web_client(&[("client_id", json!(id)), ("subjects", subjects)])
}

#[actix_web::test]
async fn every_token_and_answer_names_the_person_by_the_clients_own_subject() {
    let app = App::start().await;
    let web = pairwise(&app, "web", None);
    let ada = app.signed_in("ada");
    let issued = tokens(&app, &web, &ada, &[("scope", "openid offline_access")]).await;
    let sub = said(&issued["id_token"])["sub"].clone();
    assert_ne!(sub, json!(ada.user.id));
    assert_eq!(sub.as_str().unwrap().len(), 43);
    assert_eq!(said(&issued["access_token"])["sub"], sub);
    assert_eq!(app.userinfo(&issued["access_token"]).await.json()["sub"], sub);
    for token in ["access_token", "refresh_token"] {
        let form = [("token", issued[token].as_str().unwrap())];
        assert_eq!(app.post("/introspect", &form, Some(&web)).await.json()["sub"], sub, "{token}");
    }
    let again = app.refresh(&web, &issued["refresh_token"], &[]).await.json();
    assert_eq!(said(&again["id_token"])["sub"], sub);
}

/// OIDC Core §8.1: the same within a sector, another one in each.
#[actix_web::test]
async fn sectors_cannot_compare_their_people() {
    let app = App::start().await;
    let ada = app.signed_in("ada");
    let mut subs: Vec<Value> = Vec::new();
    for (id, sector) in [
        ("web", None),
        ("same-host", None),
        ("elsewhere", Some("https://sector.example/uris.json")),
        ("beside", Some("https://sector.example/other.json")),
    ] {
        let client = pairwise(&app, id, sector);
        let code = app.code(&ada, &[("client_id", id)]).await;
        let issued = app.redeem(&client, &code, &[]).await.json();
        subs.push(said(&issued["id_token"])["sub"].clone());
    }
    assert!(subs[0] == subs[1] && subs[2] == subs[3] && subs[0] != subs[2], "{subs:?}");
}

/// OIDC Core §3.1.2.1: a hint and a claim name the person by that subject.
#[actix_web::test]
async fn a_pairwise_subject_finds_its_person() {
    let app = App::start().await;
    let web = pairwise(&app, "web", None);
    let (ada, bob) = (app.signed_in("ada"), app.signed_in("bob"));
    let hint = tokens(&app, &web, &ada, &[]).await["id_token"].as_str().unwrap().to_owned();
    let sub = said(&json!(hint))["sub"].clone();
    let by_claim = json!({"id_token": {"sub": {"value": sub}}}).to_string();
    let by_identifier = json!({"id_token": {"sub": {"value": ada.user.id}}}).to_string();
    for asked in [("id_token_hint", hint.as_str()), ("claims", by_claim.as_str())] {
        let asked = [("prompt", "none"), asked];
        assert!(sent_back(&app.authorize(Some(&ada), &asked).await).contains_key("code"));
        assert_eq!(sent_back(&app.authorize(Some(&bob), &asked).await)["error"], "login_required");
    }
    let guessed = app.authorize(Some(&ada), &[("prompt", "none"), ("claims", &by_identifier)]).await;
    assert_eq!(
        sent_back(&guessed)["error"],
        "login_required",
        "our own identifier means nothing to this client"
    );
}

/// What would tell the person after all is kept back from whoever introspects.
#[actix_web::test]
async fn introspection_does_not_name_who_has_a_pairwise_subject() {
    let app = App::start().await;
    let web = pairwise(&app, "web", None);
    let ada = app.signed_in("ada");
    let issued = tokens(&app, &web, &ada, &[]).await;
    let form = [("token", issued["access_token"].as_str().unwrap())];
    let told = app.post("/introspect", &form, Some(&web)).await.json();
    assert_eq!((&told["active"], told.get("username")), (&json!(true), None));
}
