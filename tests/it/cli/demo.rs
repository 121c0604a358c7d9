//! The demonstration.

use super::process::Home;
use serde_json::{Value, json};
use std::process::Command;

#[test]
fn one_json_object_tells_all_that_is_needed() {
    let home = Home::new();
    let server = home.serve(&["--demo", "--json"]);
    let out = server.out();
    assert_eq!(out.lines().count(), 1, "one object and nothing else: {out}");
    let demo: Value = serde_json::from_str(&out).unwrap();
    let issuer = format!("http://{}", server.address);
    assert_eq!(demo["issuer"], issuer);
    assert_eq!(demo["user"]["username"], "ada");
    assert!(demo["user"]["password"].as_str().unwrap().len() >= 20);
    for name in ["web", "native", "service"] {
        let client = &demo["clients"][name];
        assert_eq!(client["client_id"], name);
        assert_eq!(client["audience"], issuer);
        let secret = client["client_secret"].as_str();
        assert_eq!(secret.is_some_and(|secret| secret.starts_with("lks_")), name != "native", "{client}");
    }
    assert_eq!(
        demo["clients"]["web"]["redirect_uris"],
        json!(["http://127.0.0.1:8081/callback", "http://localhost:8081/callback"])
    );
    let secret = demo["clients"]["service"]["client_secret"].as_str().unwrap();
    let answer =
        server.post("/token", &format!("service:{secret}"), "grant_type=client_credentials&scope=read");
    assert_eq!(answer["scope"], "read");
    server.stop();
}

#[test]
fn nothing_is_left_behind() {
    let home = Home::new();
    let folders = || {
        let names = std::fs::read_dir(home.path("")).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().starts_with("latchkey-demo-")).count()
    };
    let server = home.serve(&["--demo"]);
    assert_eq!(folders(), 1);
    assert!(server.out().contains("code_challenge_method=S256"), "{}", server.out());
    server.stop();
    assert_eq!(folders(), 0);
    assert!(!home.path("data").exists(), "the data folder of the settings is not touched");
}

#[test]
fn each_printed_line_works_when_it_is_pasted() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("SKIPPED each_printed_line_works_when_it_is_pasted: there is no curl here");
        return;
    }
    let home = Home::new();
    let server = home.serve(&["--demo"]);
    let out = server.out();
    let lines: Vec<&str> = out.lines().filter_map(|line| line.strip_prefix("  ")).collect();
    let shell = |arguments: &[&str]| {
        let output = Command::new("sh").args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let curl: Vec<String> =
        lines.iter().filter(|line| line.starts_with("curl ")).map(|line| shell(&["-c", line])).collect();
    let expected = ["\"token_endpoint\"", "\"keys\"", "\"access_token\"", "\"active\":true"];
    assert_eq!(curl.len(), expected.len());
    for (answer, expected) in curl.iter().zip(expected) {
        assert!(answer.contains(expected), "{expected}: {answer}");
    }
    let find =
        |part: &str| *lines.iter().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part}"));
    let page = shell(&["-c", &format!("curl -s -o /dev/null -w '%{{http_code}}' '{}'", find("/authorize?"))]);
    assert_eq!(page, "303", "the browser is sent to the sign-in page");
    assert!(shell(&["-c", find("key list")]).contains("ES256"));
    // Without a person there is no code: it asks, and the server refuses what it is given.
    let redeemed = shell(&["-c", &format!("echo 'x?code=lkc_none&y' | {{ {}; }}", find("read -r"))]);
    assert!(redeemed.contains("invalid_grant"), "{redeemed}");
    // The third client, as the text says: by its name alone.
    assert!(out.contains("in the place of -u '...'"), "{out}");
    let (before, rest) = find("read -r").split_once("-u '").unwrap();
    let line = format!("{before}-d client_id=native {}", rest.split_once("' ").unwrap().1);
    let redeemed = shell(&["-c", &format!("echo 'x?code=lkc_none&y' | {{ {line}; }}")]);
    assert!(redeemed.contains("invalid_grant"), "{redeemed}");
    let address = find("/authorize?").replace("client_id=web", "client_id=native");
    let page = shell(&["-c", &format!("curl -s -o /dev/null -w '%{{http_code}}' '{address}'")]);
    assert_eq!(page, "303", "the browser is sent to the sign-in page");
    server.stop();
}

#[test]
fn without_a_written_issuer_it_follows_the_address() {
    let home = Home::new().with("HTTP__LISTEN", "127.0.0.1:0");
    let address = home.demo_address();
    assert!(address.starts_with("http://127.0.0.1:") && !address.ends_with(":0"), "{address}");
}

#[test]
fn no_secret_reaches_the_log_at_debug_level() {
    let home = Home::new().with("LOG__LEVEL", "trace");
    let server = home.serve(&["--demo", "--json"]);
    let demo: Value = serde_json::from_str(&server.out()).unwrap();
    let secret = demo["clients"]["service"]["client_secret"].as_str().unwrap().to_owned();
    let credentials = format!("service:{secret}");
    let token = server.post("/token", &credentials, "grant_type=client_credentials")["access_token"].clone();
    let token = token.as_str().unwrap().to_owned();
    let told = server.post("/introspect", &credentials, &format!("token={token}"));
    assert_eq!(told["active"], true);
    server.post("/token", "service:lks_wrong-secret", "grant_type=client_credentials");
    server.post("/token", &credentials, "grant_type=refresh_token&refresh_token=lkr_not-a-token");
    let log = server.stop();
    assert!(log.contains("/token") && log.contains("/introspect"), "the requests are in the log: {log}");
    let password = demo["user"]["password"].as_str().unwrap();
    for forbidden in [&secret, &token, password, "lks_", "lkr_", "lkc_", "Basic ", "Authorization"] {
        assert!(!log.contains(forbidden), "{forbidden} is in the log: {log}");
    }
}
