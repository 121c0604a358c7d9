//! What `docs/clients.md` says of the members of a registration: it names all that are ours, and its documents are taken.

use super::markdown::root;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

fn page() -> String {
    fs::read_to_string(root().join("docs/clients.md")).unwrap()
}

/// The fields whose comment begins with `Ours`.
fn ours(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut is_ours = false;
    for line in source.lines().map(str::trim) {
        is_ours |= line.starts_with("/// Ours: ");
        if let Some((name, _)) = line.strip_prefix("pub ").and_then(|field| field.split_once(':')) {
            if is_ours {
                found.insert(name.to_owned());
            }
            is_ours = false;
        }
    }
    found
}

#[test]
fn every_member_that_is_ours_has_its_row_and_no_other() {
    let read = |path: &str| ours(&fs::read_to_string(root().join(path)).unwrap());
    let settings = read("src/records/client/settings.rs");
    let metadata = read("src/oauth/clients/registration/metadata.rs");
    assert!(settings.contains("workload_identities") && metadata.contains("skip_consent"), "none was found");
    let page = page();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let rows: BTreeSet<_> = rows.map(|(name, _)| name.to_owned()).collect();
    assert_eq!(rows, &settings | &metadata);
}

#[test]
fn its_documents_are_taken() {
    let page = page();
    let documents: Vec<_> = page.split("echo '").skip(1).filter_map(|rest| rest.split('\'').next()).collect();
    assert_eq!(documents.len(), 2);
    for document in documents {
        let folder = tempfile::tempdir().unwrap();
        let mut verb = Command::new(env!("CARGO_BIN_EXE_latchkey"))
            .args(["client", "add", "--from", "-"])
            .env_clear()
            .env("LATCHKEY__DATA_DIR", folder.path().join("data"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        verb.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
        let output = verb.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !said.contains("not taken"), "{document}: {said}");
    }
}
