//! The shape of the house: which module may know which, and how large a file and a folder may grow.
//!
//! The rules are those of ARCHITECTURE.md. Every path in the source is looked at, in `use` items and in the middle
//! of expressions; comments, texts and `#[cfg(test)]` modules are not (a test may reach for whatever it needs).

use std::fs;
use std::path::{Path, PathBuf};

#[path = "architecture/source.rs"]
mod source;

use source::{Source, strip};

/// `who` (a module path below `crate`, with all below it) must never name `what` (a module of ours as `crate::x`,
/// or a crate).
struct Rule {
    who: &'static str,
    never: &'static [&'static str],
}

const ABOVE_DOMAIN: [&str; 13] = [
    "crate::web",
    "crate::cli",
    "crate::jobs",
    "crate::config",
    "crate::admin",
    "crate::server",
    "actix_web",
    "askama",
    "sled",
    "tokio",
    "tokio_postgres",
    "rusqlite",
    "sqlx",
];

const RULES: [Rule; 20] = [
    Rule { who: "oauth", never: &ABOVE_DOMAIN },
    Rule { who: "identity", never: &ABOVE_DOMAIN },
    Rule { who: "keys", never: &ABOVE_DOMAIN },
    Rule { who: "jose", never: &ABOVE_DOMAIN },
    Rule { who: "jose", never: &["crate::oauth", "crate::identity", "crate::keys", "crate::audit"] },
    Rule { who: "audit", never: &ABOVE_DOMAIN },
    Rule { who: "records", never: &ABOVE_DOMAIN },
    Rule { who: "x509", never: &ABOVE_DOMAIN },
    Rule { who: "x509", never: &["crate::oauth", "crate::identity", "crate::keys", "crate::storage"] },
    Rule {
        who: "records",
        never: &["crate::oauth", "crate::identity", "crate::jose", "crate::keys", "crate::audit"],
    },
    Rule {
        who: "storage",
        never: &[
            "crate::act",
            "crate::admin",
            "crate::audit",
            "crate::cli",
            "crate::config",
            "crate::identity",
            "crate::jobs",
            "crate::keys",
            "crate::oauth",
            "crate::records",
            "crate::server",
            "crate::web",
            "actix_web",
            "askama",
        ],
    },
    Rule { who: "web", never: &["sled", "jsonwebtoken", "argon2", "openssl", "crate::cli", "crate::server"] },
    Rule { who: "web", never: &["crate::config", "crate::jobs"] },
    Rule {
        who: "jobs",
        never: &["crate::web", "crate::cli", "crate::config", "crate::server", "sled", "actix_web"],
    },
    Rule {
        who: "admin",
        never: &["crate::web", "crate::cli", "crate::config", "crate::server", "sled", "actix_web"],
    },
    Rule {
        who: "remote",
        never: &[
            "crate::web",
            "crate::cli",
            "crate::config",
            "crate::server",
            "crate::storage",
            "crate::oauth",
        ],
    },
    Rule {
        who: "ports",
        never: &["crate::storage", "crate::web", "crate::config", "crate::oauth", "crate::keys"],
    },
    Rule {
        who: "config",
        never: &["crate::web", "crate::cli", "crate::server", "crate::jobs", "crate::storage"],
    },
    Rule { who: "server", never: &["crate::cli", "sled"] },
    Rule { who: "cli", never: &["crate::web", "actix_web", "sled", "openssl", "argon2", "jsonwebtoken"] },
];

/// A word in the source that only some modules may write.
struct Reserved {
    words: &'static [&'static str],
    only: &'static [&'static str],
    why: &'static str,
}

const RESERVED: [Reserved; 5] = [
    Reserved {
        words: &["env::var", "env::vars", "env::var_os", "env::vars_os"],
        only: &["config"],
        why: "the environment is read by config alone",
    },
    Reserved {
        words: &[
            "OffsetDateTime::now_utc",
            "OffsetDateTime::now_local",
            "SystemTime::now",
            "UtcDateTime::now",
        ],
        only: &["ports"],
        why: "the system's clock is read by ports alone",
    },
    Reserved {
        words: &["rand::rand_bytes", "rand::rand_priv_bytes", "Uuid::new_v4", "Uuid::now_v7"],
        only: &["ports"],
        why: "the random source is read by ports alone",
    },
    Reserved { words: &["sled"], only: &["storage"], why: "nothing but storage names sled" },
    Reserved {
        words: &["reqwest"],
        only: &["ports::outbound"],
        why: "other servers are called through the guarded port alone",
    },
];

/// Files that may be longer than 500 lines: tables, never procedures.
const TABLES: [&str; 0] = [];

const MAX_LINES: usize = 500;
const MAX_FILES: usize = 15;

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources() -> Vec<Source> {
    let found = source::read_all(&src());
    assert!(found.len() > 20, "the source was not found");
    found
}

fn report(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn no_module_imports_what_lies_above_it() {
    let mut faults = Vec::new();
    for source in &sources() {
        for rule in RULES.iter().filter(|rule| source.is_within(rule.who)) {
            for path in source.paths() {
                if let Some(what) = rule.never.iter().find(|what| path.names(what)) {
                    faults.push(format!(
                        "{}:{}: {} must never import {what} ({})",
                        source.file, path.line, rule.who, path.text
                    ));
                }
            }
        }
    }
    report(&faults);
}

#[test]
fn an_endpoint_or_page_does_not_import_another() {
    let mut faults = Vec::new();
    for folder in ["web::protocol", "web::pages"] {
        for source in sources().iter().filter(|source| source.is_within(folder) && source.module != folder) {
            let own = source.module.split("::").nth(2).unwrap_or_default().to_owned();
            let siblings = source::children(&src(), folder);
            for path in source.paths() {
                let other = siblings
                    .iter()
                    .filter(|name| **name != own && **name != "mod")
                    .find(|name| path.names(&format!("crate::{folder}::{name}")));
                if let Some(other) = other {
                    faults.push(format!("{}:{}: imports its sibling {other}", source.file, path.line));
                }
            }
        }
    }
    report(&faults);
}

#[test]
fn environment_clock_random_source_and_sled_are_named_where_they_belong() {
    let mut faults = Vec::new();
    for source in &sources() {
        for reserved in
            RESERVED.iter().filter(|reserved| !reserved.only.iter().any(|who| source.is_within(who)))
        {
            for path in source.paths() {
                if reserved.words.iter().any(|word| path.ends_in(word)) {
                    faults.push(format!("{}:{}: {}: {}", source.file, path.line, path.text, reserved.why));
                }
            }
        }
    }
    report(&faults);
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let long: Vec<_> = sources()
        .iter()
        .filter(|source| source.lines > MAX_LINES && !TABLES.contains(&source.file.as_str()))
        .map(|source| format!("{}: {} lines; split it", source.file, source.lines))
        .collect();
    report(&long);
}

#[test]
fn no_folder_holds_more_than_15_files() {
    let mut faults = Vec::new();
    let mut folders = vec![src()];
    while let Some(folder) = folders.pop() {
        let entries: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        let files = entries.iter().filter(|path| path.is_file()).count();
        if files > MAX_FILES {
            faults.push(format!("{}: {files} files; give it a level", folder.display()));
        }
        folders.extend(entries.into_iter().filter(|path| path.is_dir()));
    }
    report(&faults);
}

#[test]
fn no_module_is_a_drawer_for_everything() {
    let drawers: Vec<_> = sources()
        .iter()
        .filter(|source| {
            source
                .module
                .split("::")
                .any(|name| ["utils", "util", "helpers", "common", "manager", "misc"].contains(&name))
        })
        .map(|source| format!("{}: name it for what it does", source.file))
        .collect();
    report(&drawers);
}

#[test]
fn a_forbidden_import_is_seen_in_every_form() {
    for text in [
        "use crate::web;",
        "use crate::{act::Act, web::state::AppState};",
        "use crate::{\n    act::Act,\n    web::{self, routes},\n};",
        "fn f() -> crate::web::Page { todo() }",
        "pub(crate) use crate::web as other;",
        "use super::super::web::routes;",
    ] {
        let source = Source::new("src/oauth/grants/mod.rs", text);
        assert!(source.paths().iter().any(|path| path.names("crate::web")), "{text}");
    }
    let external = Source::new("src/oauth/scope.rs", "fn f(x: &actix_web::HttpRequest) { ::sled::open(x) }");
    assert!(external.paths().iter().any(|path| path.names("actix_web")));
    assert!(external.paths().iter().any(|path| path.names("sled")));
    let alone = Source::new("src/oauth/scope.rs", "use sled;");
    assert!(alone.paths().iter().any(|path| path.names("sled")));
}

#[test]
fn what_is_no_import_is_not_taken_for_one() {
    let text = "//! crate::web\n/* use crate::web; /* nested */ crate::web */\nconst A: &str = \"crate::web \\\" crate::web\";\n\
                const B: &str = r#\"crate::web\"#;\nconst C: char = '\"'; const D: &'static str = \"crate::web\";\n\
                #[cfg(test)]\nmod tests {\n    use crate::web; fn f() { if true { crate::web::x() } }\n}\nuse crate::website;";
    let source = Source::new("src/oauth/scope.rs", text);
    assert!(!source.paths().iter().any(|path| path.names("crate::web")), "{}", strip(text));
    let last = source.paths().into_iter().find(|path| path.names("crate::website")).unwrap();
    assert_eq!(last.line, text.lines().count());
}
