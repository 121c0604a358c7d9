//! The verbs, with the server stopped and running: same code, same output.

use super::process::{Home, Said};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

/// Verbs that administer, in an order in which each has something to do. Secrets come by standard input.
const SCRIPT: [(&[&str], &str); 32] = [
    (
        &["user", "add", "ada", "--email", "ada@example.com", "--role", "dev", "--password-stdin"],
        "correct horse battery",
    ),
    (&["user", "add", "ADA", "--no-password"], ""),
    (&["user", "add", "", "--no-password"], ""),
    (&["user", "add", "bob", "--no-password", "--json"], ""),
    (&["user", "add", "eve", "--password-stdin"], "short"),
    (&["user", "add", "eve", "--email", "nonsense", "--no-password"], ""),
    (&["user", "show", "Ada"], ""),
    (&["user", "show", "nobody"], ""),
    (&["user", "disable", "bob"], ""),
    (&["user", "enable", "bob", "--json"], ""),
    (&["user", "set-password", "bob", "--password-stdin"], "another good long one\n"),
    (&["user", "list"], ""),
    (&["user", "delete", "bob"], ""),
    (&["user", "delete", "bob"], ""),
    (&["user", "list", "--json"], ""),
    (
        &[
            "client",
            "add",
            "--client-id",
            "web",
            "--redirect-uris",
            "https://a.example/cb https://b.example/cb",
        ],
        "",
    ),
    (&["client", "add", "--client-id", "web", "--redirect-uris", "https://a.example/cb"], ""),
    (&["client", "add", "--client-id", "bad", "--redirect-uris", "http://a.example/cb"], ""),
    (&["client", "add", "--client-id", "bad", "--grant-types", "implicit"], ""),
    (
        &["client", "add", "--from", "-", "--client-id", "doc", "--json"],
        r#"{"grant_types":["client_credentials"]}"#,
    ),
    (&["client", "rotate-secret", "web"], ""),
    (&["client", "disable", "web"], ""),
    (&["client", "show", "web", "--json"], ""),
    (&["client", "list"], ""),
    (&["client", "delete", "web"], ""),
    (&["client", "show", "web"], ""),
    (&["user", "set", "ada", "--given-name", "Ada", "--birthdate", "1815-12-10", "--locale", "en-GB"], ""),
    (
        &["user", "set", "ada", "--from", "-", "--remove", "birthdate", "--json"],
        r#"{"address":{"country":"UK"},"phone_number":"+442079460815"}"#,
    ),
    (&["user", "show", "ada"], ""),
    (&["user", "set", "ada", "--birthdate", "yesterday"], ""),
    (&["user", "set", "ada", "--from", "-"], r#"{"birthday":"1815-12-10"}"#),
    (&["user", "set", "nobody", "--name", "x"], ""),
];

fn play(home: &Home) -> Vec<Said> {
    let masked = |said: Said| Said { out: mask(&said.out), err: mask(&said.err), ..said };
    SCRIPT.iter().map(|(arguments, input)| masked(home.run_with(arguments, input))).collect()
}

/// The text with everything that differs from run to run blanked out.
fn mask(text: &str) -> String {
    let word = |word: &str| {
        let bare = word.trim_matches(|c| "\",".contains(c));
        let differs = Uuid::parse_str(bare).is_ok()
            || bare.starts_with("lks_")
            || OffsetDateTime::parse(bare, &Rfc3339).is_ok();
        if differs { "*".to_owned() } else { word.to_owned() }
    };
    text.split(' ')
        .map(|part| part.split('\n').map(word).collect::<Vec<_>>().join("\n"))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn every_verb_says_the_same_whether_the_server_runs_or_not() {
    let home = Home::new();
    // Otherwise the first verb tells that it made the store.
    home.serve(&[]).stop();
    let stopped = play(&home);
    let home = Home::new();
    let server = home.serve(&[]);
    let running = play(&home);
    server.stop();
    for ((arguments, _), (stopped, running)) in SCRIPT.iter().zip(stopped.iter().zip(&running)) {
        assert_eq!(stopped, running, "{arguments:?}");
    }
    let codes: Vec<i32> = stopped.iter().map(|said| said.code).collect();
    let refused = [1, 2, 4, 5, 7, 13, 16, 17, 18, 25, 29, 30, 31];
    for (at, code) in codes.iter().enumerate() {
        assert_eq!(*code, i32::from(refused.contains(&at)), "{:?}: {:?}", SCRIPT[at].0, stopped[at]);
    }
    let (set, shown) = (&stopped[27].out, &stopped[28].out);
    assert!(set.contains("\"given_name\": \"Ada\"") && set.contains("\"country\": \"UK\""), "{set}");
    assert!(!set.contains("birthdate") && shown.contains("+442079460815"), "{set}{shown}");
    for said in stopped.iter().filter(|said| said.code == 1) {
        assert!(said.out.is_empty() && said.err.lines().count() == 1, "one line says what to do: {said:?}");
    }
}

#[test]
fn what_was_done_while_it_ran_is_there_when_it_is_stopped() {
    let home = Home::new();
    let server = home.serve(&[]);
    play(&home);
    let reads: [&[&str]; 5] = [
        &["user", "list", "--json"],
        &["client", "list", "--json"],
        &["client", "show", "doc"],
        &["key", "list", "--json"],
        &["user", "show", "ada"],
    ];
    // RSA keys are made in the background.
    super::process::wait(|| home.run(&["key", "list"]).out.matches("RS256").count() == 2);
    let running = reads.map(|arguments| home.run(arguments));
    server.stop();
    assert_eq!(running, reads.map(|arguments| home.run(arguments)));
    home.run(&["audit", "verify"]).done();
}

#[test]
fn keys_are_rotated_revoked_and_rewrapped_in_both_states() {
    let home = Home::new();
    let server = home.serve(&[]);
    super::process::wait(|| home.run(&["key", "list"]).out.matches("RS256").count() == 2);
    let rotate = home.run(&["key", "rotate", "es256", "--json"]).json();
    assert!(rotate["activates_at"].is_string(), "{rotate}");
    server.stop();

    let keys = home.run(&["key", "list", "--json"]).json();
    let active = |keys: &serde_json::Value, alg: &str| {
        let found = keys.as_array().unwrap().iter().find(|key| key["state"] == "active" && key["alg"] == alg);
        found.unwrap_or_else(|| panic!("{keys}"))["kid"].as_str().unwrap().to_owned()
    };
    let old = active(&keys, "EdDSA");
    let changed = home.run(&["key", "revoke", &old]).done();
    assert!(changed.contains("revoked") && changed.contains("active"), "{changed}");
    assert_ne!(active(&home.run(&["key", "list", "--json"]).json(), "EdDSA"), old);
    assert_eq!(home.run(&["key", "revoke", &old]).code, 1, "a revoked key is revoked already");

    let kek = std::fs::read_to_string(home.path("data/kek")).unwrap();
    let new = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    home.write("data/kek", &format!("{new}\n{kek}"));
    let rewrapped = home.run(&["key", "rewrap", "--json"]).json();
    assert_eq!(rewrapped["rewrapped"], 10, "six private keys and four server secrets");
    home.write("data/kek", new);
    let server = home.serve(&[]);
    assert_eq!(home.run(&["key", "rewrap"]).done(), "0 sealed anew\n");
    server.stop();
}

/// A new key is made and published in one go, and stands there once.
#[test]
fn a_revocation_names_each_key_once() {
    let home = Home::new();
    home.serve(&[]).stop();
    let keys = home.run(&["key", "list", "--json"]).json();
    let active =
        keys.as_array().unwrap().iter().find(|key| key["state"] == "active" && key["alg"] == "ES256");
    let changed = home.run(&["key", "revoke", active.unwrap()["kid"].as_str().unwrap(), "--json"]).json();
    let changed = changed.as_array().unwrap();
    let kids: std::collections::BTreeSet<_> =
        changed.iter().map(|change| change["kid"].to_string()).collect();
    assert_eq!(kids.len(), changed.len(), "{changed:?}");
}

/// `latchkey ... | head -1`: whoever reads has read enough.
#[test]
fn output_that_nobody_reads_is_no_failure() {
    let home = Home::new();
    home.write("bad.toml", "[http]\nlistn = 1\n");
    home.run(&["user", "add", "ada", "--no-password"]).done();
    for (arguments, code) in [
        (&["user", "list"][..], 0),
        (&["client", "add", "--client-id", "web", "--grant-types", "client_credentials"], 0),
        (&["key", "list", "--json"], 0),
        (&["audit", "tail"], 0),
        (&["inspect", "nonsense"], 1),
        (&["check-config", "bad.toml"], 1),
    ] {
        assert_eq!(home.run_unread(arguments), (code, String::new()), "{arguments:?}");
    }
    home.run(&["client", "show", "web"]).done();
}

#[test]
fn a_change_that_changes_nothing_is_told() {
    let home = Home::new();
    home.run(&["user", "add", "ada", "--no-password"]).done();
    let said = home.run(&["user", "set", "ada"]);
    assert!(said.code == 1 && said.err.contains("nothing is changed: give a setting"), "{said:?}");
}

#[test]
fn a_secret_is_never_taken_from_an_argument() {
    let home = Home::new();
    assert_eq!(home.run(&["user", "add", "ada", "--password", "pw"]).code, 2);
    let said = home.run(&["user", "add", "ada"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("--password-stdin or --password-file FILE"), "{said:?}");
    home.write("pw", "correct horse battery staple\n");
    home.run(&["user", "add", "ada", "--password-file", "pw"]).done();
}

/// Names of keys and tokens are random base64url: each 64th begins with a hyphen.
#[test]
fn a_name_that_begins_with_a_hyphen_is_no_flag() {
    let home = Home::new();
    home.run(&["user", "add", "ada", "--no-password"]).done();
    for verb in [&["key", "revoke", "-2x"][..], &["client", "token", "revoke", "-2x"]] {
        let said = home.run(verb);
        assert!(said.code == 1 && said.err.starts_with("latchkey: "), "{said:?}");
        assert_eq!(home.run(&[verb, &["--json"]].concat()).code, 1);
    }
}

#[test]
fn a_folder_that_does_not_exist_is_not_made_by_looking() {
    let home = Home::new();
    for arguments in [&["user", "list"], &["key", "list"], &["audit", "verify"]] {
        let said = home.run(arguments);
        assert_eq!((said.code, said.err.lines().count()), (1, 1), "{said:?}");
        assert!(said.err.contains("--config"), "{said:?}");
    }
    assert!(!home.path("data").exists());
}

#[test]
fn looking_founds_no_store_and_neither_does_writing_among_other_things() {
    let home = Home::new();
    std::fs::create_dir(home.path("data")).unwrap();
    let said = home.run(&["user", "list"]);
    assert_eq!((said.code, said.err.lines().count()), (1, 1), "{said:?}");
    assert_eq!(std::fs::read_dir(home.path("data")).unwrap().count(), 0);
    home.write("data/thesis.txt", "");
    let said = home.run(&["user", "add", "ada", "--no-password"]);
    assert!(said.code == 1 && said.err.contains("empty folder"), "{said:?}");
    assert_eq!(std::fs::read_dir(home.path("data")).unwrap().count(), 1);
    std::fs::remove_file(home.path("data/thesis.txt")).unwrap();
    home.run(&["user", "add", "ada", "--no-password"]).done();
}

#[test]
fn a_verb_that_mends_the_store_says_so_and_leaves_a_trace() {
    use std::io::Write as _;
    let home = Home::new();
    home.run(&["user", "add", "ada", "--no-password"]).done();
    let journal = std::fs::read_dir(home.path("data/journal")).unwrap().next().unwrap().unwrap().path();
    std::fs::OpenOptions::new().append(true).open(journal).unwrap().write_all(&[7; 30]).unwrap();
    let said = home.run(&["user", "list"]);
    assert!(said.code == 0 && said.err.contains("30 bytes of an unfinished frame cut off"), "{said:?}");
    let trail = home.run(&["audit", "tail"]).done();
    assert!(trail.contains("sys_store_recovered") && trail.contains("30 bytes"), "{trail}");
    assert_eq!(home.run(&["user", "list"]).err, "");
}

#[test]
fn check_config_names_every_fault_with_its_line() {
    let home = Home::new();
    home.write("x.toml", "issuer = \"http://id.example.com\"\n\n[http]\nworkers = \"x\"\nlistn = 1\n");
    let said = home.run(&["check-config", "x.toml"]);
    assert_eq!(said.code, 1);
    let starts: Vec<&str> = said.out.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(starts, ["x.toml:1", "x.toml:4", "x.toml:5"], "{said:?}");
    let json = home.run(&["check-config", "x.toml", "--json"]).json();
    assert_eq!(json[1]["key"], "http.workers");
    home.write("x.toml", "issuer = \"https://id.example.com\"\n");
    assert_eq!(home.run(&["check-config", "x.toml"]).done(), "x.toml: no faults\n");
}

#[test]
fn a_changed_line_of_the_audit_trail_is_found() {
    let home = Home::new();
    home.run(&["user", "add", "ada", "--no-password"]).done();
    home.run(&["user", "add", "bob", "--no-password"]).done();
    home.run(&["user", "add", "eve", "--no-password"]).done();
    assert!(home.run(&["audit", "verify"]).done().starts_with("3 entries, the chain is whole"));
    let tail = home.run(&["audit", "tail", "-n", "2"]).done();
    assert_eq!(tail.lines().count(), 2);
    assert!(tail.contains("user_created") && tail.contains("actor=operator"), "{tail}");
    let file = std::fs::read_dir(home.path("data/audit")).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("operator", "0perator", 1)).unwrap();
    let said = home.run(&["audit", "verify"]);
    assert_eq!(said.code, 1, "{said:?}");
}

/// One flag for every verb, before it or behind it; a server that keeps running has nothing to print.
#[test]
fn json_is_for_every_verb_that_prints() {
    let home = Home::new();
    home.run(&["user", "add", "ada", "--no-password"]).done();
    assert_eq!(home.run(&["--json", "user", "list"]).json(), home.run(&["user", "list", "--json"]).json());
    for arguments in [["serve", "--json"], ["--json", "serve"]] {
        let said = home.run(&arguments);
        assert_eq!((said.code, said.err.contains("--json goes with --demo")), (2, true), "{}", said.err);
    }
}
