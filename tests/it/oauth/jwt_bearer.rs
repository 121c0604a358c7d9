//! Trusted issuers: the `jwt-bearer` grant, token exchange and client authentication by their word. RFC 7521, RFC 7523.
//! attacks: E01-E14.

use crate::support::app::ISSUER;
use crate::support::exchange::JWT;
use crate::support::signed::{Key, claims_of, unsecured};
use crate::support::workload::{CI, CI_KEYS, CLIENT_ASSERTION, DOMAIN, JWT_BEARER, MAIN, Workloads, issuer};
use crate::support::{Answer, App};
use latchkey::oauth::trust::TrustedIssuer;
use latchkey::records::JwsAlgorithm;
use serde_json::{Value, json};

async fn ask(world: &Workloads, assertion: &str, more: &[(&str, &str)]) -> Answer {
    let mut form = vec![("grant_type", JWT_BEARER), ("assertion", assertion)];
    form.extend_from_slice(more);
    world.app.post("/token", &form, Some(&world.runner)).await
}

/// RFC 7523 §2.1: the subject is the workload, named with its issuer.
#[actix_web::test]
async fn a_workload_gets_a_token() {
    let world = Workloads::start().await;
    let answer = ask(&world, &world.sign(&json!({})), &[("resource", "https://a.example")]).await;
    assert_eq!(
        (answer.status, answer.header("cache-control").as_str()),
        (200, "no-store"),
        "{}",
        answer.text()
    );
    let given = answer.json();
    assert_eq!((&given["scope"], given.get("refresh_token")), (&json!("deploy"), None));
    let said = claims_of(&given["access_token"]);
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
    assert!(metadata["grant_types_supported"].as_array().unwrap().contains(&json!(JWT_BEARER)));
    let without = App::start().await.get("/.well-known/openid-configuration").await.json();
    assert!(!without["grant_types_supported"].as_array().unwrap().contains(&json!(JWT_BEARER)));
}

/// JWT-SVID §3: a SPIFFE ID names its trust domain, and its token no issuer; its keys say `jwt-svid`.
#[actix_web::test]
async fn a_spiffe_workload_gets_a_token_as_often_as_it_asks() {
    let world = Workloads::start().await;
    let subject = format!("{DOMAIN}/ns/shop/sa/cart");
    let svid = world.sign(&json!({ "iss": null, "sub": subject, "owner_id": null }));
    for _ in 0..2 {
        let answer = ask(&world, &svid, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(claims_of(&answer.json()["access_token"])["sub"], subject);
    }
    for other in
        ["spiffe://meadow.example", "spiffe://meadow.example.evil/ns/x", "spiffe://meadow.example/other"]
    {
        let answer =
            ask(&world, &world.sign(&json!({ "iss": null, "sub": other, "owner_id": null })), &[]).await;
        assert_eq!(answer.error(), (400, "invalid_grant".into()), "{other}");
    }
}

/// SPIFFE JWT-SVID §2.1: of its list, to which `EdDSA` does not belong, whatever the configuration says.
#[actix_web::test]
async fn a_spiffe_workload_signs_by_the_algorithms_of_spiffe() {
    let key = Key::ed25519();
    let keys = json!({ "keys": [key.public(Some("1"))] });
    let app = App::start_with(|policy| {
        let all = JwsAlgorithm::ALL_ASYMMETRIC.to_vec();
        let domain = TrustedIssuer { algorithms: all.clone(), ..issuer(DOMAIN, &format!("{DOMAIN}/*")) };
        let other = TrustedIssuer { algorithms: all, ..issuer(CI, "*") };
        policy.trusted_issuers = [domain, other].into();
    })
    .await;
    app.outbound.publish("https://meadow.example/keys", &keys);
    app.outbound.publish(CI_KEYS, &keys);
    let runner =
        app.with_client(json!({ "client_id": "runner", "grant_types": [JWT_BEARER], "scope": "deploy" }));
    let now = app.act().now.unix_timestamp();
    let spiffe = format!("{DOMAIN}/x");
    for (iss, sub, is_taken) in [(json!(CI), MAIN, true), (Value::Null, &spiffe, false)] {
        let claims =
            json!({ "iss": iss, "sub": sub, "aud": ISSUER, "iat": now, "exp": now + 300, "jti": "1" });
        let token = key.jws(json!({ "alg": "EdDSA", "kid": "1" }), &claims);
        let answer =
            app.post("/token", &[("grant_type", JWT_BEARER), ("assertion", &token)], Some(&runner)).await;
        assert_eq!(answer.status == 200, is_taken, "{sub}: {}", answer.text());
    }
    assert_eq!(app.last_cause(), "jws.algorithm");
}

/// RFC 7521 §4.1: the token does not outlive the assertion by much.
#[actix_web::test]
async fn a_token_lives_no_longer_than_the_assertion() {
    let world = Workloads::start().await;
    let now = world.app.act().now.unix_timestamp();
    for (jti, life, expected) in [("a", 600, 300), ("b", 120, 120), ("c", 5, 60)] {
        let answer = ask(&world, &world.sign(&json!({ "jti": jti, "exp": now + life })), &[]).await;
        assert_eq!(answer.json()["expires_in"], expected, "{life}: {}", answer.text());
    }
}

/// RFC 7523 §3, RFC 8725 §3.
#[actix_web::test]
async fn an_assertion_that_is_not_right_is_refused() {
    let world = Workloads::start().await;
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
        let answer = ask(&world, &world.sign(&over), &[]).await;
        assert_eq!(answer.error(), (400, "invalid_grant".into()), "{over}");
        assert_eq!(world.app.last_cause(), cause, "{over}");
        // Whom we trust is not told to whoever cannot sign for them.
        let description = answer.json()["error_description"].as_str().unwrap().to_owned();
        assert_eq!(
            description.contains("trusted here"),
            cause.starts_with("assertion."),
            "{over} {description}"
        );
    }
    assert_eq!(ask(&world, "", &[]).await.error(), (400, "invalid_request".into()));
    assert_eq!(world.app.last_cause(), "assertion.missing");
}

/// E01-E13: nothing but the issuer's own keys, by their own algorithms, for this use.
#[actix_web::test]
async fn a_signature_that_is_not_the_issuers_is_refused() {
    let world = Workloads::start().await;
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
        let answer = ask(&world, &assertion, &[]).await;
        assert_eq!(answer.error(), (400, "invalid_grant".into()), "{cause}");
        assert_eq!(world.app.last_cause(), cause, "{assertion}");
    }
    assert!(world.app.outbound.count(CI_KEYS) <= 2, "an unknown key is asked for once a minute");
}

/// E14: RFC 7523 §3.
#[actix_web::test]
async fn an_assertion_counts_once() {
    let world = Workloads::start().await;
    let assertion = world.sign(&json!({}));
    assert_eq!(
        ask(&world, &assertion, &[("scope", "deploy read")]).await.error(),
        (400, "invalid_scope".into())
    );
    assert_eq!(
        ask(&world, &assertion, &[("resource", "https://x.example")]).await.error().1,
        "invalid_target"
    );
    assert_eq!(ask(&world, &assertion, &[]).await.status, 200, "what was refused was not used up");
    assert_eq!(ask(&world, &assertion, &[]).await.error(), (400, "invalid_grant".into()));
    assert_eq!(world.app.last_cause(), "assertion.replayed");
    assert_eq!(ask(&world, &world.sign(&json!({ "jti": "2" })), &[]).await.status, 200);
}

/// An issuer that cannot be reached is no fault of ours.
#[actix_web::test]
async fn keys_that_cannot_be_had_prove_nothing() {
    let world = Workloads::start().await;
    world.app.outbound.publish(CI_KEYS, &json!({ "keys": "none" }));
    assert_eq!(ask(&world, &world.sign(&json!({})), &[]).await.error(), (400, "invalid_grant".into()));
    assert_eq!(world.app.last_cause(), "jwks.malformed");
}

/// The client that asked is still asked for, and so is its right to the grant.
#[actix_web::test]
async fn the_client_matters() {
    let world = Workloads::start().await;
    let given = ask(&world, &world.sign(&json!({})), &[]).await.json();
    let service = world.app.with_client(json!({
        "introspects": { "introspection_audiences": ["https://a.example"] },
    }));
    assert!(world.app.is_active(&service, &given["access_token"]).await);
    let form = [("grant_type", JWT_BEARER), ("assertion", "x")];
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
    let world = Workloads::start().await;
    let exchange =
        async |token: &str| world.app.exchange(&world.runner, token, &[("subject_token_type", JWT)]).await;
    let assertion = world.sign(&json!({}));
    let answer = exchange(&assertion).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let said = claims_of(&answer.json()["access_token"]);
    assert_eq!((&said["sub"], &said["aud"]), (&json!(format!("{CI}#{MAIN}")), &json!("https://b.example")));
    assert_eq!(said["act"], json!({ "sub": "runner" }));
    let another = json!({ "iss": null, "sub": format!("{DOMAIN}/ns/a"), "owner_id": null });
    for (token, cause) in [
        (assertion, "assertion.replayed"),
        (world.sign(&another), "token_exchange.issuer_not_allowed"),
        (world.sign(&json!({ "jti": "3", "may_act": { "sub": "x" } })), "token_exchange.may_not_act"),
    ] {
        assert_eq!(exchange(&token).await.error(), (400, "invalid_request".into()), "{cause}");
        assert_eq!(world.app.last_cause(), cause);
    }
    let named = world.sign(&json!({ "jti": "4", "may_act": { "sub": "runner" } }));
    assert_eq!(exchange(&named).await.status, 200);
}

/// RFC 7523 §2.2: the token of a workload proves the client that it is registered for, and no other.
#[actix_web::test]
async fn a_workloads_token_proves_its_client() {
    let world = Workloads::start().await;
    world.app.with_client(json!({ "client_id": "other" }));
    let ask = async |client: &str, assertion: &str| {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client),
            ("client_assertion_type", CLIENT_ASSERTION),
            ("client_assertion", assertion),
        ];
        world.app.post("/token", &form, None).await
    };
    let right = world.sign(&json!({}));
    let answer = ask("runner", &right).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(claims_of(&answer.json()["access_token"])["sub"], "runner");
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
