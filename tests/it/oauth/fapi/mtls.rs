//! FAPI 2.0 Security Profile §5.3.2.1 by certificate: who shows one needs neither assertion nor proof.

use super::super::mtls::{Place, named};
use crate::support::certificates::{PLAIN, Wanted};
use crate::support::flow::CALLBACK;
use crate::support::signed::claims_of;
use serde_json::json;

async fn place() -> Place {
    let place = Place::start().await;
    place.app.with_client(json!({
        "profile": "fapi2_security",
        "redirect_uris": [CALLBACK],
        "scope": "openid read",
        "grant_types": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_method": "tls_client_auth",
        "authentication": { "tls_client_auth_san_dns": "bank.example" },
    }));
    place
}

#[actix_web::test]
async fn tokens_are_bound_to_the_certificate() {
    let place = place().await;
    let own = place.authority.issue(&Wanted { dns: &["bank.example"], ..PLAIN });
    let answer = place.token(&[&own]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(claims_of(&answer.json()["access_token"])["cnf"]["x5t#S256"].is_string());
    let other = place.authority.issue(&named(&[("CN", "other")]));
    assert_eq!(place.refusal(&[&other]).await, "client_auth.certificate_foreign");
}

#[actix_web::test]
async fn requests_are_pushed_with_it() {
    let place = place().await;
    let own = place.authority.issue(&Wanted { dns: &["bank.example"], ..PLAIN });
    let mut form = super::request();
    form.push(("client_id", "service"));
    let pushed = place.post("/par", &form, &[&own]).await;
    assert_eq!(pushed.status, 201, "{}", pushed.text());
    assert_eq!(place.post("/par", &form, &[]).await.error(), (401, "invalid_client".into()));
}
