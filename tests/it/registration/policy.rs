//! Who may register, and what such a client may have. RFC 7591 §3, §5.

use super::{URI, with};
use crate::support::App;
use latchkey::jobs::expire_clients;
use latchkey::oauth::clients;
use latchkey::oauth::clients::dynamic::{Mode, initial_access_token};
use latchkey::records::{GrantType, Profile, Tenant};
use latchkey::storage::Stop;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use time::Duration;

impl App {
    fn initial_access_token(&self, change: impl FnOnce(&mut initial_access_token::New)) -> String {
        let mut new =
            initial_access_token::New { life: Duration::hours(1), uses: Some(1), ..Default::default() };
        change(&mut new);
        let act = self.act();
        let made = self.state.store.run_blocking(move |txn| {
            Ok::<_, Stop<()>>(initial_access_token::create(txn, &act, "operator", new.clone())?)
        });
        made.unwrap().1.expose_secret().to_owned()
    }

    async fn expire(&self) -> usize {
        let tenant = Tenant::default_tenant();
        let expired = expire_clients::expire(&self.state.store, &tenant, &*self.clock, &*self.state.entropy);
        expired.await.unwrap()
    }

    fn exists(&self, told: &Value) -> bool {
        let id = told["client_id"].as_str().unwrap();
        clients::find(&self.state.store, &Tenant::default_tenant(), id).unwrap().is_some()
    }
}

/// M42: what only an operator may set is set by nobody else, and the answer says so.
#[actix_web::test]
async fn a_client_gives_itself_no_privileges() {
    let app =
        App::start_registering(|policy| policy.bounds.resources = vec!["https://api.example".into()]).await;
    let told = app
        .registered(with(json!({
            "skip_consent": true, "roles": ["admin"], "access_token_ttl": 3600, "require_pkce": false,
            "rotate_refresh_tokens": false, "resources": ["https://internal.example", "https://api.example"],
            "token_exchange_impersonation": true, "token_exchange_audiences": ["https://internal.example"],
            "introspects_any_token": true, "introspection_audiences": ["https://api.example"],
            "workload_identities": [{ "issuer": "https://ci.example", "subject": "x" }],
            "authorization_details_types": ["payment"], "client_id": "web", "client_secret": "chosen",
            "origin": "operator", "disabled": false, "secrets": [], "created_at": 1,
            "scope": "openid admin internal",
        })))
        .await;
    for (name, value) in [
        ("skip_consent", json!(false)),
        ("roles", Value::Null),
        ("access_token_ttl", Value::Null),
        ("require_pkce", json!(true)),
        ("rotate_refresh_tokens", json!(true)),
        ("resources", json!(["https://api.example"])),
        ("token_exchange_impersonation", Value::Null),
        ("token_exchange_audiences", Value::Null),
        ("introspects_any_token", Value::Null),
        ("introspection_audiences", Value::Null),
        ("workload_identities", Value::Null),
        ("authorization_details_types", Value::Null),
        ("scope", json!("openid")),
        ("client_id_issued_at", json!(1_800_000_000)),
    ] {
        assert_eq!(told.get(name).cloned().unwrap_or_default(), value, "{name}");
    }
    assert_ne!(told["client_id"], "web");
    assert_ne!(told["client_secret"], "chosen");
}

#[actix_web::test]
async fn grants_and_methods_outside_of_the_bounds_are_refused() {
    let app = App::start_registering(|_| {}).await;
    for (members, cause) in [
        (json!({ "grant_types": ["client_credentials"] }), "grant_types"),
        (json!({ "grant_types": ["urn:ietf:params:oauth:grant-type:token-exchange"] }), "grant_types"),
        (json!({ "token_endpoint_auth_method": "client_secret_jwt" }), "method"),
    ] {
        let answer = app.register(&with(members.clone()), None).await;
        assert_eq!(answer.error(), (400, "invalid_client_metadata".into()), "{members}");
        assert_eq!(app.last_cause(), format!("registration.bounds.{cause}"));
    }
}

/// RFC 7591 §3: with an initial access token; RFC 6750 §3.1 says what is wrong with it.
#[actix_web::test]
async fn where_a_token_is_needed_none_and_a_wrong_one_are_refused() {
    let app = App::start_registering(|policy| policy.mode = Mode::Token).await;
    let none = app.register(&with(json!({})), None).await;
    assert_eq!((none.status, none.header("www-authenticate").as_str()), (401, "Bearer realm=\"latchkey\""));
    assert_eq!(app.last_cause(), "registration.token_missing");
    for token in ["lkt_wrong", "x"] {
        let answer = app.register(&with(json!({})), Some(token)).await;
        assert_eq!(answer.error(), (401, "invalid_token".into()));
        assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""));
        assert_eq!(app.last_cause(), "registration.token_unknown");
    }
    // The token stands in the header alone, not in the query.
    let token = app.initial_access_token(|_| {});
    let request = actix_web::test::TestRequest::post()
        .uri(&format!("/register?access_token={token}"))
        .insert_header(("content-type", "application/json"));
    assert_eq!(app.send(request.set_payload(with(json!({})).to_string())).await.status, 401);
}

#[actix_web::test]
async fn a_token_is_good_for_as_many_uses_as_it_has_and_no_longer_than_it_lives() {
    let app = App::start_registering(|policy| policy.mode = Mode::Token).await;
    let once = app.initial_access_token(|_| {});
    let refused = app.register(&json!({ "redirect_uris": ["http://app.example"] }), Some(&once)).await;
    assert_eq!(refused.status, 400, "a refusal uses nothing up");
    assert_eq!(app.register(&with(json!({})), Some(&once)).await.status, 201);
    assert_eq!(app.register(&with(json!({})), Some(&once)).await.error(), (401, "invalid_token".into()));
    let twice = app.initial_access_token(|new| new.uses = Some(2));
    for status in [201, 201, 401] {
        assert_eq!(app.register(&with(json!({})), Some(&twice)).await.status, status);
    }
    let any = app.initial_access_token(|new| new.uses = None);
    for _ in 0..3 {
        assert_eq!(app.register(&with(json!({})), Some(&any)).await.status, 201);
    }
    app.advance(Duration::hours(1));
    assert_eq!(app.register(&with(json!({})), Some(&any)).await.status, 401);
}

#[actix_web::test]
async fn a_token_may_allow_more_than_the_configuration_and_a_wrong_one_is_refused_where_none_is_needed() {
    let app = App::start_registering(|_| {}).await;
    let token = app.initial_access_token(|new| {
        new.scope = Some("read".to_owned().try_into().unwrap());
        new.grant_types = vec![GrantType::ClientCredentials];
        new.resources = vec!["https://api.example".into()];
    });
    let document =
        json!({ "grant_types": ["client_credentials"], "token_endpoint_auth_method": "client_secret_basic" });
    assert_eq!(app.register(&document, None).await.status, 400);
    assert_eq!(app.register(&document, Some("lkt_wrong")).await.status, 401);
    let answer = app.register(&document, Some(&token)).await;
    let told = answer.json();
    assert_eq!(
        (answer.status, &told["scope"], &told["resources"]),
        (201, &json!("read"), &json!(["https://api.example"]))
    );
    let by = app.audit().last().unwrap()["actor"].as_str().unwrap().to_owned();
    assert!(by.starts_with("initial_access_token ") && !by.contains(&token), "{by}");
}

/// FAPI 2.0 Security Profile §5.3.2.1: whoever is held to it has no secret.
#[actix_web::test]
async fn a_token_may_hold_clients_to_a_profile() {
    let app = App::start_registering(|_| {}).await;
    let token = app.initial_access_token(|new| new.profile = Some(Profile::Fapi2Security));
    let answer = app
        .register(&with(json!({ "token_endpoint_auth_method": "client_secret_basic" })), Some(&token))
        .await;
    assert_eq!(answer.error(), (400, "invalid_client_metadata".into()));
    assert_eq!(app.last_cause(), "profile.client_auth");
    let keys =
        json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://app.example/jwks" });
    let told = app.register(&with(keys), Some(&token)).await.json();
    assert_eq!(
        (&told["profile"], &told["dpop_bound_access_tokens"]),
        (&json!("fapi2_security"), &json!(true))
    );
}

/// RFC 7591 §5: whoever may register without being known is held up.
#[actix_web::test]
async fn one_address_registers_only_so_often() {
    let app = App::start_registering(|_| {}).await;
    let mut refused = 0;
    for _ in 0..130 {
        let answer = app.register(&json!({}), None).await;
        if answer.status == 429 {
            refused += 1;
            assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
        }
    }
    assert_eq!(refused, 30);
}

#[actix_web::test]
async fn a_client_that_never_got_a_token_goes_and_one_that_did_stays() {
    let app = App::start_registering(|_| {}).await;
    let unused = app.registered(with(json!({}))).await;
    let used = app.registered(with(json!({}))).await;
    let text = |name: &str| used[name].as_str().unwrap().to_owned();
    let client = (text("client_id"), text("client_secret"));
    app.change_client(&client.0, |client| client.skip_consent = true);
    let ada = app.signed_in("ada");
    let code = app.code(&ada, &[("client_id", client.0.as_str())]).await;
    assert_eq!(app.redeem(&client, &code, &[]).await.status, 200);
    app.advance(Duration::days(30) - Duration::SECOND);
    assert_eq!(app.expire().await, 0);
    assert!(app.exists(&unused) && app.exists(&used));
    app.advance(Duration::SECOND);
    assert_eq!(app.expire().await, 1);
    assert!(!app.exists(&unused) && app.exists(&used));
    let entry = app.audit().pop().unwrap();
    assert_eq!((entry["event"].as_str(), entry["actor"].as_str()), (Some("client_deleted"), Some("server")));
    assert_eq!(app.expire().await, 0);
    assert_eq!(used["redirect_uris"], json!([URI]));
}
