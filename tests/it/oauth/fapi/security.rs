//! FAPI 2.0 Security Profile §5.3.2, §5.4: a client of the profile, whatever the rest of its record says.

use super::{Bank, request};
use crate::support::app::ISSUER;
use crate::support::dpop::Prover;
use crate::support::flow::sent_back;
use crate::support::signed::{Key, claims_of};
use serde_json::{Value, json};
use time::Duration;

async fn bank() -> Bank {
    Bank::start("fapi2_security", json!({})).await
}

#[actix_web::test]
async fn the_whole_way_works() {
    let bank = bank().await;
    let back = sent_back(&bank.take_up(&bank.push(&[]).await).await);
    assert_eq!((&back["iss"][..], &back["state"][..]), (ISSUER, "xyz"));
    let answer = bank.redeem(&back["code"], &[bank.proof("/token")]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let tokens = answer.json();
    assert_eq!(tokens["token_type"], "DPoP");
    assert_eq!(claims_of(&tokens["access_token"])["cnf"]["jkt"], json!(bank.prover.jkt()));
    assert_eq!(claims_of(&tokens["id_token"])["nonce"], "n0nce");
    let proof = bank.prover.for_userinfo(&bank.app, &tokens["access_token"]);
    assert_eq!(bank.app.userinfo_by("DPoP", &tokens["access_token"], &[proof]).await.status, 200);
}

/// §5.3.2.2: only what was pushed, by a client that proved who it is.
#[actix_web::test]
async fn a_request_must_be_pushed() {
    let bank = bank().await;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(request())
        .append_pair("client_id", "bank")
        .finish();
    let back = sent_back(&bank.visit(&format!("/authorize?{query}")).await);
    assert_eq!(back["error"], "invalid_request");
    assert_eq!(bank.app.last_cause(), "request.not_pushed");
    let nobody = bank.app.post_with("/par", &Bank::client(), &request(), &[]).await;
    assert_eq!(nobody.error(), (401, "invalid_client".into()));
}

/// §5.3.2.1: clocks that are 10 seconds ahead are borne. §5.3.2.2: what is pushed lives for less than ten minutes. Both
/// whatever the server allows others.
#[actix_web::test]
async fn the_bounds_of_the_profile_stand_over_the_servers() {
    let change = |rules: &mut latchkey::oauth::Rules| {
        rules.policy.clock_skew = Duration::ZERO;
        rules.policy.requests.pushed_ttl = Duration::minutes(10);
    };
    let bank = Bank::start_under(change, json!({ "profile": "fapi2_security" }), json!({})).await;
    assert_eq!(bank.push(&[]).await.json()["expires_in"], 599);
    let now = bank.app.act().now.unix_timestamp();
    for (ahead, is_borne) in [(8, true), (61, false)] {
        let claims = json!({
            "iss": "bank", "sub": "bank", "aud": ISSUER, "jti": format!("ahead-{ahead}"),
            "iat": now + ahead, "nbf": now + ahead, "exp": now + 300,
        });
        let assertion = bank.key.jws(json!({ "alg": "ES256", "kid": "k1" }), &claims);
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", super::ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ];
        let proof = bank.prover.proof(&bank.app, ("POST", "/token"), &[("iat", json!(now + ahead))]);
        let answer = bank.app.post_with("/token", &Bank::client(), &form, &[proof]).await;
        assert_eq!(answer.status == 200, is_borne, "{ahead}: {}", answer.text());
    }
}

/// §5.3.2.2: with PKCE, by S256.
#[actix_web::test]
async fn a_request_needs_pkce() {
    let bank = Bank::start("fapi2_security", json!({ "require_pkce": false })).await;
    let bare = bank.push(&[("code_challenge", ""), ("code_challenge_method", "")]).await;
    assert_eq!(bare.error(), (400, "invalid_request".into()));
    assert_eq!(bank.app.last_cause(), "pkce.required");
    let plain = bank.push(&[("code_challenge_method", "plain")]).await;
    assert_eq!(plain.error(), (400, "invalid_request".into()));
    let nowhere = bank.push(&[("redirect_uri", "")]).await;
    assert_eq!(nowhere.error(), (400, "invalid_request".into()));
}

/// §5.3.2.1: sender-constrained tokens alone.
#[actix_web::test]
async fn no_token_is_a_bearers() {
    let bank = bank().await;
    let code = bank.code(&[]).await;
    let bare = bank.redeem(&code, &[]).await;
    assert_eq!(bare.error(), (400, "invalid_dpop_proof".into()));
    assert_eq!(bank.app.last_cause(), "dpop.missing");
    assert_eq!(bank.own_token(&[]).await.error(), (400, "invalid_dpop_proof".into()));
    assert_eq!(bank.redeem(&code, &[bank.proof("/token")]).await.status, 200);
}

/// §5.3.2.1, RFC 9449 §10.1: the key of the push is the key of the code.
#[actix_web::test]
async fn the_code_is_bound_to_the_key_of_the_push() {
    let bank = bank().await;
    let code = bank.code(&[]).await;
    let other = bank.redeem(&code, &[Prover::new().for_token(&bank.app)]).await;
    assert_eq!(other.error(), (400, "invalid_grant".into()));
    assert_eq!(bank.app.last_cause(), "binding.proof_of_other_key");
    let differs = bank.push(&[("dpop_jkt", &Prover::new().jkt())]).await;
    assert_eq!((differs.status, bank.app.last_cause().as_str()), (400, "dpop.jkt_differs"));
    let named = bank.push(&[("dpop_jkt", &bank.prover.jkt())]).await;
    assert_eq!(named.status, 201, "{}", named.text());
}

/// §5.3.2.1: the issuer, as a string, and nothing else.
#[actix_web::test]
async fn an_assertion_is_for_the_issuer_alone() {
    let bank = bank().await;
    for (aud, is_right) in [
        (json!(ISSUER), true),
        (json!([ISSUER]), false),
        (json!([ISSUER, "https://other.example"]), false),
        (json!(format!("{ISSUER}/token")), false),
        (json!(format!("{ISSUER}/par")), false),
        (json!(format!("{ISSUER}/")), false),
    ] {
        let assertion = bank.assertion_for(&aud, "ES256", &bank.key);
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", super::ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ];
        let answer = bank.app.post_with("/token", &Bank::client(), &form, &[bank.proof("/token")]).await;
        assert_eq!(answer.status == 200, is_right, "{aud}: {}", answer.text());
    }
}

/// §5.4.1: PS256, ES256 and Ed25519, of assertions and of proofs.
#[actix_web::test]
async fn weak_algorithms_are_refused() {
    let rsa = Key::rsa(2048);
    let keys = json!({ "jwks": { "keys": [rsa.public(Some("k1"))] } });
    let bank = Bank::start("fapi2_security", json!({ "keys": keys })).await;
    for (alg, is_right) in [("PS256", true), ("RS256", false), ("PS384", false)] {
        let assertion = bank.assertion_for(&json!(ISSUER), alg, &rsa);
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", super::ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ];
        let answer = bank.app.post_with("/token", &Bank::client(), &form, &[bank.proof("/token")]).await;
        assert_eq!(answer.status == 200, is_right, "{alg}: {}", answer.text());
    }
    let bank = self::bank().await;
    for (key, alg, is_right) in
        [(rsa.clone(), "PS256", true), (rsa, "RS256", false), (Key::ed25519(), "EdDSA", true)]
    {
        let answer = bank.own_token(&[Prover::with(key, alg).for_token(&bank.app)]).await;
        assert_eq!(answer.status == 200, is_right, "{alg}: {}", answer.text());
    }
    assert_eq!(bank.app.audit().iter().filter(|entry| entry["cause"] == "dpop.algorithm").count(), 1);
}

/// §5.4.1 at a resource: the client's profile counts there too.
#[actix_web::test]
async fn a_weak_proof_is_refused_at_a_resource() {
    let rsa = Key::rsa(2048);
    let mut bank = bank().await;
    bank.prover = Prover::with(rsa.clone(), "PS256");
    let code = bank.code(&[]).await;
    let token = bank.redeem(&code, &[bank.proof("/token")]).await.json()["access_token"].clone();
    let weak = Prover::with(rsa, "RS256");
    assert_eq!(weak.jkt(), bank.prover.jkt());
    let answer = bank.app.userinfo_by("DPoP", &token, &[weak.for_userinfo(&bank.app, &token)]).await;
    assert_eq!(answer.error(), (401, "invalid_dpop_proof".into()));
    let good = bank.prover.proof(
        &bank.app,
        ("GET", "/userinfo"),
        &[("ath", crate::support::dpop::ath(&token)), ("jti", json!("another"))],
    );
    assert_eq!(bank.app.userinfo_by("DPoP", &token, &[good]).await.status, 200);
}

/// §5.3.2.1: a code lives for a minute at most, whatever the server's configuration says.
#[actix_web::test]
async fn a_code_lives_for_a_minute() {
    let bank = Bank::start_under(
        |rules| rules.policy.code_ttl = Duration::minutes(10),
        json!({ "profile": "fapi2_security" }),
        json!({}),
    )
    .await;
    let code = bank.code(&[]).await;
    bank.app.advance(Duration::seconds(60));
    let late = bank.redeem(&code, &[bank.proof("/token")]).await;
    assert_eq!(late.error(), (400, "invalid_grant".into()));
    assert_eq!(bank.app.last_cause(), "code.expired");
}

/// §5.3.2.1: refresh tokens do not rotate, and are not bound to the key of the proof, which may change.
#[actix_web::test]
async fn a_refresh_token_stays_the_same() {
    let bank = Bank::start("fapi2_security", json!({ "rotate_refresh_tokens": true })).await;
    let code = bank.code(&[]).await;
    let tokens = bank.redeem(&code, &[bank.proof("/token")]).await.json();
    let refresh =
        [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
    for prover in [Prover::new(), Prover::new()] {
        let answer = bank.post("/token", &refresh, &[prover.for_token(&bank.app)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json()["refresh_token"], Value::Null);
        assert_eq!(claims_of(&answer.json()["access_token"])["cnf"]["jkt"], json!(prover.jkt()));
    }
    assert_eq!(bank.post("/token", &refresh, &[]).await.error(), (400, "invalid_dpop_proof".into()));
}

/// Answers travel in the query alone.
#[actix_web::test]
async fn no_other_way_of_answering_is_taken() {
    let bank = bank().await;
    for mode in ["form_post", "form_post.jwt", "fragment"] {
        let answer = bank.push(&[("response_mode", mode)]).await;
        assert_eq!(answer.error(), (400, "invalid_request".into()), "{mode}");
    }
    for mode in ["query", "query.jwt", "jwt"] {
        assert_eq!(bank.push(&[("response_mode", mode)]).await.status, 201, "{mode}");
    }
}

/// What no setting can mend is refused wherever the client turns up.
#[actix_web::test]
async fn a_client_that_does_not_meet_its_profile_gets_nothing() {
    for (over, cause) in [
        (json!({ "token_endpoint_auth_method": "client_secret_basic" }), "profile.client_auth"),
        (json!({ "token_endpoint_auth_method": "client_secret_jwt" }), "profile.client_auth"),
        (json!({ "token_endpoint_auth_method": "none" }), "profile.client_auth"),
        (json!({ "redirect_uris": ["http://localhost/cb"] }), "profile.redirect_uri"),
        (json!({ "id_token_signed_response_alg": "RS256" }), "profile.algorithm"),
        (json!({ "access_token_signed_response_alg": "RS256" }), "profile.algorithm"),
        (json!({ "responses": { "authorization_signed_response_alg": "RS256" } }), "profile.algorithm"),
        (json!({ "requests": { "request_object_signing_alg": "none" } }), "profile.algorithm"),
        (json!({ "authentication": { "token_endpoint_auth_signing_alg": "RS256" } }), "profile.algorithm"),
    ] {
        let bank = Bank::start("fapi2_security", over.clone()).await;
        let answer = bank.own_token(&[bank.proof("/token")]).await;
        assert_eq!(answer.error(), (401, "invalid_client".into()), "{over}");
        assert_eq!(bank.app.last_cause(), cause, "{over}");
        let page = bank.visit("/authorize?client_id=bank&response_type=code").await;
        assert_eq!((page.status, bank.app.last_cause().as_str()), (400, cause), "{over}");
    }
}

/// Decisions §5: clocks that are 10 s ahead are borne, those that are 60 s ahead are not.
#[actix_web::test]
async fn clocks_may_differ_a_little() {
    let bank = bank().await;
    let now = bank.app.act().now.unix_timestamp();
    for (ahead, is_right) in [(0, true), (10, true), (60, false)] {
        let claims = json!({
            "iss": "bank", "sub": "bank", "aud": ISSUER, "jti": format!("ahead-{ahead}"),
            "iat": now + ahead, "nbf": now + ahead, "exp": now + ahead + 60,
        });
        let assertion = bank.key.jws(json!({ "alg": "ES256", "kid": "k1" }), &claims);
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", super::ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ];
        let answer = bank.app.post_with("/token", &Bank::client(), &form, &[bank.proof("/token")]).await;
        assert_eq!(answer.status == 200, is_right, "{ahead}: {}", answer.text());
    }
}
