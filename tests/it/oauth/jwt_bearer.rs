//! Trusted issuers: the `jwt-bearer` grant, token exchange and client authentication by their word. RFC 7521, RFC 7523.
//! attacks: E01-E14.

use crate::support::app::ISSUER;
use crate::support::flow::Credentials;
use crate::support::signed::{Key, unsecured};
use crate::support::{Answer, App};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey::oauth::trust::{IssuerKeys, SubjectPattern, TrustedIssuer};
use latchkey::records::{JwsAlgorithm, Scope};
use serde_json::{Value, json};
use time::Duration;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const CI: &str = "https://ci.example";
const CI_KEYS: &str = "https://ci.example/keys";
const MAIN: &str = "repo:acme/site:ref:refs/heads/main";
const DOMAIN: &str = "spiffe://meadow.example";

fn issuer(issuer: &str, subject: &str) -> TrustedIssuer {
    TrustedIssuer {
        issuer: issuer.to_owned(),
        keys: IssuerKeys::At(format!("{}/keys", issuer.replace("spiffe", "https"))),
        audiences: Vec::new(),
        algorithms: vec![JwsAlgorithm::Es256],
        longest_life: Duration::HOUR,
        single_use: true,
        subjects: vec![SubjectPattern(subject.to_owned())],
        claims: Vec::new(),
        scope: Scope::parse("deploy read openid").unwrap(),
        roles: vec!["ci".to_owned()],
    }
}

/// A CI system whose jobs on `main` of one owner are trusted, a SPIFFE trust domain, and a client for both.
struct World {
    app: App,
    key: Key,
    runner: Credentials,
}

async fn world() -> World {
    let ci = TrustedIssuer {
        claims: vec![("owner_id".to_owned(), "12345".to_owned())],
        ..issuer(CI, "repo:acme/*:ref:refs/heads/main")
    };
    let spiffe = TrustedIssuer { single_use: false, ..issuer(DOMAIN, &format!("{DOMAIN}/ns/*")) };
    let app = App::start_with(|policy| policy.trusted_issuers = [ci, spiffe].into()).await;
    let key = Key::es256();
    let set = json!({ "keys": [key.public(Some("1"))] });
    app.outbound.publish(CI_KEYS, &set);
    let mut bundle = set.clone();
    bundle["keys"][0]["use"] = json!("jwt-svid");
    app.outbound.publish("https://meadow.example/keys", &bundle);
    let runner = app.with_client(json!({
        "client_id": "runner", "grant_types": [GRANT, EXCHANGE, "client_credentials"], "scope": "deploy openid",
        "resources": ["https://a.example"],
        "token_exchange": {
            "token_exchange_audiences": ["https://b.example"],
            "token_exchange_subject_issuers": [CI],
        },
        "authentication": { "workload_identities": [{ "issuer": CI, "subject": MAIN }] },
    }));
    World { app, key, runner }
}

impl World {
    fn claims(&self) -> Value {
        let now = self.app.act().now.unix_timestamp();
        json!({
            "iss": CI, "sub": MAIN, "aud": ISSUER, "iat": now, "exp": now + 300, "jti": "1", "owner_id": "12345",
        })
    }

    fn sign(&self, over: &Value) -> String {
        let mut claims = self.claims();
        for (name, value) in over.as_object().unwrap() {
            claims[name] = value.clone();
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            }
        }
        self.key.jws(json!({ "alg": "ES256", "kid": "1", "typ": "JWT" }), &claims)
    }

    async fn ask(&self, assertion: &str, more: &[(&str, &str)]) -> Answer {
        let mut form = vec![("grant_type", GRANT), ("assertion", assertion)];
        form.extend_from_slice(more);
        self.app.post("/token", &form, Some(&self.runner)).await
    }
}

fn claims(token: &Value) -> Value {
    let part = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// RFC 7523 §2.1: the subject is the workload, named with its issuer.
#[actix_web::test]
async fn a_workload_gets_a_token() {
    let world = world().await;
    let answer = world.ask(&world.sign(&json!({})), &[("resource", "https://a.example")]).await;
    assert_eq!(
        (answer.status, answer.header("cache-control").as_str()),
        (200, "no-store"),
        "{}",
        answer.text()
    );
    let given = answer.json();
    assert_eq!((&given["scope"], given.get("refresh_token")), (&json!("deploy"), None));
    let said = claims(&given["access_token"]);
    for (name, expected) in [
        ("sub", json!(format!("{CI}#{MAIN}"))),
        ("client_id", json!("runner")),
        ("aud", json!("https://a.example")),
        ("roles", json!(["ci"])),
    ] {
        assert_eq!(said[name], expected, "{name}");
    }
    assert!(world.app.is_active(&world.runner, &given["access_token"]).await);
    assert_eq!(world.app.userinfo(&given["access_token"]).await.status, 401, "nobody of ours");
    let metadata = world.app.get("/.well-known/openid-configuration").await.json();
    assert!(metadata["grant_types_supported"].as_array().unwrap().contains(&json!(GRANT)));
    let without = App::start().await.get("/.well-known/openid-configuration").await.json();
    assert!(!without["grant_types_supported"].as_array().unwrap().contains(&json!(GRANT)));
}

/// JWT-SVID §3: a SPIFFE ID names its trust domain, and its token no issuer; its keys say `jwt-svid`.
#[actix_web::test]
async fn a_spiffe_workload_gets_a_token_as_often_as_it_asks() {
    let world = world().await;
    let subject = format!("{DOMAIN}/ns/shop/sa/cart");
    let svid = world.sign(&json!({ "iss": null, "sub": subject, "owner_id": null }));
    for _ in 0..2 {
        let answer = world.ask(&svid, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(claims(&answer.json()["access_token"])["sub"], subject);
    }
    for other in
        ["spiffe://meadow.example", "spiffe://meadow.example.evil/ns/x", "spiffe://meadow.example/other"]
    {
        let answer =
            world.ask(&world.sign(&json!({ "iss": null, "sub": other, "owner_id": null })), &[]).await;
        assert_eq!(answer.error(), (400, "invalid_grant".into()), "{other}");
    }
}

/// RFC 7523 §3, RFC 8725 §3.
#[actix_web::test]
async fn an_assertion_that_is_not_right_is_refused() {
    let world = world().await;
    let now = world.app.act().now.unix_timestamp();
    for (over, cause) in [
        (json!({ "iss": "https://other.example" }), "assertion.issuer_unknown"),
        (json!({ "iss": null }), "assertion.issuer_unknown"),
        (json!({ "iss": ISSUER }), "assertion.issuer_unknown"),
        (json!({ "sub": "repo:acme/site:ref:refs/heads/feature" }), "assertion.subject_not_trusted"),
        (json!({ "sub": "repo:evil/site:ref:refs/heads/main" }), "assertion.subject_not_trusted"),
        (json!({ "sub": null }), "assertion.subject"),
        (json!({ "sub": "" }), "assertion.subject"),
        (json!({ "sub": "x".repeat(600) }), "assertion.subject"),
        (json!({ "owner_id": "1" }), "assertion.subject_not_trusted"),
        (json!({ "owner_id": null }), "assertion.subject_not_trusted"),
        (json!({ "aud": "https://other.example" }), "jws.audience"),
        (json!({ "aud": null }), "jws.audience"),
        (json!({ "exp": null }), "jws.claims"),
        (json!({ "exp": now - 10 }), "jws.expired"),
        (json!({ "exp": now + 3700 }), "jws.long_lived"),
        (json!({ "nbf": now + 60 }), "jws.not_yet_valid"),
        (json!({ "iat": now + 60 }), "jws.not_yet_valid"),
        (json!({ "exp": "soon" }), "jws.claims"),
    ] {
        let answer = world.ask(&world.sign(&over), &[]).await;
        assert_eq!(answer.error(), (400, "invalid_grant".into()), "{over}");
        assert_eq!(world.app.last_cause(), cause, "{over}");
    }
    assert_eq!(world.ask("", &[]).await.error(), (400, "invalid_request".into()));
    assert_eq!(world.app.last_cause(), "assertion.missing");
}

/// E01-E13: nothing but the issuer's own keys, by their own algorithms, for this use.
#[actix_web::test]
async fn a_signature_that_is_not_the_issuers_is_refused() {
    let world = world().await;
    let (claims, foreign) = (world.claims(), Key::es256());
    let public = world.key.public(Some("1")).to_string();
    for (assertion, cause) in [
        (unsecured(&claims), "jws.unsecured"),
        (foreign.jws(json!({ "alg": "ES256", "kid": "1" }), &claims), "jws.signature"),
        (foreign.jws(json!({ "alg": "ES256", "kid": "2" }), &claims), "jws.unknown_key"),
        (
            Key::Secret(public.into_bytes()).jws(json!({ "alg": "HS256", "kid": "1" }), &claims),
            "jws.algorithm",
        ),
        (Key::rsa(2048).jws(json!({ "alg": "RS256" }), &claims), "jws.algorithm"),
        (foreign.jws(json!({ "alg": "ES256", "jwk": foreign.public(None) }), &claims), "jws.signature"),
        (world.key.jws(json!({ "alg": "ES256", "kid": "1", "typ": "at+jwt" }), &claims), "jws.type"),
        (
            world.key.jws(json!({ "alg": "ES256", "kid": "1", "crit": ["x"], "x": 1 }), &claims),
            "jws.critical",
        ),
        ("x.y.z".to_owned(), "jws.malformed"),
        ("x".to_owned(), "jws.malformed"),
    ] {
        let answer = world.ask(&assertion, &[]).await;
        assert_eq!(answer.error(), (400, "invalid_grant".into()), "{cause}");
        assert_eq!(world.app.last_cause(), cause, "{assertion}");
    }
    assert!(world.app.outbound.count(CI_KEYS) <= 2, "an unknown key is asked for once a minute");
}

/// E14: RFC 7523 §3.
#[actix_web::test]
async fn an_assertion_counts_once() {
    let world = world().await;
    let assertion = world.sign(&json!({}));
    assert_eq!(
        world.ask(&assertion, &[("scope", "deploy read")]).await.error(),
        (400, "invalid_scope".into())
    );
    assert_eq!(world.ask(&assertion, &[("resource", "https://x.example")]).await.error().1, "invalid_target");
    assert_eq!(world.ask(&assertion, &[]).await.status, 200, "what was refused was not used up");
    assert_eq!(world.ask(&assertion, &[]).await.error(), (400, "invalid_grant".into()));
    assert_eq!(world.app.last_cause(), "assertion.replayed");
    assert_eq!(world.ask(&world.sign(&json!({ "jti": "2" })), &[]).await.status, 200);
}

/// An issuer that cannot be reached is no fault of ours.
#[actix_web::test]
async fn keys_that_cannot_be_had_prove_nothing() {
    let world = world().await;
    world.app.outbound.publish(CI_KEYS, &json!({ "keys": "none" }));
    assert_eq!(world.ask(&world.sign(&json!({})), &[]).await.error(), (400, "invalid_grant".into()));
    assert_eq!(world.app.last_cause(), "jwks.malformed");
}

/// The client that asked is still asked for, and so is its right to the grant.
#[actix_web::test]
async fn the_client_matters() {
    let world = world().await;
    let given = world.ask(&world.sign(&json!({})), &[]).await.json();
    let service = world.app.with_client(json!({
        "introspects": { "introspection_audiences": ["https://a.example"] },
    }));
    assert!(world.app.is_active(&service, &given["access_token"]).await);
    let form = [("grant_type", GRANT), ("assertion", "x")];
    assert_eq!(
        world.app.post("/token", &form, Some(&service)).await.error(),
        (400, "unauthorized_client".into())
    );
    world.app.change_client("runner", |runner| runner.disabled = true);
    assert!(!world.app.is_active(&service, &given["access_token"]).await);
}

/// RFC 8693 §2.1: a token of a trusted issuer as subject, where the client's settings name the issuer.
#[actix_web::test]
async fn a_workloads_token_is_exchanged_where_that_is_allowed() {
    let world = world().await;
    let assertion = world.sign(&json!({}));
    let form = [("grant_type", EXCHANGE), ("subject_token", assertion.as_str()), ("subject_token_type", JWT)];
    let answer = world.app.post("/token", &form, Some(&world.runner)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let said = claims(&answer.json()["access_token"]);
    assert_eq!((&said["sub"], &said["aud"]), (&json!(format!("{CI}#{MAIN}")), &json!("https://b.example")));
    assert_eq!(said["act"], json!({ "sub": "runner" }));
    assert_eq!(
        world.app.post("/token", &form, Some(&world.runner)).await.error(),
        (400, "invalid_grant".into())
    );
    let svid = world.sign(&json!({ "iss": null, "sub": format!("{DOMAIN}/ns/a"), "owner_id": null }));
    let form = [("grant_type", EXCHANGE), ("subject_token", svid.as_str()), ("subject_token_type", JWT)];
    assert_eq!(
        world.app.post("/token", &form, Some(&world.runner)).await.error(),
        (400, "invalid_request".into())
    );
    assert_eq!(world.app.last_cause(), "token_exchange.issuer_not_allowed");
    let named = world.sign(&json!({ "jti": "3", "may_act": { "sub": "somebody" } }));
    let form = [("grant_type", EXCHANGE), ("subject_token", named.as_str()), ("subject_token_type", JWT)];
    assert_eq!(
        world.app.post("/token", &form, Some(&world.runner)).await.error(),
        (400, "invalid_request".into())
    );
    assert_eq!(world.app.last_cause(), "token_exchange.may_not_act");
    let named = world.sign(&json!({ "jti": "4", "may_act": { "sub": "runner" } }));
    let form = [("grant_type", EXCHANGE), ("subject_token", named.as_str()), ("subject_token_type", JWT)];
    assert_eq!(world.app.post("/token", &form, Some(&world.runner)).await.status, 200);
}

/// RFC 7523 §2.2: the token of a workload proves the client that it is registered for, and no other.
#[actix_web::test]
async fn a_workloads_token_proves_its_client() {
    let world = world().await;
    world.app.with_client(json!({ "client_id": "other" }));
    let ask = async |client: &str, assertion: &str| {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client),
            ("client_assertion_type", ASSERTION),
            ("client_assertion", assertion),
        ];
        world.app.post("/token", &form, None).await
    };
    let right = world.sign(&json!({}));
    let answer = ask("runner", &right).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(claims(&answer.json()["access_token"])["sub"], "runner");
    let another = "repo:acme/other:ref:refs/heads/main";
    for (client, assertion, cause) in [
        ("runner", right.clone(), "assertion.replayed"),
        ("other", world.sign(&json!({ "jti": "2" })), "client_assertion.other_client"),
        ("runner", world.sign(&json!({ "jti": "3", "sub": another })), "client_assertion.other_workload"),
        (
            "runner",
            world.sign(&json!({ "jti": "4", "iss": "https://x.example" })),
            "assertion.issuer_unknown",
        ),
        ("runner", world.sign(&json!({ "jti": "5", "aud": "x" })), "jws.audience"),
        ("runner", Key::es256().jws(json!({ "alg": "ES256", "kid": "1" }), &world.claims()), "jws.signature"),
    ] {
        assert_eq!(ask(client, &assertion).await.error(), (401, "invalid_client".into()), "{cause}");
        assert_eq!(world.app.last_cause(), cause);
    }
}
