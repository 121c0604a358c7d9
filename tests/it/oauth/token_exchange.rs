//! The `token-exchange` grant. RFC 8693. attacks: M12, M13, M15.

use crate::support::ending::Ending;
use crate::support::exchange::{ACCESS, EXCHANGE, ID, JWT};
use crate::support::flow::Credentials;
use crate::support::signed::claims_of;
use crate::support::{Answer, App};
use serde_json::{Value, json};
use time::Duration;

const ORDERS: &str = "https://orders.example";
const STOCK: &str = "https://stock.example";

/// A web client with a person's tokens for the orders service, which may ask the stock service on from there.
struct World {
    app: App,
    web: Credentials,
    orders: Credentials,
    tokens: Value,
}

async fn world(settings: Value) -> World {
    let app = App::start().await;
    let web = app.with_web_client(&[
        ("resources", json!([ORDERS])),
        ("scope", json!("openid email read write offline_access")),
        ("skip_consent", json!(false)),
    ]);
    let mut service = json!({
        "client_id": "orders",
        "grant_types": [EXCHANGE, "client_credentials"],
        "scope": "read stock",
        "token_exchange": {
            "token_exchange_audiences": [STOCK, "stock"],
            "token_exchange_subject_audiences": [ORDERS],
        },
    });
    for (name, value) in settings.as_object().unwrap() {
        service["token_exchange"][name] = value.clone();
    }
    let orders = app.with_client(service);
    let ada = app.signed_in("ada");
    app.change_client("web", |web| web.skip_consent = true);
    let tokens = app.tokens(&web, &ada, "openid email read write").await;
    World { app, web, orders, tokens }
}

impl World {
    async fn exchange(&self, client: &Credentials, more: &[(&str, &str)]) -> Answer {
        self.exchange_this(client, &self.tokens["access_token"], more).await
    }

    async fn exchange_this(&self, client: &Credentials, token: &Value, more: &[(&str, &str)]) -> Answer {
        self.app.exchange(client, token.as_str().unwrap(), more).await
    }
}

/// RFC 8693 §2.2.1, §4.1: delegation: the person's token, for another service, with its actor named.
#[actix_web::test]
async fn a_service_gets_a_token_for_the_next_one() {
    let world = world(json!({})).await;
    let answer = world.exchange(&world.orders, &[("audience", "stock")]).await;
    assert_eq!(
        (answer.status, answer.header("cache-control").as_str()),
        (200, "no-store"),
        "{}",
        answer.text()
    );
    let given = answer.json();
    assert_eq!((&given["issued_token_type"], &given["token_type"]), (&json!(ACCESS), &json!("Bearer")));
    assert_eq!((given.get("refresh_token"), given.get("id_token")), (None, None));
    assert_eq!(given["scope"], "read", "what both may have");
    let (before, after) = (claims_of(&world.tokens["access_token"]), claims_of(&given["access_token"]));
    assert_eq!(after["act"], json!({ "sub": "orders" }));
    assert_eq!((&after["aud"], &after["client_id"]), (&json!("stock"), &json!("orders")));
    for kept in ["iss", "sub", "grant_id", "auth_time", "amr"] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
    assert_ne!(after["jti"], before["jti"]);
    let form = [("token", given["access_token"].as_str().unwrap())];
    let told = world.app.post("/introspect", &form, Some(&world.orders)).await;
    assert_eq!(told.json()["act"], json!({ "sub": "orders" }));
    let stock = world.app.with_client(json!({ "client_id": "stock" }));
    assert!(world.app.is_active(&stock, &given["access_token"]).await, "it is for the client of this name");
    let metadata = world.app.get("/.well-known/openid-configuration").await.json();
    assert!(metadata["grant_types_supported"].as_array().unwrap().contains(&json!(EXCHANGE)));
}

/// RFC 8693 §2.1: `resource`, `audience`, several of both; RFC 8693 §3: our access tokens are JWTs.
#[actix_web::test]
async fn targets_and_types_are_taken_as_they_are_named() {
    let world = world(json!({})).await;
    let aud = async |more: &[(&str, &str)]| {
        let answer = world.exchange(&world.orders, more).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        claims_of(&answer.json()["access_token"])["aud"].clone()
    };
    assert_eq!(aud(&[]).await, STOCK, "the first of the settings");
    assert_eq!(aud(&[("resource", STOCK)]).await, STOCK);
    assert_eq!(aud(&[("resource", STOCK), ("audience", "stock")]).await, json!([STOCK, "stock"]));
    assert_eq!(aud(&[("audience", STOCK), ("audience", "stock")]).await, json!([STOCK, "stock"]));
    let jwt =
        world.exchange(&world.orders, &[("requested_token_type", JWT), ("subject_token_type", JWT)]).await;
    assert_eq!(jwt.json()["issued_token_type"], JWT);
}

/// A client may narrow its own tokens, and needs no settings for that.
#[actix_web::test]
async fn a_client_may_narrow_its_own_token() {
    let world = world(json!({})).await;
    world.app.change_client("web", |web| web.grant_types.push(latchkey::records::GrantType::TokenExchange));
    let given = world.exchange(&world.web, &[("scope", "read")]).await.json();
    let (before, after) = (claims_of(&world.tokens["access_token"]), claims_of(&given["access_token"]));
    assert_eq!((&after["scope"], &after["aud"], after.get("act")), (&json!("read"), &before["aud"], None));
    let one = world.exchange(&world.web, &[("scope", "read"), ("resource", ORDERS)]).await.json();
    assert_eq!(claims_of(&one["access_token"])["aud"], ORDERS);
    let other = world.exchange(&world.web, &[("resource", STOCK)]).await;
    assert_eq!(other.error(), (400, "invalid_target".into()));
    let more = world.exchange_this(&world.web, &given["access_token"], &[("scope", "read write")]).await;
    assert_eq!(more.error(), (400, "invalid_scope".into()), "what was dropped does not come back");
}

/// M15: RFC 8693 §2.2.2.
#[actix_web::test]
async fn what_is_not_allowed_is_refused() {
    let world = world(json!({})).await;
    let stranger = world.app.with_client(json!({ "client_id": "stranger", "grant_types": [EXCHANGE] }));
    let unregistered = world.app.with_client(json!({ "client_id": "unregistered" }));
    let id_token = world.tokens["id_token"].as_str().unwrap();
    let refresh = world.tokens["refresh_token"].as_str().unwrap();
    let saml = "urn:ietf:params:oauth:token-type:saml2";
    for (client, more, error, cause) in [
        (&stranger, &[][..], "invalid_request", "token_exchange.subject_not_for_client"),
        (&unregistered, &[], "unauthorized_client", "grant_type.not_registered"),
        (&world.orders, &[("scope", "read stock")], "invalid_scope", "scope.exceeds"),
        (&world.orders, &[("scope", "write")], "invalid_scope", "scope.exceeds"),
        (&world.orders, &[("audience", "bank")], "invalid_target", "token_exchange.target_not_allowed"),
        (
            &world.orders,
            &[("audience", "stock"), ("resource", "https://bank.example")],
            "invalid_target",
            "token_exchange.target_not_allowed",
        ),
        (&world.orders, &[("resource", ORDERS)], "invalid_target", "token_exchange.target_not_allowed"),
        (&world.orders, &[("resource", "no uri")], "invalid_target", "resource.malformed"),
        (&world.orders, &[("audience", "a b")], "invalid_target", "token_exchange.audience_malformed"),
        (&world.orders, &[("subject_token", "")], "invalid_request", "token_exchange.type_missing"),
        (
            &world.orders,
            &[("subject_token", ""), ("subject_token_type", "")],
            "invalid_request",
            "token_exchange.subject_missing",
        ),
        (&world.orders, &[("subject_token_type", "")], "invalid_request", "token_exchange.type_missing"),
        (&world.orders, &[("subject_token_type", saml)], "invalid_request", "token_exchange.type_unknown"),
        (&world.orders, &[("actor_token_type", ACCESS)], "invalid_request", "token_exchange.type_missing"),
        (&world.orders, &[("requested_token_type", ID)], "invalid_request", "token_exchange.requested_type"),
        (
            &world.orders,
            &[("requested_token_type", saml)],
            "invalid_request",
            "token_exchange.requested_type",
        ),
        (&world.orders, &[("subject_token", "x")], "invalid_request", "token_exchange.foreign_access_token"),
        (
            &world.orders,
            &[("subject_token", refresh)],
            "invalid_request",
            "token_exchange.foreign_access_token",
        ),
        (&world.orders, &[("subject_token", id_token)], "invalid_request", "token.type"),
        (
            &world.orders,
            &[("subject_token", id_token), ("subject_token_type", ID)],
            "invalid_request",
            "token_exchange.id_token",
        ),
        (&world.orders, &[("scope", "read"), ("scope", "read")], "invalid_request", "params.duplicate"),
    ] {
        let answer = world.exchange(client, more).await;
        assert_eq!(answer.error(), (400, error.into()), "{more:?}");
        assert_eq!(world.app.last_cause(), cause, "{more:?}");
    }
    let mut forged = world.tokens["access_token"].as_str().unwrap().to_owned();
    forged.truncate(forged.len() - 8);
    forged.push_str("AAAAAAAA");
    let answer = world.exchange(&world.orders, &[("subject_token", &forged)]).await;
    assert_eq!(
        (answer.error(), world.app.last_cause().as_str()),
        ((400, "invalid_request".into()), "token.signature")
    );
}

/// The new token never outlives the old one, and an old one gives nothing.
#[actix_web::test]
async fn it_ends_with_the_token_that_it_came_from() {
    let world = world(json!({})).await;
    world.app.advance(Duration::seconds(200));
    let given = world.exchange(&world.orders, &[]).await.json();
    assert_eq!(given["expires_in"], 100);
    assert_eq!(claims_of(&given["access_token"])["exp"], claims_of(&world.tokens["access_token"])["exp"]);
    world.app.advance(Duration::seconds(100));
    assert_eq!(world.exchange(&world.orders, &[]).await.error(), (400, "invalid_request".into()));
    assert_eq!(world.app.last_cause(), "token.expired");
}

/// M12, M13, M15: whatever ends the subject's token ends the exchange, and what was exchanged before.
#[actix_web::test]
async fn what_ended_gives_nothing_and_takes_what_was_given() {
    for ending in Ending::ALL {
        let world = world(json!({})).await;
        world.app.change_client("web", |web| web.skip_consent = false);
        let (app, ada) = (&world.app, "ada");
        allow(app);
        let given = world.exchange(&world.orders, &[]).await.json();
        assert!(app.is_active(&world.orders, &given["access_token"]).await, "{ending:?}");
        ending.happen(app, ada, "web");
        assert!(!app.is_active(&world.orders, &given["access_token"]).await, "{ending:?}");
        assert_eq!(
            world.exchange(&world.orders, &[]).await.error(),
            (400, "invalid_request".into()),
            "{ending:?}"
        );
        let cause = if ending.is_of_client() { "client.disabled" } else { ending.cause() };
        assert_eq!(app.last_cause(), cause);
    }
}

/// Ada's consent, as the page would have written it.
fn allow(app: &App) {
    let user: latchkey::records::Username = app.record("ada");
    let act = app.act();
    app.run(move |txn| {
        let consent: latchkey::records::Consent = serde_json::from_value(json!({
            "user_id": user.user_id, "client_id": "web", "scope": "openid email read write",
            "resources": [ORDERS], "given_at": act.now.unix_timestamp(),
        }))
        .unwrap();
        latchkey::records::update(txn, &act.tenant, &consent)
    });
}

/// A token that was revoked by itself gives nothing either.
#[actix_web::test]
async fn a_revoked_token_gives_nothing() {
    let world = world(json!({})).await;
    revoke(&world.app, &world.web, &world.tokens["access_token"]).await;
    assert_eq!(world.exchange(&world.orders, &[]).await.error(), (400, "invalid_request".into()));
    assert_eq!(world.app.last_cause(), "token.revoked");
}

/// RFC 7009 §2.1: what was exchanged from a revoked token dies with it, however often, and with a client on the way.
#[actix_web::test]
async fn what_ends_a_token_ends_all_that_were_exchanged_from_it() {
    for (ends, cause, is_origin_dead) in [
        ("web", "token.origin_revoked", true),
        ("orders", "token.origin_revoked", false),
        ("orders is disabled", "client.disabled", false),
    ] {
        let world = world(json!({ "token_exchange_impersonation": true })).await;
        let app = &world.app;
        let stock = app.with_client(json!({
            "client_id": "stock", "grant_types": [EXCHANGE], "scope": "read",
            "token_exchange": { "token_exchange_audiences": [STOCK], "token_exchange_subject_audiences": [STOCK] },
        }));
        let first = world.exchange(&world.orders, &[]).await.json()["access_token"].clone();
        let second = world.exchange_this(&stock, &first, &[]).await.json()["access_token"].clone();
        let third = world.exchange_this(&stock, &second, &[("scope", "read")]).await.json();
        let third = &third["access_token"];
        assert!(app.is_active(&stock, &first).await && app.is_active(&stock, third).await);
        match ends {
            "web" => revoke(app, &world.web, &world.tokens["access_token"]).await,
            "orders" => revoke(app, &world.orders, &first).await,
            _ => app.change_client("orders", |orders| orders.disabled = true),
        }
        for dead in [&first, &second, third] {
            assert!(!app.is_active(&stock, dead).await, "{ends}");
        }
        let refused = world.exchange_this(&stock, third, &[]).await;
        assert_eq!((refused.error(), app.last_cause().as_str()), ((400, "invalid_request".into()), cause));
        assert_eq!(app.is_active(&world.web, &world.tokens["access_token"]).await, !is_origin_dead, "{ends}");
        let claims = claims_of(third);
        assert_eq!(claims["exchanged_from"].as_array().map(Vec::len), Some(3));
        assert_eq!(claims["exchanged_from"][0]["client_id"], "web");
    }
}

/// A token that the client narrowed for itself is refused at userinfo, too, once the wider one was revoked; and it cannot
/// be narrowed without end.
#[actix_web::test]
async fn a_narrowed_token_ends_with_the_wider_one() {
    let world = world(json!({})).await;
    world.app.change_client("web", |web| web.grant_types.push(latchkey::records::GrantType::TokenExchange));
    let mut token = world.tokens["access_token"].clone();
    for _ in 0..8 {
        let answer = world.exchange_this(&world.web, &token, &[("scope", "openid read")]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        token = answer.json()["access_token"].clone();
    }
    assert_eq!(world.exchange_this(&world.web, &token, &[]).await.error(), (400, "invalid_request".into()));
    assert_eq!(world.app.last_cause(), "token_exchange.chain_too_long");
    assert_eq!(world.app.userinfo(&token).await.status, 200);
    revoke(&world.app, &world.web, &world.tokens["access_token"]).await;
    assert_eq!(world.app.userinfo(&token).await.error(), (401, "invalid_token".into()));
    assert_eq!(world.app.last_cause(), "token.origin_revoked");
}

async fn revoke(app: &App, client: &Credentials, token: &Value) {
    let form = [("token", token.as_str().unwrap())];
    assert_eq!(app.post("/revoke", &form, Some(client)).await.status, 200);
}

/// The client that exchanged is asked for, too, wherever its token is shown.
#[actix_web::test]
async fn it_ends_with_the_client_that_exchanged() {
    let world = world(json!({})).await;
    let given = world.exchange(&world.orders, &[]).await.json();
    let stock = world.app.with_client(json!({
        "client_id": "stock", "introspects": { "introspection_audiences": [STOCK] },
    }));
    assert!(world.app.is_active(&stock, &given["access_token"]).await);
    world.app.change_client("orders", |orders| orders.disabled = true);
    assert!(!world.app.is_active(&stock, &given["access_token"]).await);
    assert_eq!(world.app.last_cause(), "token.inactive");
}

/// RFC 8693 §4.1: the actors before are nested within the present one.
#[actix_web::test]
async fn the_chain_of_actors_is_kept() {
    let world = world(json!({})).await;
    let stock = world.app.with_client(json!({
        "client_id": "stock", "grant_types": [EXCHANGE], "scope": "read",
        "token_exchange": { "token_exchange_audiences": [STOCK], "token_exchange_subject_audiences": [STOCK] },
    }));
    let mut token = world.exchange(&world.orders, &[]).await.json()["access_token"].clone();
    let second = world.exchange_this(&stock, &token, &[]).await.json();
    assert_eq!(
        claims_of(&second["access_token"])["act"],
        json!({ "sub": "stock", "act": { "sub": "orders" } })
    );
    let own = world.exchange_this(&stock, &second["access_token"], &[]).await.json();
    assert_eq!(
        claims_of(&own["access_token"])["act"],
        claims_of(&second["access_token"])["act"],
        "no new actor"
    );
    let clients: Vec<_> = ["a", "b"]
        .map(|name| {
            world.app.with_client(json!({
                "client_id": name, "grant_types": [EXCHANGE], "scope": "read",
                "token_exchange": { "token_exchange_audiences": [STOCK], "token_exchange_subject_audiences": [STOCK] },
            }))
        })
        .into();
    for (at, client) in clients.iter().cycle().take(8).enumerate() {
        let answer = world.exchange_this(client, &token, &[]).await;
        if at < 7 {
            token = answer.json()["access_token"].clone();
        } else {
            assert_eq!(answer.error(), (400, "invalid_request".into()), "{at}");
            assert_eq!(world.app.last_cause(), "token_exchange.chain_too_long");
        }
    }
}

/// RFC 8693 §1.1: acting unseen is a right of its own.
#[actix_web::test]
async fn impersonation_needs_its_right() {
    let world = world(json!({ "token_exchange_impersonation": true })).await;
    let given = world.exchange(&world.orders, &[]).await.json();
    assert_eq!(claims_of(&given["access_token"]).get("act"), None);
}

/// RFC 8693 §2.1, `actor_token`: who acts has a token of the very client that asks.
#[actix_web::test]
async fn an_actor_is_named_by_its_own_token() {
    let world = world(json!({})).await;
    let form = [("grant_type", "client_credentials")];
    let own = world.app.post("/token", &form, Some(&world.orders)).await.json()["access_token"].clone();
    let own = own.as_str().unwrap();
    let given = world.exchange(&world.orders, &[("actor_token", own), ("actor_token_type", ACCESS)]).await;
    assert_eq!(given.status, 200, "{}", given.text());
    assert_eq!(claims_of(&given.json()["access_token"])["act"], json!({ "sub": "orders" }));
    let other = world.app.with_client(json!({ "client_id": "other" }));
    let others = world.app.post("/token", &form, Some(&other)).await.json()["access_token"].clone();
    let form = [("actor_token", others.as_str().unwrap()), ("actor_token_type", ACCESS)];
    assert_eq!(world.exchange(&world.orders, &form).await.error(), (400, "invalid_request".into()));
    assert_eq!(world.app.last_cause(), "token_exchange.actor_of_other_client");
    let form = [("token", own)];
    world.app.post("/revoke", &form, Some(&world.orders)).await;
    let form = [("actor_token", own), ("actor_token_type", ACCESS)];
    assert_eq!(world.exchange(&world.orders, &form).await.error(), (400, "invalid_request".into()));
    assert_eq!(world.app.last_cause(), "token.revoked");
}

/// RFC 8693 §5: a token that is bound to a key is exchanged by whoever proves it, or is allowed to do without.
#[actix_web::test]
async fn a_bound_token_needs_its_key_or_the_right() {
    for (allowed, expected) in [(false, 400), (true, 200)] {
        let world = world(json!({ "token_exchange_bound_subjects": allowed })).await;
        let bound = bound(&world.app, &world.tokens["access_token"]);
        let answer = world.exchange(&world.orders, &[("subject_token", &bound)]).await;
        assert_eq!(answer.status, expected, "{}", answer.text());
        if !allowed {
            assert_eq!(world.app.last_cause(), "binding.proof_missing");
        }
    }
}

/// The same token, bound to a key.
fn bound(app: &App, token: &Value) -> String {
    let mut claims = claims_of(token);
    claims["cnf"] = json!({ "jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" });
    let at = |name: &str| time::OffsetDateTime::from_unix_timestamp(claims[name].as_i64().unwrap()).unwrap();
    let keys = app.realm.keys.load();
    keys.sign_jwt(latchkey::keys::Algorithm::Es256, "at+jwt", &claims, at("iat"), at("exp")).unwrap()
}
