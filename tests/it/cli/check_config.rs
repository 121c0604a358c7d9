//! `check-config` finds what the start would refuse, in the files that the settings name too; and makes nothing.

use super::process::Home;
use crate::support::certificates::{PLAIN, Pair, Wanted};
use std::os::unix::fs::PermissionsExt as _;

/// What stands in `x.toml` has these faults, each with its line and key.
fn finds(home: &Home, text: &str, expected: &[&str]) {
    home.write("x.toml", text);
    let said = home.run(&["check-config", "x.toml"]);
    let lines: Vec<&str> = said.out.lines().collect();
    assert_eq!((said.code, lines.len()), (1, expected.len()), "{text}: {said:?}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with(expected), "{expected}: {said:?}");
    }
    assert!(!home.path("data").exists(), "nothing was made");
    let refused = home.refuse_to_serve(&["--config", "x.toml"]);
    assert_eq!(refused.code, 1, "the start refuses it too: {refused:?}");
    // The start may have made a store before it came upon the fault.
    let _ = std::fs::remove_dir_all(home.path("data"));
}

fn pair(name: &str) -> Pair {
    Pair::self_signed(&Wanted { subject: &[("CN", name)], ..PLAIN })
}

fn write(home: &Home, pair: &Pair, mode: u32) {
    home.write("tls.pem", &pair.pem());
    home.write("tls.key", &pair.key_pem());
    std::fs::set_permissions(home.path("tls.key"), std::fs::Permissions::from_mode(mode)).unwrap();
}

const TLS: &str = "issuer = \"https://a.example\"\n[tls]\ncertificate = \"tls.pem\"\nkey = \"tls.key\"\n";

#[test]
fn certificates_that_cannot_be_shown() {
    let home = Home::new();
    finds(&home, TLS, &["x.toml:3: tls.certificate: tls.pem cannot be read"]);
    write(&home, &pair("one"), 0o644);
    finds(&home, TLS, &["x.toml:4: tls.key: tls.key can be read or changed by others"]);
    write(&home, &Pair { key: pair("two").key, ..pair("one") }, 0o600);
    finds(&home, TLS, &["x.toml:4: tls.key: tls.key does not fit"]);
    let past = (1_000_000_000, 1_000_000_001);
    write(&home, &Pair::self_signed(&Wanted { valid: past, subject: &[("CN", "x")], ..PLAIN }), 0o600);
    finds(&home, TLS, &["x.toml:3: tls.certificate: tls.pem has expired"]);
    write(&home, &pair("one"), 0o600);
    home.write("x.toml", TLS);
    assert_eq!(home.run(&["check-config", "x.toml"]).done(), "x.toml: no faults\n");
    let both = format!("{TLS}[mtls]\nlisten = \"127.0.0.1:0\"\nclient_ca = \"ca.pem\"\n");
    finds(&home, &both, &["x.toml:7: mtls.client_ca: ca.pem cannot be read"]);
}

#[test]
fn keys_and_authorities_that_cannot_be_read() {
    let home = Home::new();
    finds(&home, "[outbound]\nca_file = \"ca.pem\"\n", &["x.toml:2: outbound.ca_file: ca.pem"]);
    home.write("ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    finds(&home, "[outbound]\nca_file = \"ca.pem\"\n", &["x.toml:2: outbound.ca_file: "]);
    let env = "[keys]\nkek_env = \"NOT_SET\"\n";
    let trusts = "[[trusted_issuers]]\nissuer = \"https://ci.example\"\njwks_file = \"keys.json\"\nsubjects = [\"*\"]\n";
    let (kek, issuer) =
        ("x.toml:2: keys.kek_env: the environment variable NOT_SET", "trusted_issuers.0.jwks_file: ");
    finds(&home, &format!("{env}{trusts}"), &[kek, &format!("x.toml:5: {issuer}keys.json: No such file")]);
    home.write("keys.json", "{}");
    finds(&home, trusts, &[&format!("x.toml:3: {issuer}keys.json: ")]);
    home.write("key", "short\n");
    std::fs::set_permissions(home.path("key"), std::fs::Permissions::from_mode(0o600)).unwrap();
    let file = "[keys]\nkek_file = \"key\"\n";
    home.write("x.toml", file);
    let said = home.run(&["check-config", "x.toml", "--json"]).json();
    assert_eq!((&said[0]["at"], &said[0]["key"]), (&"x.toml:2".into(), &"keys.kek_file".into()), "{said}");
}

/// The first start makes a key that is not there, and a command may do anything: neither is a fault.
#[test]
fn what_only_a_start_can_tell_is_no_fault() {
    let home = Home::new();
    for text in ["[keys]\nkek_file = \"none\"\n", "[keys]\nkek_command = [\"touch\", \"ran\"]\n", ""] {
        home.write("x.toml", text);
        home.run(&["check-config", "x.toml"]).done();
    }
    assert!(!home.path("ran").exists() && !home.path("none").exists() && !home.path("data").exists());
}
