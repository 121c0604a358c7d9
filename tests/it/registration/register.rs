//! The registration endpoint. RFC 7591 §3, OIDC Registration §3.

use super::{URI, with};
use crate::support::App;
use crate::support::app::ISSUER;
use actix_web::test::TestRequest;
use latchkey::oauth::clients::dynamic::Mode;
use serde_json::{Value, json};

/// RFC 7591 §3.2.1: everything that is registered is told, whoever chose it, and nobody may keep it.
#[actix_web::test]
async fn a_client_is_told_all_that_it_is() {
    let app = App::start_registering(|_| {}).await;
    let answer =
        app.register(&with(json!({ "client_name": "Notes", "client_name#de": "Notizen" })), None).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-type"), "application/json");
    let told = answer.json();
    for (name, value) in [
        ("client_name", json!("Notes")),
        ("redirect_uris", json!([URI])),
        ("grant_types", json!(["authorization_code"])),
        ("response_types", json!(["code"])),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("application_type", json!("web")),
        ("scope", json!("openid profile email offline_access")),
        ("client_id_issued_at", json!(1_800_000_000)),
        ("client_secret_expires_at", json!(0)),
        ("skip_consent", json!(false)),
        ("subject_type", json!("public")),
        ("require_auth_time", json!(false)),
        ("backchannel_logout_session_required", json!(false)),
    ] {
        assert_eq!(told[name], value, "{name}");
    }
    let id = told["client_id"].as_str().unwrap();
    assert_eq!(told["registration_client_uri"], format!("{ISSUER}/register/{id}"));
    assert!(told["client_secret"].as_str().unwrap().starts_with("lks_"));
    assert!(told["registration_access_token"].as_str().unwrap().starts_with("lkm_"));
    let trail = app.audit();
    let entry = trail.last().unwrap();
    assert_eq!((entry["event"].as_str(), entry["target"].as_str()), (Some("client_created"), Some(id)));
    let trail = Value::from(trail).to_string();
    for secret in ["client_secret", "registration_access_token"] {
        assert!(!trail.contains(told[secret].as_str().unwrap()), "{secret} in the audit trail");
    }
}

#[actix_web::test]
async fn a_client_that_registered_signs_people_in() {
    let app = App::start_registering(|_| {}).await;
    let told = app.registered(with(json!({ "grant_types": ["authorization_code", "refresh_token"] }))).await;
    let text = |name: &str| told[name].as_str().unwrap().to_owned();
    let client = (text("client_id"), text("client_secret"));
    let ada = app.signed_in("ada");
    let asked = app.authorize(Some(&ada), &[("client_id", client.0.as_str())]).await;
    assert!(asked.header("location").starts_with("/consent?"), "who came by itself never skips consent");
    app.change_client(&client.0, |client| client.skip_consent = true);
    let code = app.code(&ada, &[("client_id", client.0.as_str())]).await;
    let tokens = app.redeem(&client, &code, &[]).await;
    assert_eq!(tokens.status, 200, "{}", tokens.text());
}

/// RFC 7591 §3.2.1: no secret where none is needed.
#[actix_web::test]
async fn a_public_client_gets_no_secret() {
    let app = App::start_registering(|_| {}).await;
    let told = app.registered(with(json!({ "token_endpoint_auth_method": "none" }))).await;
    assert!(told.get("client_secret").is_none() && told.get("client_secret_expires_at").is_none());
    let other = app.registered(with(json!({ "token_endpoint_auth_method": "none" }))).await;
    assert_ne!(told["client_id"], other["client_id"]);
    assert_ne!(told["registration_access_token"], other["registration_access_token"]);
}

/// I01 to I14. RFC 7591 §3.2.2: the code says whether it is the redirect URI, the description begins with the member.
#[actix_web::test]
async fn what_breaks_a_rule_is_refused_by_its_code_and_member() {
    let app =
        App::start_registering(|policy| policy.bounds.scope = "openid".to_owned().try_into().unwrap()).await;
    for uri in [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://app.example/cb#x",
        "http://app.example/cb",
        "https://*.example/cb",
        "https://app.example/../cb",
        "myapp:/cb",
        "",
    ] {
        let answer = app.register(&json!({ "redirect_uris": [uri] }), None).await;
        assert_eq!(answer.error(), (400, "invalid_redirect_uri".into()), "{uri}");
        assert!(answer.json()["error_description"].as_str().unwrap().starts_with("redirect_uris: "));
        assert!(app.last_cause().starts_with("registration.redirect_uri."), "{}", app.last_cause());
    }
    let answer = app.register(&json!({ "redirect_uris": [] }), None).await;
    assert_eq!(answer.error(), (400, "invalid_redirect_uri".into()));
    let key = json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA" });
    for (member, members) in [
        ("redirect_uris", json!({ "redirect_uris": URI })),
        ("jwks, jwks_uri", json!({ "jwks": { "keys": [] }, "jwks_uri": "https://app.example/jwks" })),
        ("jwks", json!({ "jwks": { "keys": [key] } })),
        ("jwks", json!({ "jwks": { "keys": [{ "kty": "oct", "k": "AA" }] } })),
        ("jwks, jwks_uri", json!({ "token_endpoint_auth_method": "private_key_jwt" })),
        ("logo_uri", json!({ "logo_uri": "javascript:alert(1)" })),
        ("client_name", json!({ "client_name": 1 })),
        ("grant_types", json!({ "grant_types": ["implicit"] })),
        ("response_types", json!({ "response_types": ["token"] })),
        ("backchannel_logout_uri", json!({ "backchannel_logout_uri": "http://app.example/out#x" })),
        ("backchannel_logout_uri", json!({ "backchannel_logout_uri": "http://app.example/out" })),
        ("scope", json!({ "scope": "admin" })),
        ("id_token_encrypted_response_alg", json!({ "id_token_encrypted_response_alg": "RSA-OAEP" })),
    ] {
        let answer = app.register(&with(members.clone()), None).await;
        assert_eq!(answer.error(), (400, "invalid_client_metadata".into()), "{members}");
        let description = answer.json()["error_description"].as_str().unwrap().to_owned();
        assert!(description.starts_with(member), "{members}: {description}");
        assert_eq!(app.audit().last().unwrap()["outcome"], "refused");
    }
}

/// I13: bodies that nobody sends in good faith.
#[actix_web::test]
async fn a_body_that_is_no_plain_json_object_is_refused() {
    let app = App::start_registering(|_| {}).await;
    let deep = format!("{{\"redirect_uris\":{}{}}}", "[".repeat(30_000), "]".repeat(30_000));
    for body in [
        deep.as_bytes(),
        b"",
        b"[]",
        b"null",
        b"{\"redirect_uris\":[\"https://app.example/cb\"],\"redirect_uris\":[\"https://evil.example/cb\"]}",
        b"{\"redirect_uris\":[\"https://app.example/cb\"],\"client_name\":\"a\\u0000b\"}",
        b"{\"redirect_uris\":[\"https://app.example/cb\"],\"client_name\":\"\xff\"}",
    ] {
        let answer = app.register_bytes(body.to_vec(), None).await;
        assert_eq!(answer.error(), (400, "invalid_client_metadata".into()), "{} bytes", body.len());
        assert_eq!(app.last_cause(), "registration.document");
    }
    let large = app.register_bytes(vec![b' '; 5_000_000], None).await;
    assert_eq!(large.status, 413);
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"] {
        let request = TestRequest::post().uri("/register").insert_header(("content-type", media_type));
        let answer = app.send(request.set_payload(with(json!({})).to_string())).await;
        assert_eq!(answer.error(), (400, "invalid_request".into()), "{media_type}");
    }
    assert_eq!(app.get("/register").await.status, 405);
}

/// I12, M17: of all that a client names, only its sector is looked at, and through the guarded way alone.
#[actix_web::test]
async fn no_address_of_a_client_is_fetched_but_its_sector() {
    let app = App::start_registering(|_| {}).await;
    let members = json!({
        "client_uri": "https://canary.example/1", "logo_uri": "https://canary.example/2",
        "policy_uri": "https://canary.example/3", "tos_uri": "https://canary.example/4",
        "jwks_uri": "https://canary.example/5", "backchannel_logout_uri": "https://canary.example/6",
        "initiate_login_uri": "https://canary.example/7", "request_uris": ["https://canary.example/8"],
        "post_logout_redirect_uris": ["https://canary.example/9"],
    });
    app.registered(with(members)).await;
    assert_eq!(app.outbound.sent(), []);
    for uri in ["http://169.254.169.254/latest", "http://127.0.0.1:1/", "file:///etc/passwd", "gopher://x/"] {
        let answer = app.register(&with(json!({ "sector_identifier_uri": uri })), None).await;
        assert_eq!(answer.error(), (400, "invalid_client_metadata".into()), "{uri}");
    }
    assert_eq!(app.outbound.sent(), []);
}

/// OIDC Registration §5, OIDC Core §8.1.
#[actix_web::test]
async fn a_sector_must_list_every_redirect_uri() {
    let app = App::start_registering(|_| {}).await;
    let sector = "https://sector.example/uris.json";
    let two = |subject_type: &str| {
        json!({
            "redirect_uris": [URI, "https://b.example/cb"], "subject_type": subject_type,
            "sector_identifier_uri": sector,
        })
    };
    let unlisted = app
        .register(
            &json!({ "redirect_uris": [URI, "https://b.example/cb"], "subject_type": "pairwise" }),
            None,
        )
        .await;
    assert_eq!(unlisted.error(), (400, "invalid_client_metadata".into()));
    let unreachable = app.register(&two("pairwise"), None).await;
    assert_eq!(unreachable.error(), (400, "invalid_client_metadata".into()));
    assert_eq!(app.last_cause(), "outbound.unreachable");
    app.outbound.publish(sector, &json!([URI]));
    for subject_type in ["pairwise", "public"] {
        let answer = app.register(&two(subject_type), None).await;
        assert_eq!(answer.error(), (400, "invalid_client_metadata".into()), "{subject_type}");
        assert_eq!(app.last_cause(), "registration.sector_identifier_uri.redirect_uris");
    }
    app.outbound.publish(sector, &json!([URI, "https://b.example/cb"]));
    let told = app.registered(two("pairwise")).await;
    assert_eq!(told["subject_type"], "pairwise");
    assert_eq!(told["sector_identifier_uri"], sector);
}

#[actix_web::test]
async fn discovery_names_the_endpoint_where_it_works() {
    let app = App::start_registering(|_| {}).await;
    let metadata = app.get("/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["registration_endpoint"], format!("{ISSUER}/register"));
    let off = App::start_registering(|policy| policy.mode = Mode::Off).await;
    let metadata = off.get("/.well-known/openid-configuration").await.json();
    assert!(metadata.get("registration_endpoint").is_none());
    let answer = off.register(&with(json!({})), None).await;
    assert_eq!(answer.error(), (400, "access_denied".into()));
    assert_eq!(off.last_cause(), "registration.off");
}

/// Whoever registers writes what a person reads before saying yes: it can be seen, and turns nothing around.
/// "Trojan Source", CVE-2021-42574.
#[actix_web::test]
async fn a_name_can_be_seen() {
    let app = App::start_registering(|_| {}).await;
    let join = "\u{1f469}\u{200d}\u{1f33e}";
    for good in
        ["Notes", "Meadow \u{2014} Notes", "\u{646}\u{645}\u{6cc}\u{200c}\u{62e}", join, "\u{5e9}\u{5dc}"]
    {
        assert_eq!(app.register(&with(json!({ "client_name": good })), None).await.status, 201, "{good:?}");
    }
    for character in [
        '\n',
        '\u{1b}',
        '\u{85}',
        '\u{9b}',
        '\u{ad}',
        '\u{61c}',
        '\u{115f}',
        '\u{180e}',
        '\u{200b}',
        '\u{200e}',
        '\u{202e}',
        '\u{2028}',
        '\u{2060}',
        '\u{2066}',
        '\u{206a}',
        '\u{2800}',
        '\u{3164}',
        '\u{feff}',
        '\u{ffa0}',
        '\u{fff9}',
        '\u{e0041}',
    ] {
        for name in [format!("No{character}tes"), character.to_string()] {
            let answer = app.register(&with(json!({ "client_name": name })), None).await;
            assert_eq!(answer.error(), (400, "invalid_client_metadata".into()), "{name:?}");
        }
    }
    for empty in ["", " ", "\u{a0}", "\u{3000}", "\u{200c}", "\u{200d}\u{200c}", "\u{fe0f}"] {
        let answer = app.register(&with(json!({ "client_name": empty })), None).await;
        assert_eq!(answer.error(), (400, "invalid_client_metadata".into()), "{empty:?}");
    }
}

/// Keycloak CVE-2026-9689, CVE-2026-18209, CVE-2026-7504, CVE-2026-3872: addresses that answer for us, or are read in two
/// ways, here and where people are sent after a sign-out.
#[actix_web::test]
async fn an_address_holds_nothing_of_an_answer_and_has_one_reading() {
    let app = App::start_registering(|_| {}).await;
    for rest in [
        "?code=x",
        "?x=1&code=x",
        "?state=x",
        "?iss=https://evil.example",
        "?error=x",
        "?error_description=x",
        "?response=x",
        "?session_state=x",
        "?%63ode=x",
        "?c%6Fde",
        "?x=1&state",
        "#code=x",
        "?x#state=1",
    ] {
        let answer = app.register(&json!({ "redirect_uris": [format!("{URI}{rest}")] }), None).await;
        assert_eq!(answer.error(), (400, "invalid_redirect_uri".into()), "{rest}");
    }
    let after = |uri: &str| with(json!({ "post_logout_redirect_uris": [uri] }));
    let answer = app.register(&after("https://app.example/bye?state=x"), None).await;
    assert_eq!(answer.error(), (400, "invalid_client_metadata".into()));
    for good in ["?tenant=1", "?codes=1&estate=2", "?next=code%3Dx", "/..;/cb", "/code=x/state"] {
        app.registered(json!({ "redirect_uris": [format!("{URI}{good}")] })).await;
        app.registered(after(&format!("{URI}{good}"))).await;
    }
    for uri in [
        "https://app.example@evil.example/cb",
        "https://app.example@@evil.example/cb",
        "https://a@b@evil.example/cb",
        "https://@evil.example/cb",
        "https://:@evil.example/cb",
        "https://app.example:443@evil.example/cb",
        "https://app.example%40evil.example/cb",
        "https://app.example\\@evil.example/cb",
        "https://app.example%5c@evil.example/cb",
        "https://[::1]@evil.example/cb",
        "https://[app.example]/cb",
        "https://app.example%00.evil.example/cb",
        "https://app.exa\tmple/cb",
        "https://app.example:99999/cb",
        "http://127.0.0.1@evil.example/cb",
        "http://[::1%25eth0]/cb",
        "http://[::ffff:127.0.0.1]/cb",
        "http://2130706433/cb",
        "http://0/cb",
        "http://0.0.0.0/cb",
        "//app.example/cb",
    ] {
        let answer = app.register(&json!({ "redirect_uris": [uri] }), None).await;
        assert_eq!(answer.error(), (400, "invalid_redirect_uri".into()), "{uri}");
        assert_eq!(
            app.register(&after(uri), None).await.error(),
            (400, "invalid_client_metadata".into()),
            "{uri}"
        );
    }
}
