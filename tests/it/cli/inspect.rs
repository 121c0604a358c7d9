//! `inspect`: each check that a verifier makes, and why it fails.

use super::process::{Home, Server, pause};
use serde_json::Value;
use std::time::Duration;

/// A server with a service client; gives a token of its, good for so many seconds.
fn issued(home: &Home, seconds: u32) -> (Server, String) {
    let ttl = seconds.to_string();
    let client = home.run(&[
        "client",
        "add",
        "--client-id",
        "svc",
        "--grant-types",
        "client_credentials",
        "--scope",
        "read",
        "--access-token-ttl",
        &ttl,
        "--json",
    ]);
    let secret = client.json()["client_secret"].as_str().unwrap().to_owned();
    let server = home.serve(&[]);
    let answer = server.post("/token", &format!("svc:{secret}"), "grant_type=client_credentials");
    let token = answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    (server, token)
}

/// The names of the checks with this result.
fn checks(explanation: &Value, result: &str) -> Vec<String> {
    let all = explanation["checks"].as_array().unwrap().iter();
    all.filter(|check| check["result"] == result)
        .map(|check| check["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_good_token_passes_every_check_in_both_states() {
    let home = Home::new();
    let (server, token) = issued(&home, 600);
    let issuer = format!("http://{}", server.address);
    let home = home.with("ISSUER", &issuer);
    let arguments = ["inspect", "-", "--audience", &issuer, "--json"];
    let running = home.run_with(&arguments, &token);
    assert_eq!(running.code, 0, "{running:?}");
    let explanation = running.json();
    assert_eq!(explanation["kind"], "access_token");
    assert_eq!(explanation["claims"]["client_id"], "svc");
    let passed = ["form", "kid", "alg", "signature", "typ", "iss", "aud", "exp", "iat", "status"];
    assert_eq!(checks(&explanation, "passed"), passed);
    assert!(checks(&explanation, "failed").is_empty());
    let text = home.run(&["inspect", &token]).done();
    assert!(text.contains("✓ signature") && text.contains("· aud") && text.contains("accepted"), "{text}");

    server.stop();
    assert_eq!(checks(&home.run_with(&arguments, &token).json(), "passed"), passed);
    home.run(&["client", "disable", "svc"]).done();
    let disabled = home.run_with(&arguments, &token);
    assert_eq!((disabled.code, checks(&disabled.json(), "failed")), (1, vec!["status".to_owned()]));
}

#[test]
fn a_tampered_foreign_or_expired_token_fails_where_it_is_wrong() {
    let home = Home::new();
    let (server, token) = issued(&home, 1);
    let home = home.with("ISSUER", &format!("http://{}", server.address));
    let failed = |token: &str, audience: &str| {
        let said = home.run_with(&["inspect", "-", "--json", "--audience", audience], token);
        assert_eq!(said.code, 1, "{said:?}");
        checks(&said.json(), "failed")
    };
    let (head, signature) = token.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { "B" } else { "A" };
    let tampered = format!("{head}.{first}{}", &signature[1..]);
    assert!(failed(&tampered, "x").contains(&"signature".to_owned()));
    assert!(failed(&token, "https://other.example").contains(&"aud".to_owned()));
    pause(Duration::from_millis(1100));
    assert_eq!(failed(&token, &format!("http://{}", server.address)), ["exp"]);
    assert_eq!(failed("garbage", "x"), ["form"]);
    assert_eq!(failed("eyJhbGciOiJub25lIn0.e30.", "x"), ["kid", "typ", "iss", "aud", "exp", "iat"]);
    let opaque = home.run(&["inspect", "lks_something"]);
    assert!(opaque.code == 1 && opaque.out.starts_with("client secret\n"), "{opaque:?}");
    server.stop();
}
