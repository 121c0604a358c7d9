//! The configuration file and `config.example.toml`.

use latchkey::config::{Settings, check, known_keys};
use std::fmt::Write as _;
use std::path::Path;

const EXAMPLE: &str = include_str!("../../../config.example.toml");

fn faults(text: &str, environment: &[(&str, &str)]) -> Vec<String> {
    let environment: Vec<_> =
        environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    match check(Some((Path::new("x.toml"), text)), &environment) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.to_string().lines().map(str::to_owned).collect(),
    }
}

fn defaults() -> Settings {
    check(None, &[]).unwrap().settings
}

/// The settings of the example as (section, key, value), in order.
fn example_keys() -> Vec<(String, String, String)> {
    let mut section = String::new();
    let mut keys = Vec::new();
    for line in EXAMPLE.lines() {
        let list = line.strip_prefix("# [[").and_then(|rest| rest.strip_suffix("]]"));
        if let Some(name) = list.or(line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))) {
            name.clone_into(&mut section);
        } else if let Some((key, value)) = line.strip_prefix("# ").and_then(|rest| rest.split_once(" = "))
            && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        {
            keys.push((section.clone(), key.to_owned(), value.to_owned()));
        }
    }
    keys
}

#[test]
fn the_example_holds_every_key_at_its_default_and_no_other() {
    let example: Vec<_> = example_keys().into_iter().map(|(section, key, _)| (section, key)).collect();
    let known: Vec<_> =
        known_keys().iter().map(|key| (key.section.to_owned(), key.name.to_owned())).collect();
    assert_eq!(example, known);
    for (key, (_, name, value)) in known_keys().iter().zip(example_keys()) {
        if let Some(default) = &key.default {
            assert_eq!(*default, value, "{name}");
        }
    }
}

#[test]
fn the_example_is_accepted_as_it_stands_and_means_the_defaults() {
    assert_eq!(check(Some((Path::new("x.toml"), EXAMPLE)), &[]).unwrap().settings, defaults());
}

#[test]
fn the_example_means_the_defaults_with_every_key_written_out() {
    let defaults_to_nothing = |section: &str, name: &str| {
        known_keys().iter().any(|key| (key.section, key.name) == (section, name) && key.default.is_none())
    };
    let (mut text, mut before) = (String::new(), String::from("no section"));
    for (section, key, value) in example_keys() {
        if defaults_to_nothing(&section, &key) {
            continue;
        }
        if section != before && !section.is_empty() {
            writeln!(text, "[{section}]").unwrap();
        }
        writeln!(text, "{key} = {value}").unwrap();
        before = section;
    }
    let loaded = check(Some((Path::new("x.toml"), &text)), &[]).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(loaded.settings, defaults());
    assert!(
        known_keys()
            .iter()
            .filter(|key| key.default.is_some())
            .all(|key| { loaded.wrote(format!("{}.{}", key.section, key.name).trim_start_matches('.')) })
    );
}

#[test]
fn every_fault_is_named_with_file_line_key_and_what_is_allowed() {
    let text = "issuer = \"http://id.example.com\"\n[http]\nlistn = \"127.0.0.1:80\"\nworkers = \"four\"\n\n\
                [tokens]\naccess_ttl = 300\n[tokns]\naccess_ttl = \"5m\"\n";
    let faults = faults(text, &[]);
    assert_eq!(faults.len(), 5, "{faults:#?}");
    assert!(
        faults[0]
            .starts_with("x.toml:1: issuer: \"http://id.example.com\" is not allowed; give an https URL")
    );
    assert!(
        faults[1].starts_with("x.toml:3: http.listn: no such key; did you mean listen?"),
        "{}",
        faults[1]
    );
    assert_eq!(
        faults[2],
        "x.toml:4: http.workers: \"four\" is not allowed; give a whole number from 0 to 1024"
    );
    assert!(
        faults[3].starts_with("x.toml:7: tokens.access_ttl: 300 is not allowed; give a duration such as")
    );
    assert!(faults[4].starts_with("x.toml:8: [tokns]: no such section; did you mean tokens?"));
}

#[test]
fn what_is_not_toml_is_a_fault_with_its_line() {
    let faults = faults("issuer = \"http://localhost:1\"\n[http\nlisten = 3\n", &[]);
    assert!(faults[0].starts_with("x.toml:2: not TOML: "), "{faults:?}");
}

#[test]
fn the_environment_wins_over_the_file() {
    let environment = [
        ("LATCHKEY__HTTP__LISTEN".to_owned(), "127.0.0.1:9".to_owned()),
        ("LATCHKEY__DATA_DIR".to_owned(), "/var/lib/latchkey".to_owned()),
        ("LATCHKEY__KEYS__ALGORITHMS".to_owned(), "EdDSA, ES256".to_owned()),
        ("LATCHKEY_KEK".to_owned(), "is no setting".to_owned()),
    ];
    let file = (Path::new("x.toml"), "[http]\nlisten = \"127.0.0.1:8\"\n");
    let loaded = check(Some(file), &environment).unwrap();
    assert_eq!(loaded.settings.http.listen.port(), 9);
    assert_eq!(loaded.settings.data_dir, Path::new("/var/lib/latchkey"));
    assert_eq!(loaded.settings.keys.algorithms.len(), 2);
    assert!(loaded.wrote("http.listen") && !loaded.wrote("issuer"));
}

#[test]
fn variables_that_are_no_setting_are_faults() {
    let faults =
        faults("", &[("LATCHKEY__HTTP__LISTN", "x"), ("LATCHKEY__NOPE__X", "x"), ("LATCHKEY__X", "1")]);
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(
        faults.iter().any(|f| f.starts_with("LATCHKEY__HTTP__LISTN: http.listn: no such key; did you mean"))
    );
    assert!(faults.iter().any(|f| f.starts_with("LATCHKEY__NOPE__X: nope.x: no such")));
}

#[test]
fn settings_that_contradict_each_other_are_faults_at_the_line_of_one() {
    let cases = [
        (
            "[keys]\njwks_max_age = \"1h\"\npublish_ahead = \"90m\"",
            "x.toml:3: keys.publish_ahead: must be at least twice",
        ),
        (
            "[keys]\nrotate_every = \"1d\"",
            "x.toml:2: keys.rotate_every: must be longer than keys.publish_ahead",
        ),
        ("[keys]\nkek_env = \"A\"\nkek_file = \"b\"", "x.toml:2: keys.kek_env: give only one of"),
        ("[keys]\nalgorithms = []", "x.toml:2: keys.algorithms: a list is not allowed; give a list of"),
        ("[keys]\nalgorithms = [\"ES256\", \"ES256\"]", "x.toml:2: keys.algorithms"),
        ("[login]\nsession_idle = \"30d\"", "x.toml:2: login.session_absolute: must not be shorter"),
        (
            "[login]\nargon2_lanes = 16\nargon2_memory = 100",
            "x.toml:3: login.argon2_memory: must be at least 8 times",
        ),
        (
            "issuer = \"https://id.example\"\n[tls]\ncertificate = \"a\"",
            "x.toml:3: tls.certificate: needs tls.key beside it",
        ),
        ("[tls]\ncertificate = \"a\"\nkey = \"b\"", "x.toml:2: issuer: must begin with https"),
        ("[mtls]\nkey = \"b\"", "x.toml:2: mtls.key: needs mtls.certificate beside it"),
        ("[mtls]\nlisten = \"127.0.0.1:1\"", "x.toml:2: mtls.listen: needs a certificate"),
        ("[mtls]\nissuer = \"http://localhost\"", "x.toml:2: mtls.issuer: must begin with https"),
        ("[mtls]\nheader = true", "x.toml:2: mtls.header: needs http.trusted_proxies"),
        ("[tokens]\nrefresh_idle_ttl = \"100d\"", "x.toml:2: tokens.refresh_absolute_ttl"),
        ("[tokens]\naccess_ttl = \"2h\"", "x.toml:2: tokens.access_ttl_limit: must not be shorter"),
        ("[tokens]\nclock_skew = \"60s\"", "x.toml:2: tokens.clock_skew"),
    ];
    for (text, expected) in cases {
        let faults = faults(text, &[]);
        assert!(faults.len() == 1 && faults[0].starts_with(expected), "{text}: {faults:#?}");
    }
}

/// FAPI 2.0 Security Profile §5.3.2.1, §5.4.1.
#[test]
fn a_profile_refuses_what_contradicts_it() {
    assert_eq!(faults("profile = \"fapi2_security\"", &[]), [""; 0]);
    assert_eq!(faults("", &[("LATCHKEY__PROFILE", "fapi2_message_signing")]), [""; 0]);
    for (text, key) in [
        ("profile = \"fapi2\"", "profile"),
        ("profile = \"fapi2_security\"\n[tokens]\ncode_ttl = \"61s\"", "tokens.code_ttl"),
        ("profile = \"fapi2_security\"\n[tokens]\nclock_skew = \"9s\"", "tokens.clock_skew"),
        ("profile = \"fapi2_security\"\n[keys]\nalgorithms = [\"RS256\"]", "keys.algorithms"),
    ] {
        let faults = faults(text, &[]);
        assert!(faults.len() == 1 && faults[0].contains(key), "{text}: {faults:?}");
    }
}

/// RFC 9396: the one part whose sections have names of the operator's.
#[test]
fn types_of_authorization_details_are_sections_of_their_own() {
    let text = "[authorization_details.payment]\ntext = \"Pay {to}\"\nmembers = { to = \"text\" }\nrequired = [\"to\"]\n\n\
                [authorization_details.\"https://scheme.example/files\"]\nactions = [\"*\"]\n[http]\nworkers = 1\n";
    let loaded = check(Some((Path::new("x.toml"), text)), &[]).unwrap_or_else(|faults| panic!("{faults}"));
    let names: Vec<_> = loaded.settings.authorization_details.names().collect();
    assert_eq!(names, ["https://scheme.example/files", "payment"]);
    assert!(loaded.wrote("authorization_details.payment"));
    let other = check(Some((Path::new("x.toml"), &text.replace("Pay", "Send"))), &[]).unwrap();
    assert_eq!(loaded.differences(&other), ["authorization_details.payment"]);
    for (text, expected) in [
        (
            "[authorization_details.a]\nmembers = { to = \"string\" }",
            "x.toml:2: authorization_details: unknown variant",
        ),
        (
            "[http]\nworkers = 1\n[authorization_details.a]\nactons = []",
            "x.toml:4: authorization_details: unknown field",
        ),
        (
            "[authorization_details.a]\nrequired = [\"x\"]",
            "x.toml:1: authorization_details.a: required: there is no member x",
        ),
        (
            "[authorization_details.a]\ntext = \"{x}\"",
            "x.toml:1: authorization_details.a: text: there is no member x",
        ),
        ("[authorization_details]\nx = 1", "x.toml:2: authorization_details: invalid type"),
        ("authorization_details = 1", "x.toml:1: authorization_details: no such"),
    ] {
        let faults = faults(text, &[]);
        assert!(faults.len() == 1 && faults[0].starts_with(expected), "{text}: {faults:#?}");
    }
}

const CI: &str = r#"
[[trusted_issuers]]
issuer = "https://ci.example"
jwks_uri = "https://ci.example/keys"
subjects = ["repo:acme/*"]
claims = ["owner_id=1=2"]
scope = "deploy read"
"#;

/// A list of tables: each is read by itself, with the defaults of what it leaves out.
#[test]
fn issuers_that_are_trusted_are_a_list() {
    let mesh = "[[trusted_issuers]]\nissuer = \"spiffe://meadow.example\"\njwks_file = \"/x\"\nsubjects = [\"*\"]\n\
                single_use = false\nmax_life = \"5m\"\nalgorithms = [\"ES256\"]\nroles = [\"r\"]\naudiences = [\"a\"]\n";
    let text = format!("{CI}{mesh}[http]\nlisten = \"127.0.0.1:9000\"\n");
    let loaded = check(Some((Path::new("x.toml"), &text)), &[]).unwrap_or_else(|faults| panic!("{faults}"));
    let [ci, mesh] = loaded.settings.trusted_issuers.as_slice() else { panic!("two issuers") };
    assert_eq!(ci.claims, [("owner_id".to_owned(), "1=2".to_owned())]);
    assert_eq!((ci.single_use, ci.max_life.as_secs(), ci.algorithms.len()), (true, 3600, 11));
    assert_eq!((mesh.single_use, mesh.max_life.as_secs(), mesh.algorithms.len()), (false, 300, 1));
    assert!(loaded.wrote("trusted_issuers.0.issuer") && loaded.wrote("trusted_issuers.1.roles"));
}

#[test]
fn what_is_wrong_with_a_trusted_issuer_is_told_with_its_line() {
    for (from, to, line, key) in [
        ("https://ci.example\"\njwks", "http://localhost:8080\"\njwks", 3, "trusted_issuers.0.issuer"),
        ("\"https://ci.example\"\njwks", "\"ci\"\njwks", 3, "trusted_issuers.0.issuer"),
        ("\"https://ci.example\"\njwks", "\"spiffe://a/b\"\njwks", 3, "trusted_issuers.0.issuer"),
        ("\"https://ci.example\"\njwks", "\"https://ci.example#repo\"\njwks", 3, "trusted_issuers.0.issuer"),
        ("issuer = \"https://ci.example\"\n", "", 2, "trusted_issuers.0.issuer"),
        ("jwks_uri = \"https://ci.example/keys\"\n", "", 2, "trusted_issuers.0.jwks_uri"),
        ("jwks_uri", "jwks_file = \"/x\"\njwks_uri", 5, "trusted_issuers.0.jwks_uri"),
        ("[\"repo:acme/*\"]", "[]", 5, "trusted_issuers.0.subjects"),
        ("owner_id=1=2", "owner_id", 6, "trusted_issuers.0.claims"),
        ("scope", "algorithms = [\"HS256\"]\nscope", 7, "trusted_issuers.0.algorithms"),
        ("scope", "algorithms = [\"none\"]\nscope", 7, "trusted_issuers.0.algorithms"),
        ("scope", "max_life = \"31d\"\nscope", 7, "trusted_issuers.0.max_life"),
        ("scope", "subject = \"x\"\nscope", 7, "trusted_issuers.0.subject"),
        ("scope = \"deploy read\"", "single_use = 1", 7, "trusted_issuers.0.single_use"),
        ("trusted_issuers", "trusted_issuer", 2, "[[trusted_issuer]]"),
    ] {
        let found = faults(&CI.replacen(from, to, 1), &[]);
        assert_eq!(found.len(), 1, "{to}: {found:?}");
        assert!(found[0].starts_with(&format!("x.toml:{line}: {key}:")), "{to}: {found:?}");
    }
}

/// Of a list, what is wrong in it is named; of the sections, all that there are.
#[test]
fn a_fault_names_what_is_wrong_and_what_there_is() {
    let text = "[http]\ntrusted_proxies = [\"10.0.0.0/8\", \"10.0.0.0/33\"]\n[detail]\nx = 1\n";
    let found = faults(text, &[]);
    assert!(
        found[0].starts_with("x.toml:2: http.trusted_proxies: \"10.0.0.0/33\" is not allowed; give"),
        "{found:?}"
    );
    assert!(found[1].contains("authorization_details"), "{found:?}");
    let found = faults("", &[("LATCHKEY__HTTP__TRUSTED_PROXIES", "10.0.0.1, here")]);
    assert!(found[0].contains("http.trusted_proxies: \"here\" is not allowed"), "{found:?}");
}
