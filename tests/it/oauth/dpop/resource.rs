//! Proofs at userinfo. RFC 9449 §7. attacks: F01-F07, F12.

use crate::support::App;
use crate::support::dpop::{Prover, ath};
use crate::support::flow::{CALLBACK, VERIFIER};
use actix_web::test::TestRequest;
use serde_json::{Value, json};

/// A token of Ada's that is bound to this key.
async fn bound_token(app: &App, prover: &Prover) -> Value {
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let code = app.code(&ada, &[]).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    app.post_with("/token", &web, &form, &[prover.for_token(app)]).await.json()["access_token"].clone()
}

fn challenges(answer: &crate::support::Answer) -> Vec<String> {
    answer.headers.get_all("www-authenticate").map(|value| value.to_str().unwrap().to_owned()).collect()
}

/// RFC 9449 §7.1.
#[actix_web::test]
async fn the_holder_of_the_key_is_answered() {
    let app = App::start().await;
    let prover = Prover::new();
    let token = bound_token(&app, &prover).await;
    for scheme in ["DPoP", "dpop", "DPOP"] {
        let answer = app.userinfo_by(scheme, &token, &[prover.for_userinfo(&app, &token)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let proof = prover.proof(&app, ("POST", "/userinfo"), &[("ath", ath(&token))]);
    let post = TestRequest::post()
        .uri("/userinfo")
        .insert_header(("authorization", format!("DPoP {}", token.as_str().unwrap())))
        .insert_header(("dpop", proof));
    assert_eq!(app.send(post).await.status, 200);
}

/// RFC 9449 §7.1, §7.2.
#[actix_web::test]
async fn anybody_else_is_refused() {
    let app = App::start().await;
    let prover = Prover::new();
    let token = bound_token(&app, &prover).await;
    let good = || prover.for_userinfo(&app, &token);
    let changed = |over: &[(&str, Value)]| {
        let over: Vec<_> = [("ath", ath(&token))].into_iter().chain(over.iter().cloned()).collect();
        prover.proof(&app, ("GET", "/userinfo"), &over)
    };
    let spent = good();
    assert_eq!(app.userinfo_by("DPoP", &token, std::slice::from_ref(&spent)).await.status, 200);
    for (what, scheme, proofs, error, cause) in [
        ("downgrade", "Bearer", vec![], "invalid_token", "token.bound_to_key"),
        ("downgrade with a proof", "Bearer", vec![good()], "invalid_token", "token.bound_to_key"),
        ("no proof", "DPoP", vec![], "invalid_dpop_proof", "dpop.missing"),
        ("two proofs", "DPoP", vec![good(), good()], "invalid_dpop_proof", "dpop.two_proofs"),
        (
            "another key",
            "DPoP",
            vec![Prover::new().for_userinfo(&app, &token)],
            "invalid_token",
            "binding.proof_of_other_key",
        ),
        ("replay", "DPoP", vec![spent], "invalid_dpop_proof", "dpop.replayed"),
        ("no ath", "DPoP", vec![changed(&[("ath", Value::Null)])], "invalid_dpop_proof", "dpop.ath"),
        ("other ath", "DPoP", vec![changed(&[("ath", ath(&json!("x")))])], "invalid_dpop_proof", "dpop.ath"),
        ("method", "DPoP", vec![changed(&[("htm", json!("POST"))])], "invalid_dpop_proof", "dpop.htm"),
        (
            "endpoint",
            "DPoP",
            vec![changed(&[("htu", json!("http://localhost:8080/token"))])],
            "invalid_dpop_proof",
            "dpop.htu",
        ),
        ("old", "DPoP", vec![changed(&[("iat", json!(1_799_996_400))])], "invalid_dpop_proof", "dpop.iat"),
        ("garbage", "DPoP", vec!["a.b.c".to_owned()], "invalid_dpop_proof", "dpop.malformed"),
    ] {
        let answer = app.userinfo_by(scheme, &token, &proofs).await;
        assert_eq!(answer.error(), (401, error.into()), "{what}");
        assert_eq!(app.last_cause(), cause, "{what}");
        let first = challenges(&answer).remove(0);
        assert!(first.starts_with(&format!("{scheme} ")) && first.contains(error), "{what}: {first}");
        assert!(challenges(&answer).iter().any(|one| one.contains("algs=\"ES256 ")), "{what}");
    }
    assert_eq!(app.userinfo_by("DPoP", &token, &[good()]).await.status, 200, "nothing of this used it up");
}

/// RFC 6750 §2.2 is for bearer tokens alone.
#[actix_web::test]
async fn a_bound_token_in_the_body_is_a_downgrade() {
    let app = App::start().await;
    let prover = Prover::new();
    let token = bound_token(&app, &prover).await;
    let proof = prover.proof(&app, ("POST", "/userinfo"), &[("ath", ath(&token))]);
    let request = TestRequest::post()
        .uri("/userinfo")
        .insert_header(("dpop", proof))
        .set_form([("access_token", token.as_str().unwrap())]);
    assert_eq!(app.send(request).await.error(), (401, "invalid_token".into()));
    assert_eq!(app.last_cause(), "token.bound_to_key");
}

/// RFC 9449 §7.1: an unbound token proves nothing by whatever comes with it.
#[actix_web::test]
async fn an_unbound_token_is_none_of_this_scheme() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let token = app.tokens(&web, &ada, "openid").await["access_token"].clone();
    let answer = app.userinfo_by("DPoP", &token, &[Prover::new().for_userinfo(&app, &token)]).await;
    assert_eq!(answer.error(), (401, "invalid_token".into()));
    assert_eq!(app.last_cause(), "token.not_bound_to_key");
}

/// RFC 9449 §7.2: both schemes are offered; only one may be used at a time.
#[actix_web::test]
async fn one_scheme_is_used_at_a_time() {
    let app = App::start().await;
    let prover = Prover::new();
    let token = bound_token(&app, &prover).await;
    let text = token.as_str().unwrap();
    let offered = challenges(&app.get("/userinfo").await);
    assert!(offered[0].starts_with("Bearer realm=\"latchkey\", resource_metadata="), "{offered:?}");
    assert!(offered[1].starts_with("DPoP ") && !offered[1].contains("error"), "{offered:?}");
    let request = |values: &[String]| {
        let request =
            TestRequest::get().uri("/userinfo").insert_header(("dpop", prover.for_userinfo(&app, &token)));
        values.iter().fold(request, |request, value| request.append_header(("authorization", value.as_str())))
    };
    for values in [
        vec![format!("DPoP {text}"), format!("Bearer {text}")],
        vec![format!("Bearer {text}"), format!("DPoP {text}")],
        vec![format!("DPoP {text}, Bearer {text}")],
        vec![format!("DPoP {text} {text}")],
        vec!["DPoP".to_owned()],
        vec!["DPoP ".to_owned()],
    ] {
        let answer = app.send(request(&values)).await;
        assert_eq!(answer.error(), (400, "invalid_request".into()), "{values:?}");
        assert_eq!(app.last_cause(), "bearer.malformed");
    }
}
