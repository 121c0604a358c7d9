//! Proofs at the token endpoint, and what is bound to their key. RFC 9449 §4, §5, §10.

use crate::support::dpop::Prover;
use crate::support::flow::{CALLBACK, Credentials, Person, VERIFIER};
use crate::support::signed::{Key, claims_of, encode};
use crate::support::{Answer, App};
use openssl::nid::Nid;
use serde_json::{Value, json};
use time::Duration;

const OWN: [(&str, &str); 1] = [("grant_type", "client_credentials")];

async fn own_token(app: &App, client: &Credentials, proof: String) -> Answer {
    app.post_with("/token", client, &OWN, &[proof]).await
}

fn public(app: &App) -> Credentials {
    app.with_web_client(&[("token_endpoint_auth_method", json!("none"))])
}

async fn redeem(app: &App, client: &Credentials, code: &str, proofs: &[String]) -> Answer {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    app.post_with("/token", client, &form, proofs).await
}

async fn refresh(app: &App, client: &Credentials, tokens: &Value, proofs: &[String]) -> Answer {
    let token = tokens["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    app.post_with("/token", client, &form, proofs).await
}

async fn tokens(app: &App, client: &Credentials, person: &Person, prover: &Prover) -> Value {
    let code = app.code(person, &[("scope", "openid offline_access")]).await;
    let answer = redeem(app, client, &code, &[prover.for_token(app)]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// RFC 9449 §5, §6.1, §6.2.
#[actix_web::test]
async fn the_token_is_bound_to_the_key_of_the_proof() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    for (key, alg) in [
        (Key::es256(), "ES256"),
        (Key::ec(Nid::SECP384R1), "ES384"),
        (Key::ec(Nid::SECP521R1), "ES512"),
        (Key::rsa(2048), "PS256"),
        (Key::rsa(2048), "RS256"),
        (Key::ed25519(), "EdDSA"),
        (Key::ed25519(), "Ed25519"),
    ] {
        let prover = Prover::with(key, alg);
        let answer = own_token(&app, &service, prover.for_token(&app)).await;
        assert_eq!((answer.status, &answer.json()["token_type"]), (200, &json!("DPoP")), "{alg}");
        let token = answer.json()["access_token"].clone();
        assert_eq!(claims_of(&token)["cnf"], json!({ "jkt": prover.jkt() }), "{alg}");
        let told = app.post("/introspect", &[("token", token.as_str().unwrap())], Some(&service)).await;
        assert_eq!(told.json()["cnf"], json!({ "jkt": prover.jkt() }));
        assert_eq!(told.json()["token_type"], "DPoP");
    }
    let plain = app.post("/token", &OWN, Some(&service)).await.json();
    assert_eq!(
        (&plain["token_type"], &claims_of(&plain["access_token"])["cnf"]),
        (&json!("Bearer"), &Value::Null)
    );
}

/// RFC 9449 §4.3.
#[actix_web::test]
async fn a_proof_that_says_something_else_is_refused() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    let now = app.act().now.unix_timestamp();
    let long = "j".repeat(513);
    for (name, value, cause) in [
        ("htm", json!("GET"), "dpop.htm"),
        ("htm", json!("post"), "dpop.htm"),
        ("htm", Value::Null, "dpop.claims"),
        ("htu", json!("http://localhost:8080/userinfo"), "dpop.htu"),
        ("htu", json!("https://localhost:8080/token"), "dpop.htu"),
        ("htu", json!("http://evil.example/token"), "dpop.htu"),
        ("htu", json!("/token"), "dpop.htu"),
        ("htu", json!(""), "dpop.htu"),
        ("htu", Value::Null, "dpop.claims"),
        ("iat", json!(now - 3600), "dpop.iat"),
        ("iat", json!(now + 3600), "dpop.iat"),
        ("iat", json!(now + 60), "dpop.iat"),
        ("iat", json!(now + 11), "dpop.iat"),
        ("iat", json!(now - 70), "dpop.iat"),
        ("iat", json!("now"), "dpop.claims"),
        ("iat", json!(1e300), "dpop.claims"),
        ("iat", Value::Null, "dpop.claims"),
        ("jti", Value::Null, "dpop.claims"),
        ("jti", json!(""), "dpop.jti"),
        ("jti", json!(7), "dpop.claims"),
        ("jti", json!(long), "dpop.jti"),
        ("exp", json!(now - 10), "dpop.times"),
        ("exp", json!("soon"), "dpop.claims"),
        ("nbf", json!(now + 11), "dpop.times"),
    ] {
        let proof = Prover::new().proof(&app, ("POST", "/token"), &[(name, value.clone())]);
        let answer = own_token(&app, &service, proof).await;
        assert_eq!(answer.error(), (400, "invalid_dpop_proof".into()), "{name} {value}");
        assert_eq!(app.last_cause(), cause, "{name} {value}");
    }
}

/// RFC 9449 §4.3; decisions: 10 s ahead pass, 60 s do not.
#[actix_web::test]
async fn other_spellings_and_other_clocks_are_taken() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    let now = app.act().now.unix_timestamp();
    for (name, value) in [
        ("htu", json!("HTTP://LocalHost:8080/token")),
        ("htu", json!("http://localhost:8080/token?a=b#c")),
        ("htu", json!("http://localhost:8080/x/../%74oken")),
        ("iat", json!(now + 10)),
        ("iat", json!(now - 60)),
        ("exp", json!(now - 9)),
        ("nbf", json!(now + 10)),
        ("ath", json!("not looked at without a token")),
        ("more", json!({ "of": "this" })),
    ] {
        let proof = Prover::new().proof(&app, ("POST", "/token"), &[(name, value.clone())]);
        assert_eq!(own_token(&app, &service, proof).await.status, 200, "{name} {value}");
    }
}

/// The URL is ours by configuration: what the request says of itself does not count.
#[actix_web::test]
async fn a_forged_host_makes_no_url_ours() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    let proof = Prover::new().proof(&app, ("POST", "/token"), &[("htu", json!("http://evil.example/token"))]);
    let request = actix_web::test::TestRequest::post()
        .uri("/token")
        .insert_header(("host", "evil.example"))
        .insert_header(("x-forwarded-host", "evil.example"))
        .insert_header(("dpop", proof))
        .set_form([
            ("grant_type", "client_credentials"),
            ("client_id", &service.0),
            ("client_secret", &service.1),
        ]);
    app.change_client("service", |client| {
        client.token_endpoint_auth_method = latchkey::records::TokenEndpointAuthMethod::ClientSecretPost;
    });
    assert_eq!(app.send(request).await.error(), (400, "invalid_dpop_proof".into()));
    assert_eq!(app.last_cause(), "dpop.htu");
}

/// RFC 9449 §4.3, 2 to 7; RFC 8725 §3.1.
#[actix_web::test]
async fn a_header_that_is_no_proofs_is_refused() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    let prover = Prover::new();
    let other = Key::es256();
    let private = {
        let mut jwk = prover.key.public(None);
        let d = prover.key.private().ec_key().unwrap().private_key().to_vec_padded(32).unwrap();
        jwk["d"] = json!(encode(d));
        jwk
    };
    let public = prover.key.public(None);
    let secret = json!({ "kty": "oct", "k": encode([7; 32]) });
    for (over, cause) in [
        (json!({ "typ": "JWT" }), "dpop.typ"),
        (json!({ "typ": null }), "dpop.typ"),
        (json!({ "typ": "at+jwt" }), "dpop.typ"),
        (json!({ "jwk": null }), "dpop.jwk"),
        (json!({ "jwk": null, "kid": "1" }), "dpop.jwk"),
        (json!({ "jwk": private }), "dpop.private_key"),
        (json!({ "jwk": secret }), "dpop.private_key"),
        (json!({ "jwk": secret, "alg": "HS256" }), "dpop.private_key"),
        (json!({ "jwk": other.public(None) }), "dpop.signature"),
        (json!({ "jwk": "key" }), "dpop.jwk"),
        (json!({ "jwk": { "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" } }), "dpop.jwk"),
        (json!({ "alg": "RS256" }), "dpop.algorithm"),
        (json!({ "alg": "ES384" }), "dpop.algorithm"),
        (json!({ "alg": "none" }), "dpop.algorithm"),
        (json!({ "alg": "XX999" }), "dpop.algorithm"),
        (json!({ "crit": ["exp"] }), "dpop.malformed"),
        (json!({ "jwk": public, "b64": false }), "dpop.malformed"),
    ] {
        let mut header = prover.header();
        for (name, value) in over.as_object().unwrap() {
            header[name] = value.clone();
        }
        header.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let claims = prover.claims(&app, "POST", "/token");
        let signed_as = json!({ "alg": "ES256" });
        let input = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let signature = prover.key.sign(signed_as["alg"].as_str().unwrap(), input.as_bytes());
        let answer = own_token(&app, &service, format!("{input}.{}", encode(signature))).await;
        assert_eq!(answer.error(), (400, "invalid_dpop_proof".into()), "{over}");
        assert_eq!(app.last_cause(), cause, "{over}");
    }
    for text in ["", "garbage", "a.b.c", "a.b.c.d", "{}", "\u{e9}"] {
        let answer = own_token(&app, &service, text.to_owned()).await;
        assert_eq!(answer.error(), (400, "invalid_dpop_proof".into()), "{text}");
        assert_eq!(app.last_cause(), "dpop.malformed", "{text}");
    }
    let weak = Prover::with(Key::rsa(1024), "RS256");
    own_token(&app, &service, weak.for_token(&app)).await;
    assert_eq!(app.last_cause(), "dpop.jwk", "a short key");
}

/// RFC 9449 §4.3, 1.
#[actix_web::test]
async fn two_proofs_are_none() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    let prover = Prover::new();
    let both = [prover.for_token(&app), prover.for_token(&app)];
    let answer = app.post_with("/token", &service, &OWN, &both).await;
    assert_eq!(answer.error(), (400, "invalid_dpop_proof".into()));
    assert_eq!(app.last_cause(), "dpop.two_proofs");
    let joined = app.post_with("/token", &service, &OWN, &[both.join(", ")]).await;
    assert_eq!(joined.error(), (400, "invalid_dpop_proof".into()));
}

/// RFC 9449 §11.1.
#[actix_web::test]
async fn a_proof_is_good_once() {
    let app = App::start().await;
    let service = app.with_client(json!({}));
    let prover = Prover::new();
    let proof = prover.for_token(&app);
    assert_eq!(own_token(&app, &service, proof.clone()).await.status, 200);
    for _ in 0..2 {
        let again = own_token(&app, &service, proof.clone()).await;
        assert_eq!(again.error(), (400, "invalid_dpop_proof".into()));
        assert_eq!(app.last_cause(), "dpop.replayed");
        app.advance(Duration::seconds(30));
    }
    // Another key may well use the same identifier.
    let jti = |prover: &Prover| prover.proof(&app, ("POST", "/token"), &[("jti", json!("one"))]);
    assert_eq!(own_token(&app, &service, jti(&prover)).await.status, 200);
    assert_eq!(own_token(&app, &service, jti(&Prover::new())).await.status, 200);
    assert_eq!(own_token(&app, &service, jti(&prover)).await.status, 400);
}

/// RFC 9449 §5.2.
#[actix_web::test]
async fn a_client_that_is_bound_must_prove() {
    let app = App::start().await;
    let service = app.with_client(json!({ "binding": { "dpop_bound_access_tokens": true } }));
    let answer = app.post("/token", &OWN, Some(&service)).await;
    assert_eq!(answer.error(), (400, "invalid_dpop_proof".into()));
    assert_eq!(app.last_cause(), "dpop.missing");
    assert_eq!(own_token(&app, &service, Prover::new().for_token(&app)).await.status, 200);
}

/// RFC 9449 §10.
#[actix_web::test]
async fn a_code_is_redeemed_with_the_key_that_it_was_asked_for_with() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let prover = Prover::new();
    let jkt = prover.jkt();
    let code = app.code(&ada, &[("dpop_jkt", &jkt)]).await;
    let other = redeem(&app, &web, &code, &[Prover::new().for_token(&app)]).await;
    assert_eq!(other.error(), (400, "invalid_grant".into()));
    assert_eq!(app.last_cause(), "binding.proof_of_other_key");
    let none = redeem(&app, &web, &code, &[]).await;
    assert_eq!(none.error(), (400, "invalid_dpop_proof".into()));
    assert_eq!(app.last_cause(), "dpop.missing");
    assert_eq!(redeem(&app, &web, &code, &[prover.for_token(&app)]).await.status, 200);
    for malformed in ["short", &format!("{jkt}A"), &jkt.replace(|_: char| true, "="), "\u{e9}"] {
        let answer = app.authorize(Some(&ada), &[("dpop_jkt", malformed)]).await;
        assert!(answer.header("location").contains("error=invalid_request"), "{malformed}");
        assert_eq!(app.last_cause(), "dpop_jkt.malformed");
    }
}

/// F16. RFC 9449 §5: the refresh tokens of a public client are bound.
#[actix_web::test]
async fn a_public_client_refreshes_with_the_same_key() {
    let app = App::start().await;
    let native = public(&app);
    let ada = app.signed_in("ada");
    let prover = Prover::new();
    let first = tokens(&app, &native, &ada, &prover).await;
    let other = refresh(&app, &native, &first, &[Prover::new().for_token(&app)]).await;
    assert_eq!(other.error(), (400, "invalid_grant".into()));
    assert_eq!(app.last_cause(), "binding.proof_of_other_key");
    let none = refresh(&app, &native, &first, &[]).await;
    assert_eq!(none.error(), (400, "invalid_dpop_proof".into()));
    let second = refresh(&app, &native, &first, &[prover.for_token(&app)]).await;
    assert_eq!(claims_of(&second.json()["access_token"])["cnf"]["jkt"], json!(prover.jkt()));
}

/// RFC 9449 §5: a public client that begins to prove is bound from then on.
#[actix_web::test]
async fn a_public_client_is_bound_by_its_first_proof() {
    let app = App::start().await;
    let native = public(&app);
    let ada = app.signed_in("ada");
    let code = app.code(&ada, &[("scope", "openid offline_access")]).await;
    let plain = redeem(&app, &native, &code, &[]).await.json();
    let prover = Prover::new();
    let bound = refresh(&app, &native, &plain, &[prover.for_token(&app)]).await.json();
    assert_eq!(bound["token_type"], "DPoP");
    assert_eq!(refresh(&app, &native, &bound, &[]).await.error(), (400, "invalid_dpop_proof".into()));
    assert_eq!(refresh(&app, &native, &bound, &[prover.for_token(&app)]).await.status, 200);
}

/// RFC 9700 §4.14.2: a thief who brings a key of his own cannot hide from its owner that the token was stolen.
#[actix_web::test]
async fn an_old_token_gives_its_family_away_whatever_key_is_proved() {
    let app = App::start().await;
    let native = public(&app);
    let ada = app.signed_in("ada");
    let code = app.code(&ada, &[("scope", "openid offline_access")]).await;
    let plain = redeem(&app, &native, &code, &[]).await.json();
    let thief = Prover::new();
    let stolen = refresh(&app, &native, &plain, &[thief.for_token(&app)]).await.json();
    let owner = refresh(&app, &native, &plain, &[]).await;
    assert_eq!(
        (owner.error(), app.last_cause().as_str()),
        ((400, "invalid_grant".into()), "refresh_token.reused")
    );
    let again = refresh(&app, &native, &stolen, &[thief.for_token(&app)]).await;
    assert_eq!(again.error(), (400, "invalid_grant".into()));
}

/// RFC 9449 §5: those of other clients are bound to the client; its new tokens are bound to the key that it proves now.
#[actix_web::test]
async fn a_confidential_client_may_change_its_key() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let first = tokens(&app, &web, &ada, &Prover::new()).await;
    let next = Prover::new();
    let second = refresh(&app, &web, &first, &[next.for_token(&app)]).await.json();
    assert_eq!(claims_of(&second["access_token"])["cnf"]["jkt"], json!(next.jkt()));
    let broken = next.proof(&app, ("POST", "/token"), &[("htm", json!("GET"))]);
    let refused = refresh(&app, &web, &second, &[broken]).await;
    assert_eq!(refused.error(), (400, "invalid_dpop_proof".into()), "the proof is checked all the same");
}

/// A retry within the grace is answered to whoever proves the same key; another key is another's.
#[actix_web::test]
async fn a_retry_proves_the_same_key() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let prover = Prover::new();
    let first = tokens(&app, &web, &ada, &prover).await;
    let second = refresh(&app, &web, &first, &[prover.for_token(&app)]).await.json();
    let retried = refresh(&app, &web, &first, &[prover.for_token(&app)]).await.json();
    assert_eq!(second["refresh_token"], retried["refresh_token"]);
    let other = refresh(&app, &web, &first, &[Prover::new().for_token(&app)]).await;
    assert_eq!(other.error(), (400, "invalid_grant".into()));
    assert_eq!(app.last_cause(), "refresh_token.reused");
    let newest = refresh(&app, &web, &second, &[prover.for_token(&app)]).await;
    assert_eq!(newest.error(), (400, "invalid_grant".into()), "the family is dead");
}

/// RFC 9449 §5.1.
#[actix_web::test]
async fn discovery_names_the_algorithms() {
    let app = App::start().await;
    let listed = app.get("/.well-known/openid-configuration").await.json();
    let listed = listed["dpop_signing_alg_values_supported"].as_array().unwrap().clone();
    assert!(listed.contains(&json!("ES256")) && listed.contains(&json!("EdDSA")));
    assert!(!listed.iter().any(|alg| alg == "none" || alg.as_str().unwrap().starts_with("HS")));
}

/// Class 8 of attacks: each spent proof is a durable write, and keys are anybody's to make.
#[actix_web::test]
async fn one_address_spends_only_so_many_proofs_of_public_clients() {
    let app = App::start().await;
    let (native, service) = (public(&app), app.with_client(json!({ "client_id": "worker" })));
    for _ in 0..100 {
        let answer = redeem(&app, &native, "lkc_wrong", &[Prover::new().for_token(&app)]).await;
        assert_eq!(answer.error(), (400, "invalid_grant".into()));
    }
    let prover = Prover::new();
    let refused = redeem(&app, &native, "lkc_wrong", &[prover.for_token(&app)]).await;
    assert_eq!(refused.error(), (429, "temporarily_unavailable".into()));
    assert_eq!(refused.header("retry-after"), "1");
    let entry = app.audit().pop().unwrap();
    assert_eq!((&entry["cause"], &entry["client_id"]), (&json!("address.too_many"), &json!(native.0)));
    let plain = redeem(&app, &native, "lkc_wrong", &[]).await;
    assert_eq!(plain.error(), (400, "invalid_grant".into()), "what spends nothing is not counted");
    assert_eq!(own_token(&app, &service, prover.for_token(&app)).await.status, 200);
    app.advance(Duration::SECOND);
    let again = redeem(&app, &native, "lkc_wrong", &[prover.for_token(&app)]).await;
    assert_eq!(again.error(), (400, "invalid_grant".into()));
}
