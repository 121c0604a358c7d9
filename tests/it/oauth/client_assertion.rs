//! `private_key_jwt` and `client_secret_jwt`. RFC 7521 §4.2, RFC 7523 §2.2 and §3, OIDC Core §9. attacks: E01-E14.

use crate::support::app::ISSUER;
use crate::support::signed::{Key, unsecured};
use crate::support::{Answer, App};
use openssl::nid::Nid;
use serde_json::{Value, json};
use time::Duration;

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const JWKS_URI: &str = "https://client.example/jwks";

/// What a good assertion claims at the start of the tests' time.
fn claims(jti: &str) -> Value {
    json!({
        "iss": "service", "sub": "service", "aud": ISSUER, "jti": jti,
        "iat": 1_800_000_000, "nbf": 1_800_000_000, "exp": 1_800_000_060,
    })
}

/// The same with other members; null takes one away.
fn claims_with(jti: &str, changes: &Value) -> Value {
    let mut claims = claims(jti);
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        }
    }
    claims
}

/// Asks for a token with this assertion and these further parameters.
async fn ask(app: &App, assertion: &str, more: &[(&str, &str)]) -> Answer {
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
    ];
    form.extend(more);
    app.post("/token", &form, None).await
}

/// An application with a client of this key.
async fn with_key(key: &Key, more: Value) -> App {
    let app = App::start().await;
    register(&app, key, more);
    app
}

fn register(app: &App, key: &Key, mut more: Value) {
    more["token_endpoint_auth_method"] = json!("private_key_jwt");
    if more.get("keys").is_none() {
        more["keys"] = json!({ "jwks": { "keys": [key.public(Some("k1"))] } });
    }
    app.with_client(more);
}

fn header(alg: &str) -> Value {
    json!({ "alg": alg, "kid": "k1" })
}

async fn refused(app: &App, assertion: &str, cause: &str) {
    let answer = ask(app, assertion, &[]).await;
    assert_eq!(answer.error(), (401, "invalid_client".into()), "{cause}: {}", answer.text());
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(app.last_cause(), cause);
}

/// RFC 7523 §2.2.
#[actix_web::test]
async fn a_client_signs_in_with_its_own_key() {
    for (alg, key) in [
        ("ES256", Key::es256()),
        ("ES384", Key::ec(Nid::SECP384R1)),
        ("ES512", Key::ec(Nid::SECP521R1)),
        ("RS256", Key::rsa(2048)),
        ("PS256", Key::rsa(2048)),
        ("EdDSA", Key::ed25519()),
        ("Ed25519", Key::ed25519()),
    ] {
        let app = with_key(&key, json!({})).await;
        let answer = ask(&app, &key.jws(header(alg), &claims("1")), &[]).await;
        assert_eq!(answer.status, 200, "{alg}: {} {}", answer.text(), app.last_cause());
    }
}

/// OIDC Core §9: with the secret itself; RFC 7518 §3.2: long enough for each of the three.
#[actix_web::test]
async fn a_client_signs_in_with_an_assertion_that_its_secret_authenticates() {
    let app = App::start().await;
    let (_, secret) = app.with_client(json!({ "token_endpoint_auth_method": "client_secret_jwt" }));
    let key = Key::Secret(secret.clone().into_bytes());
    for alg in ["HS256", "HS384", "HS512"] {
        let answer = ask(&app, &key.jws(json!({ "alg": alg }), &claims(alg)), &[]).await;
        assert_eq!(answer.status, 200, "{alg}: {} {}", answer.text(), app.last_cause());
    }
    refused(&app, &key.jws(json!({ "alg": "HS256" }), &claims("HS256")), "client_assertion.replayed").await;
    let other = Key::Secret(b"lks_another-secret-of-the-same-length-as-the-right-one-had".to_vec());
    refused(&app, &other.jws(json!({ "alg": "HS256" }), &claims("2")), "jws.signature").await;
    let asymmetric = Key::es256().jws(header("ES256"), &claims("3"));
    refused(&app, &asymmetric, "jws.algorithm").await;
    // The method that is registered is the only one.
    let basic = ("service".to_owned(), secret);
    let answer = app.post("/token", &[("grant_type", "client_credentials")], Some(&basic)).await;
    assert_eq!(answer.error(), (401, "invalid_client".into()));
    assert_eq!(app.last_cause(), "client_auth.method_not_registered");
}

/// While a secret is being exchanged there are two. What is wrong with an assertion beside its signature is told,
/// whichever of them made it.
#[actix_web::test]
async fn of_two_secrets_the_right_one_says_what_is_wrong() {
    let app = App::start().await;
    let (_, old) = app.with_client(json!({ "token_endpoint_auth_method": "client_secret_jwt" }));
    let new = app.with_new_secret("service");
    for (n, secret) in [old, new].into_iter().enumerate() {
        let key = Key::Secret(secret.into_bytes());
        let sign =
            |changes: Value| key.jws(json!({ "alg": "HS256" }), &claims_with(&n.to_string(), &changes));
        refused(&app, &sign(json!({ "exp": 1_799_999_000 })), "jws.expired").await;
        refused(&app, &sign(json!({ "aud": "https://other.example" })), "jws.audience").await;
        assert_eq!(ask(&app, &sign(json!({})), &[]).await.status, 200, "{n}");
    }
    let wrong = Key::Secret(b"lks_another-secret-of-the-same-length-as-the-right-one-had".to_vec());
    refused(&app, &wrong.jws(json!({ "alg": "HS256" }), &claims("x")), "jws.signature").await;
}

/// E01-E05: who signed it, and how. RFC 8725 §2.1, §3.1, §3.2.
#[actix_web::test]
async fn only_the_registered_key_signs() {
    let (key, foreign) = (Key::rsa(2048), Key::rsa(2048));
    let app = with_key(&key, json!({})).await;
    // E01.
    refused(&app, &unsecured(&claims("1")), "jws.unsecured").await;
    // E02: the bytes of the public key as if they were a secret.
    for bytes in [key.private().public_key_to_pem().unwrap(), key.private().public_key_to_der().unwrap()] {
        refused(&app, &Key::Secret(bytes).jws(header("HS256"), &claims("1")), "jws.algorithm").await;
    }
    // E03.
    refused(&app, &foreign.jws(header("RS256"), &claims("1")), "jws.signature").await;
    let unknown = foreign.jws(json!({ "alg": "RS256", "kid": "k2" }), &claims("1"));
    refused(&app, &unknown, "jws.unknown_key").await;
    // E04: a key that the header brings along.
    let own = json!({ "alg": "RS256", "kid": "k1", "jwk": foreign.public(Some("k1")) });
    refused(&app, &foreign.jws(own, &claims("1")), "jws.signature").await;
    // E05: a place that the header names is never asked.
    let set = json!({ "keys": [foreign.public(Some("k1"))] });
    app.outbound.publish("https://evil.example/jwks", &set);
    let jku = json!({
        "alg": "RS256", "kid": "k1", "jku": "https://evil.example/jwks", "x5u": "https://evil.example/jwks",
    });
    refused(&app, &foreign.jws(jku, &claims("1")), "jws.signature").await;
    assert!(app.outbound.sent().is_empty());
    assert_eq!(ask(&app, &key.jws(header("RS256"), &claims("1")), &[]).await.status, 200);
}

/// E06-E11: what it claims. RFC 7523 §3.
#[actix_web::test]
async fn only_an_assertion_for_us_and_for_now_is_taken() {
    let key = Key::es256();
    let app = with_key(&key, json!({})).await;
    let now = 1_800_000_000;
    for (changes, cause) in [
        (json!({ "aud": "https://evil.example" }), "jws.audience"),
        (json!({ "aud": format!("{ISSUER}/") }), "jws.audience"),
        (json!({ "aud": format!("{ISSUER}/userinfo") }), "jws.audience"),
        (json!({ "aud": ["https://evil.example"] }), "jws.audience"),
        (json!({ "aud": null }), "jws.audience"),
        (json!({ "aud": {} }), "jws.claims"),
        (json!({ "exp": now - 60 }), "jws.expired"),
        (json!({ "exp": now - 10 }), "jws.expired"),
        (json!({ "exp": null }), "jws.claims"),
        (json!({ "exp": "soon" }), "jws.claims"),
        (json!({ "exp": 1e99 }), "jws.claims"),
        (json!({ "exp": now + 7200 }), "jws.long_lived"),
        (json!({ "jti": null }), "client_assertion.jti"),
        (json!({ "jti": "" }), "client_assertion.jti"),
        (json!({ "jti": 1 }), "jws.claims"),
        (json!({ "sub": null }), "client_assertion.subject"),
        (json!({ "sub": 1 }), "client_assertion.subject"),
        (json!({ "iss": null }), "client_assertion.issuer"),
        (json!({ "iss": "other" }), "client_assertion.issuer"),
        (json!({ "sub": "other" }), "client.unknown"),
        (json!({ "iat": now + 3600, "exp": now + 3660 }), "jws.not_yet_valid"),
        (json!({ "iat": now + 60 }), "jws.not_yet_valid"),
        (json!({ "nbf": now + 60 }), "jws.not_yet_valid"),
    ] {
        refused(&app, &key.jws(header("ES256"), &claims_with("1", &changes)), cause).await;
    }
    for (jti, changes) in [
        ("a", json!({ "aud": [ISSUER] })),
        ("b", json!({ "aud": format!("{ISSUER}/token") })),
        ("c", json!({ "aud": ["https://other.example", format!("{ISSUER}/token")] })),
        ("d", json!({ "iat": now + 10, "nbf": now + 10 })),
        ("e", json!({ "exp": now - 9 })),
        ("f", json!({ "iat": null, "nbf": null })),
    ] {
        let answer = ask(&app, &key.jws(header("ES256"), &claims_with(jti, &changes)), &[]).await;
        assert_eq!(answer.status, 200, "{changes}: {}", app.last_cause());
    }
}

/// E12, E13: RFC 7515 §4.1.11, RFC 8725 §3.1, §3.11.
#[actix_web::test]
async fn a_header_that_asks_for_anything_else_is_refused() {
    let key = Key::es256();
    let app =
        with_key(&key, json!({ "authentication": { "token_endpoint_auth_signing_alg": "ES256" } })).await;
    for (header, cause) in [
        (json!({ "alg": "ES256", "crit": ["exp"], "exp": 1 }), "jws.critical"),
        (json!({ "alg": "ES256", "crit": ["b64"], "b64": false }), "jws.critical"),
        (json!({ "alg": "ES256", "crit": [] }), "jws.critical"),
        (json!({ "alg": "ES256", "b64": true }), "jws.critical"),
        (json!({ "alg": "ES256", "typ": "at+jwt" }), "jws.type"),
        (json!({ "alg": "ES256", "typ": "dpop+jwt" }), "jws.type"),
        (json!({ "alg": "ES256", "typ": 1 }), "jws.header"),
        (json!({ "alg": "ES256", "kid": ["k1"] }), "jws.header"),
        (json!({ "alg": "ES384" }), "jws.algorithm"),
        (json!({ "alg": "RS256" }), "jws.algorithm"),
        (json!({ "alg": "es256" }), "jws.algorithm"),
        (json!({ "alg": "" }), "jws.algorithm"),
        (json!({ "typ": "JWT" }), "jws.header"),
    ] {
        refused(&app, &key.jws(header, &claims("1")), cause).await;
    }
    for (jti, typ) in [("a", "JWT"), ("b", "client-authentication+jwt"), ("c", "application/jwt")] {
        let header = json!({ "alg": "ES256", "typ": typ });
        assert_eq!(ask(&app, &key.jws(header, &claims(jti)), &[]).await.status, 200, "{typ}");
    }
}

/// E13: a registered algorithm is the only one. OIDC Registration §2.
#[actix_web::test]
async fn another_algorithm_than_the_registered_one_is_refused() {
    let key = Key::rsa(2048);
    let app =
        with_key(&key, json!({ "authentication": { "token_endpoint_auth_signing_alg": "PS256" } })).await;
    refused(&app, &key.jws(header("RS256"), &claims("1")), "jws.algorithm").await;
    assert_eq!(ask(&app, &key.jws(header("PS256"), &claims("1")), &[]).await.status, 200);
}

/// E14: RFC 7523 §3. The identifier is kept until the assertion would have expired, in the store.
#[actix_web::test]
async fn an_assertion_is_taken_once() {
    let key = Key::es256();
    let app = with_key(&key, json!({})).await;
    let other = json!({ "client_id": "other", "keys": { "jwks": { "keys": [key.public(Some("k1"))] } } });
    register(&app, &key, other);
    let assertion = key.jws(header("ES256"), &claims("1"));
    assert_eq!(ask(&app, &assertion, &[]).await.status, 200);
    refused(&app, &assertion, "client_assertion.replayed").await;
    let again = key.jws(header("ES256"), &claims_with("1", &json!({ "exp": 1_800_000_050 })));
    refused(&app, &again, "client_assertion.replayed").await;
    // What is refused for another reason spends nothing.
    let wrong = key.jws(header("ES256"), &claims_with("2", &json!({ "aud": "x" })));
    refused(&app, &wrong, "jws.audience").await;
    assert_eq!(ask(&app, &key.jws(header("ES256"), &claims("2")), &[]).await.status, 200);
    // Identifiers are the client's own.
    let theirs = claims_with("1", &json!({ "iss": "other", "sub": "other" }));
    assert_eq!(ask(&app, &key.jws(header("ES256"), &theirs), &[]).await.status, 200);
    app.advance(Duration::seconds(69));
    refused(&app, &assertion, "client_assertion.replayed").await;
    app.advance(Duration::seconds(1));
    refused(&app, &assertion, "jws.expired").await;
}

/// RFC 6749 §2.3, RFC 7521 §4.2.
#[actix_web::test]
async fn a_request_authenticates_in_one_way_and_completely() {
    let key = Key::es256();
    let app = with_key(&key, json!({})).await;
    let assertion = key.jws(header("ES256"), &claims("1"));
    let grant = ("grant_type", "client_credentials");
    let two = ask(&app, &assertion, &[("client_secret", "x")]).await;
    assert_eq!(
        (two.error(), app.last_cause()),
        ((400, "invalid_request".into()), "client_auth.two_methods".into())
    );
    let form = [grant, ("client_assertion_type", TYPE), ("client_assertion", &assertion)];
    let basic = ("service".to_owned(), "x".to_owned());
    assert_eq!(app.post("/token", &form, Some(&basic)).await.error(), (400, "invalid_request".into()));
    for form in [
        vec![grant, ("client_assertion", &assertion)],
        vec![grant, ("client_assertion_type", TYPE)],
        vec![grant, ("client_assertion_type", TYPE), ("client_assertion", "")],
        vec![grant, form[1], form[2], form[2]],
    ] {
        assert_eq!(
            app.post("/token", &form, None).await.error(),
            (400, "invalid_request".into()),
            "{form:?}"
        );
    }
    let saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    let form = [grant, ("client_assertion_type", saml), ("client_assertion", &assertion)];
    assert_eq!(app.post("/token", &form, None).await.error(), (401, "invalid_client".into()));
    assert_eq!(app.last_cause(), "client_assertion.type_unknown");
    let other = ask(&app, &assertion, &[("client_id", "other")]).await;
    assert_eq!(other.error(), (401, "invalid_client".into()));
    assert_eq!(app.last_cause(), "client_assertion.other_client");
    for garbage in ["x", "a.b", "a.b.c", "..", "e30.e30.AA", "{}", &"A".repeat(60_000)] {
        assert_eq!(ask(&app, garbage, &[]).await.error(), (401, "invalid_client".into()), "{garbage:.20}");
    }
    let same = ask(&app, &assertion, &[("client_id", "service")]).await;
    assert_eq!(same.status, 200, "{}", app.last_cause());
}

/// A client of a secret cannot come with an assertion, nor a disabled client with anything.
#[actix_web::test]
async fn the_registered_method_is_the_only_one() {
    let key = Key::es256();
    let app = App::start().await;
    let keys = json!({ "jwks": { "keys": [key.public(Some("k1"))] } });
    app.with_client(json!({ "keys": keys }));
    refused(&app, &key.jws(header("ES256"), &claims("1")), "client_auth.method_not_registered").await;
    let app = with_key(&key, json!({})).await;
    let form = [("grant_type", "client_credentials"), ("client_id", "service")];
    assert_eq!(app.post("/token", &form, None).await.error(), (401, "invalid_client".into()));
    assert_eq!(app.last_cause(), "client_auth.method_not_registered");
    app.change_client("service", |client| client.disabled = true);
    refused(&app, &key.jws(header("ES256"), &claims("1")), "client.disabled").await;
}

/// FAPI 2.0 Security Profile §5.3.2.1, §5.4.1.
#[actix_web::test]
async fn a_client_of_fapi_names_the_issuer_alone_and_signs_with_what_fapi_allows() {
    let key = Key::rsa(2048);
    for more in [
        json!({ "profile": "fapi2_security" }),
        json!({ "authentication": { "assertion_audience_issuer_only": true } }),
    ] {
        let app = with_key(&key, more).await;
        for aud in [json!(format!("{ISSUER}/token")), json!([ISSUER]), json!([ISSUER, "x"])] {
            let claims = claims_with("1", &json!({ "aud": aud }));
            refused(&app, &key.jws(header("PS256"), &claims), "jws.audience").await;
        }
        // Its tokens would need a proof too; revocation needs none.
        let assertion = key.jws(header("PS256"), &claims("1"));
        let form = [("token", "x"), ("client_assertion_type", TYPE), ("client_assertion", &assertion)];
        assert_eq!(app.post("/revoke", &form, None).await.status, 200, "{}", app.last_cause());
    }
    let app = with_key(&key, json!({ "profile": "fapi2_security" })).await;
    refused(&app, &key.jws(header("RS256"), &claims("1")), "jws.algorithm").await;
}

/// OIDC Core §10.1.1: keys that the client publishes, and how it turns them.
#[actix_web::test]
async fn published_keys_are_fetched_and_kept_until_one_is_missing() {
    let (old, new) = (Key::es256(), Key::es256());
    let app = with_key(&old, json!({ "keys": { "jwks_uri": JWKS_URI } })).await;
    refused(&app, &old.jws(header("ES256"), &claims("1")), "outbound.unreachable").await;
    app.advance(Duration::seconds(5));
    app.outbound.publish(JWKS_URI, &json!({ "keys": [old.public(Some("k1"))] }));
    for jti in ["1", "2", "3"] {
        let answer = ask(&app, &old.jws(header("ES256"), &claims(jti)), &[]).await;
        assert_eq!(answer.status, 200, "{}", app.last_cause());
    }
    assert_eq!(app.outbound.count(JWKS_URI), 2);
    // A new key is found at once, and the next one as soon as the set may be fetched again.
    let signed = |kid: &str, jti: &str| {
        let claims = claims_with(jti, &json!({ "exp": 1_800_000_120 }));
        new.jws(json!({ "alg": "ES256", "kid": kid }), &claims)
    };
    app.outbound.publish(JWKS_URI, &json!({ "keys": [new.public(Some("k2"))] }));
    assert_eq!(ask(&app, &signed("k2", "4"), &[]).await.status, 200, "{}", app.last_cause());
    assert_eq!(app.outbound.count(JWKS_URI), 3);
    app.outbound.publish(JWKS_URI, &json!({ "keys": [new.public(Some("k3"))] }));
    refused(&app, &signed("k3", "5"), "jws.unknown_key").await;
    assert_eq!(app.outbound.count(JWKS_URI), 3, "at most once a minute");
    app.advance(Duration::MINUTE);
    assert_eq!(ask(&app, &signed("k3", "5"), &[]).await.status, 200, "{}", app.last_cause());
    assert_eq!(app.outbound.count(JWKS_URI), 4);
    refused(&app, &signed("k3", "5"), "client_assertion.replayed").await;
}

/// Whoever holds the key is told what is wrong with an assertion; nobody else learns more than that it is.
#[actix_web::test]
async fn only_the_holder_of_the_key_is_told_why() {
    let (key, stranger) = (Key::es256(), Key::es256());
    let app = with_key(&key, json!({})).await;
    for (over, told) in [
        (
            json!({ "aud": "https://other.example" }),
            "aud of the client assertion must be the issuer, as a string.",
        ),
        (json!({ "exp": 1_700_000_000 }), "The client assertion has expired."),
        (json!({ "exp": null }), "The client assertion lacks exp, or has a claim of another type."),
        (json!({ "jti": null }), "The client assertion needs a jti."),
    ] {
        let claims = claims_with("1", &over);
        let own = ask(&app, &key.jws(header("ES256"), &claims), &[]).await;
        assert_eq!((own.status, &own.json()["error_description"]), (401, &json!(told)));
        let other = ask(&app, &stranger.jws(header("ES256"), &claims), &[]).await;
        assert_eq!(other.json()["error_description"], "Client authentication failed.");
    }
}

/// A key without a name that was exchanged is found too.
#[actix_web::test]
async fn a_nameless_key_that_was_exchanged_is_found() {
    let (old, new) = (Key::es256(), Key::es256());
    let app = with_key(&old, json!({ "keys": { "jwks_uri": JWKS_URI } })).await;
    app.outbound.publish(JWKS_URI, &json!({ "keys": [old.public(None)] }));
    let header = json!({ "alg": "ES256" });
    assert_eq!(ask(&app, &old.jws(header.clone(), &claims("1")), &[]).await.status, 200);
    app.outbound.publish(JWKS_URI, &json!({ "keys": [new.public(None)] }));
    app.advance(Duration::MINUTE);
    let later = claims_with("2", &json!({ "exp": 1_800_000_120 }));
    assert_eq!(ask(&app, &new.jws(header, &later), &[]).await.status, 200, "{}", app.last_cause());
}

/// Nobody's keys are fetched for a request that shows no assertion of theirs.
#[actix_web::test]
async fn keys_are_fetched_for_an_assertion_alone() {
    let key = Key::es256();
    let app = with_key(&key, json!({ "keys": { "jwks_uri": JWKS_URI } })).await;
    app.post("/token", &[("grant_type", "client_credentials"), ("client_id", "service")], None).await;
    app.change_client("service", |client| client.disabled = true);
    ask(&app, &key.jws(header("ES256"), &claims("1")), &[]).await;
    assert!(app.outbound.sent().is_empty());
}

/// RFC 7009 §2.1, RFC 7662 §2.1: the same at every endpoint, whose own URL is an audience too.
#[actix_web::test]
async fn revocation_and_introspection_take_assertions_that_name_them() {
    let key = Key::es256();
    let app = with_key(&key, json!({})).await;
    for path in ["/revoke", "/introspect"] {
        for (aud, status) in
            [(format!("{ISSUER}{path}"), 200), (ISSUER.to_owned(), 200), (format!("{ISSUER}/authorize"), 401)]
        {
            let claims = claims_with(&format!("{path} {aud}"), &json!({ "aud": aud }));
            let assertion = key.jws(header("ES256"), &claims);
            let form = [("token", "x"), ("client_assertion_type", TYPE), ("client_assertion", &assertion)];
            let answer = app.post(path, &form, None).await;
            assert_eq!(answer.status, status, "{path} {aud}: {}", answer.text());
        }
    }
    let elsewhere = claims_with("1", &json!({ "aud": format!("{ISSUER}/introspect") }));
    refused(&app, &key.jws(header("ES256"), &elsewhere), "jws.audience").await;
}

/// RFC 8414 §2, RFC 7662 §4.
#[actix_web::test]
async fn discovery_names_the_methods_and_their_algorithms() {
    let metadata = App::start().await.get("/.well-known/openid-configuration").await.json();
    for endpoint in ["token", "revocation", "introspection"] {
        let list =
            |name: &str| metadata[format!("{endpoint}_endpoint_auth_{name}")].as_array().unwrap().clone();
        for method in ["private_key_jwt", "client_secret_jwt"] {
            assert!(list("methods_supported").contains(&json!(method)), "{endpoint} {method}");
        }
        let algorithms = list("signing_alg_values_supported");
        for algorithm in ["ES256", "PS256", "RS256", "EdDSA", "HS256"] {
            assert!(algorithms.contains(&json!(algorithm)), "{endpoint} {algorithm}");
        }
        assert!(!algorithms.contains(&json!("none")));
    }
}

/// No part of an assertion gets into the audit trail.
#[actix_web::test]
async fn the_audit_trail_holds_no_assertion() {
    let key = Key::es256();
    let app = with_key(&key, json!({})).await;
    let good = key.jws(header("ES256"), &claims("1"));
    let bad = Key::es256().jws(header("ES256"), &claims("2"));
    ask(&app, &good, &[]).await;
    refused(&app, &bad, "jws.signature").await;
    let last = app.audit().pop().unwrap();
    assert_eq!((&last["event"], &last["client_id"]), (&json!("authn_client"), &json!("service")));
    let trail = serde_json::to_string(&app.audit()).unwrap();
    for secret in [&good, &bad].into_iter().flat_map(|token| token.split('.')) {
        assert!(!trail.contains(secret));
    }
}
