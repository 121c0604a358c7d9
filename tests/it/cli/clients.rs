//! Clients by the command: every setting is seen and changed, and initial access tokens are handed out.

use super::process::Home;
use crate::support::signed::Key;
use serde_json::json;

#[test]
fn every_setting_is_changed_by_the_rules_of_registration() {
    let home = Home::new();
    let add = ["client", "add", "--client-id", "web", "--redirect-uris", "https://a.example/cb"];
    home.run(&add).done();
    let changed = home.run(&[
        "client",
        "set",
        "web",
        "--client-name",
        "Web",
        "--scope",
        "openid read",
        "--subject-type",
        "pairwise",
        "--post-logout-redirect-uris",
        "https://a.example/bye",
        "--dpop-bound-access-tokens",
        "true",
        "--json",
    ]);
    let shown = changed.json();
    assert_eq!((&shown["client_name"], &shown["scope"]), (&json!("Web"), &json!("openid read")));
    assert_eq!(shown["redirect_uris"], json!(["https://a.example/cb"]), "what is not named stays");
    assert!(shown.get("client_secret").is_none(), "its secret stays what it is");
    let patch =
        r#"{"client_name": null, "contacts": ["ada@example.com"], "post_logout_redirect_uris": null}"#;
    home.run_with(&["client", "set", "web", "--from", "-"], patch).done();
    let shown = home.run(&["client", "show", "web"]).done();
    for line in ["contacts", "dpop_bound_access_tokens", "subject_type"] {
        assert!(shown.lines().any(|shown| shown.starts_with(line)), "{line}: {shown}");
    }
    assert!(!shown.contains("client_name") && !shown.contains("post_logout"), "{shown}");
    home.run(&["client", "set", "web", "--unset", "contacts", "--access-token-ttl", "60"]).done();
    let public = home.run(&["client", "set", "web", "--token-endpoint-auth-method", "none"]).done();
    assert!(!public.contains("client_secret "), "{public}");
    let again =
        home.run(&["client", "set", "web", "--token-endpoint-auth-method", "client_secret_jwt", "--json"]);
    assert!(again.json()["client_secret"].is_string(), "a first secret is shown");
    for (arguments, says) in [
        (&["--redirect-uris", "http://a.example/cb"][..], "redirect_uris: "),
        (&["--token-endpoint-auth-method", "private_key_jwt"], "jwks, jwks_uri: "),
        (&["--grant-types", "implicit"], "client_credentials, urn:ietf:params:oauth:grant-type:device_code"),
        (&["--client-name", "a\u{202e}b"], "none that are invisible or turn the direction"),
        (&["--unset", "redirct_uris"], "no such setting"),
        (&["--unset", "redirect_uris"], "redirect_uris: "),
        (&["--sector-identifier-uri", "https://127.0.0.1:1/uris"], "sector_identifier_uri: "),
        (&[], "nothing is changed"),
    ] {
        let said = home.run(&[&["client", "set", "web"], arguments].concat());
        assert!(said.code == 1 && said.err.contains(says) && said.err.lines().count() == 1, "{said:?}");
    }
    let nobody = home.run(&["client", "set", "nobody", "--client-name", "x"]);
    assert!(nobody.code == 1 && nobody.err.contains("no such client"), "{nobody:?}");
    let trail = home.run(&["audit", "tail", "-n", "20", "--json"]).done();
    let members = r#""members":["client_name","dpop_bound_access_tokens","post_logout_redirect_uris","scope","subject_type"]"#;
    assert!(trail.replace(": ", ":").contains(members), "{trail}");
}

#[test]
fn what_is_shown_as_json_can_be_given_back() {
    let home = Home::new();
    let add = ["client", "add", "--client-id", "web", "--redirect-uris", "https://a.example/cb", "--json"];
    let mut shown = home.run(&add).json();
    let document = shown.to_string();
    home.run_with(&["client", "add", "--client-id", "copy", "--from", "-"], &document).done();
    let copy = home.run(&["client", "show", "copy", "--json"]).json();
    shown.as_object_mut().unwrap().remove("client_secret");
    for name in ["client_id", "created_at", "updated_at"] {
        shown[name] = copy[name].clone();
    }
    assert_eq!(shown, copy);
    home.run(&["client", "delete", "web"]).done();
    let again = home.run_with(&["client", "add", "--from", "-", "--json"], &document);
    assert_eq!(again.err, "latchkey: not taken from the document: client_secret\n");
    assert_eq!(again.json()["client_id"], "web", "the identifier of the document");
    let other = r#"{"client_id": "other", "client_name#de": "Netz", "grant_types": ["client_credentials"]}"#;
    let said = home.run_with(&["client", "add", "--client-id", "flag", "--from", "-", "--json"], other);
    assert_eq!(said.err, "latchkey: not taken from the document: client_name#de\n");
    assert_eq!(said.json()["client_id"], "flag");
    let twice = r#"{"redirect_uris":["https://a.example/cb"],"redirect_uris":[]}"#;
    let said = home.run_with(&["client", "add", "--from", "-"], twice);
    assert!(said.code == 1 && said.err.contains("no member twice"), "{said:?}");
}

/// A misspelt name would make a client that is less safe than was meant.
#[test]
fn a_document_with_a_member_that_nobody_knows_is_refused() {
    let home = Home::new();
    home.run(&["user", "add", "ada", "--no-password"]).done();
    let client = json!({"client_id": "web", "grant_types": ["client_credentials"]});
    for (name, value, says) in [
        ("dpop_bound_access_token", json!(true), "no such setting: dpop_bound_access_token;"),
        ("redirect_uri", json!(null), "no such setting: redirect_uri;"),
        ("client_nam#de", json!("Netz"), "no such setting: client_nam#de;"),
        ("disabled", json!(true), "disabled: "),
        (
            "id_token_encrypted_response_alg",
            json!("RSA-OAEP"),
            "id_token_encrypted_response_alg: must be left out",
        ),
    ] {
        let mut document = client.clone();
        document[name] = value;
        let said = home.run_with(&["client", "add", "--from", "-"], &document.to_string());
        assert!(said.code == 1 && said.err.contains(says) && said.err.lines().count() == 1, "{said:?}");
        assert_eq!(home.run(&["client", "show", "web"]).code, 1, "{name}: nothing was registered");
    }
    // What a registration over HTTP was answered, RFC 7591 §3.2.1 and RFC 7592 §3.
    let answered = json!({
        "client_id": "web", "grant_types": ["client_credentials"], "client_secret": "x", "client_id_issued_at": 1,
        "client_secret_expires_at": 0, "registration_access_token": "y", "registration_client_uri": "https://a.example/",
        "disabled": false,
    });
    home.run_with(&["client", "add", "--from", "-"], &answered.to_string()).done();
}

#[test]
fn initial_access_tokens_are_made_listed_and_withdrawn() {
    let home = Home::new();
    let server = home.serve(&[]);
    let made = home.run(&[
        "client",
        "token",
        "create",
        "--note",
        "partners",
        "--uses",
        "0",
        "--scope",
        "openid read",
        "--json",
    ]);
    let made = made.json();
    assert!(made["token"].as_str().unwrap().starts_with("lkt_"), "{made}");
    assert_eq!((&made["scope"], made.get("uses")), (&json!("openid read"), None));
    let shown = home.run(&["client", "token", "create", "--grant-types", "client_credentials"]).done();
    assert!(shown.contains("never shown again"), "{shown}");
    let list = home.run(&["client", "token", "list", "--json"]).json();
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert!(!list.to_string().contains("lkt_"), "{list}");
    let name = made["name"].as_str().unwrap();
    home.run(&["client", "token", "revoke", name]).done();
    assert_eq!(home.run(&["client", "token", "revoke", name]).code, 1);
    assert_eq!(home.run(&["client", "token", "list", "--json"]).json().as_array().unwrap().len(), 1);
    server.stop();
    assert_eq!(home.run(&["client", "token", "list"]).done().lines().count(), 2);
    assert_eq!(home.run(&["client", "token", "create", "--profile", "none"]).code, 1);
    assert_eq!(home.run(&["client", "token", "create", "--expires-in", "0"]).code, 1);
}

/// RFC 9728: what an API has to serve is printed for it.
#[test]
fn apis_are_described_listed_and_forgotten() {
    let home = Home::new();
    let add = [
        "resource",
        "add",
        "https://api.example/orders",
        "--name",
        "Orders",
        "--scopes",
        "read write",
        "--dpop-bound",
    ];
    let added = home.run(&add).done();
    assert!(added.contains("https://api.example/.well-known/oauth-protected-resource/orders"), "{added}");
    assert!(added.contains("\"scopes_supported\""), "{added}");
    assert_eq!(home.run(&add).code, 1, "it is there already");
    let shown = home.run(&["resource", "show", "https://api.example/orders", "--json"]).json();
    assert_eq!(shown["metadata"]["dpop_bound_access_tokens_required"], true);
    assert!(home.run(&["resource", "list"]).done().contains("Orders"));
    home.run(&["resource", "delete", "https://api.example/orders"]).done();
    assert_eq!(home.run(&["resource", "show", "https://api.example/orders"]).code, 1);
    assert_eq!(home.run(&["resource", "add", "nonsense"]).code, 1);
}

/// What others wrote does not steer the terminal of whoever looks at it. attacks: M60; CVE-2021-42574 and its like.
#[test]
fn what_others_wrote_does_not_steer_the_terminal() {
    let home = Home::new();
    let key = Key::es256().public(Some("a\u{9b}2J\u{202e}b\u{1b}]0;x\u{7}"));
    let document = json!({
        "redirect_uris": ["https://a.example/cb"], "token_endpoint_auth_method": "private_key_jwt",
        "jwks": { "keys": [key] },
    });
    let strange = home.run_with(&["client", "add", "--from", "-"], &json!({"x\u{202e}y": 1}).to_string());
    let added = home.run_with(&["client", "add", "--client-id", "web", "--from", "-"], &document.to_string());
    let server = home.serve(&[]);
    server.post("/token", "\u{202e}\u{9b}x:y", "grant_type=client_credentials");
    server.stop();
    let said = [
        added.out,
        added.err,
        strange.err,
        home.run(&["client", "show", "web"]).done(),
        home.run(&["client", "list"]).done(),
        home.run(&["audit", "tail"]).done(),
    ];
    for text in said {
        let steers = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!text.chars().any(steers), "{text:?}");
    }
}
