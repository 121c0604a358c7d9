//! Links in the Markdown files, and the files that they name.

use std::fs;
use std::path::{Path, PathBuf};

/// Where the repository's own files lie; a path in backticks that begins so must exist.
const PLACES: [&str; 9] =
    ["src/", "tests/", "docs/", "scripts/", "benches/", "templates/", "static/", "locales/", ".ci/"];

/// The repository's root.
pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below `folder` (from the root) whose names end in `.extension`, sorted.
pub(super) fn files_below(folder: &str, extension: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            let hidden = ["node_modules", "target", ".venv"].iter().any(|name| entry.file_name() == *name);
            if entry.file_type().unwrap().is_dir() && !hidden {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == extension) {
                found.push(path.to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

fn markdown_files() -> Vec<String> {
    let top = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut files: Vec<_> =
        top.filter(|name| Path::new(name).extension().is_some_and(|it| it == "md")).collect();
    files.extend(["docs", "tests"].iter().flat_map(|folder| files_below(folder, "md")));
    assert!(files.len() > 10, "the documents were not found");
    files
}

/// The text of a Markdown file without its blocks of code.
fn prose(text: &str) -> String {
    let mut inside = false;
    let lines = text.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        inside ^= fence;
        !inside && !fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The targets of `[text](target)`.
fn links(text: &str) -> Vec<&str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect()
}

/// Paths in backticks that lie in one of [`PLACES`]; patterns are none.
fn paths(text: &str) -> Vec<&str> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted
        .filter(|path| PLACES.iter().any(|place| path.starts_with(place)))
        .filter(|path| !path.contains([' ', '<', '*', '{', '…', '\n']) && !path.contains("NNNN"))
        .collect()
}

#[test]
fn every_relative_link_leads_to_a_file() {
    let mut broken = Vec::new();
    for file in markdown_files() {
        let text = fs::read_to_string(root().join(&file)).unwrap();
        let folder = root().join(&file).parent().unwrap().to_owned();
        for link in links(&prose(&text)) {
            let path = link.split('#').next().unwrap_or_default();
            let elsewhere = path.is_empty() || path.contains("://") || path.starts_with("mailto:");
            if !elsewhere && !folder.join(path).exists() {
                broken.push(format!("{file}: {link}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_file_that_the_documents_name_exists() {
    let mut missing = Vec::new();
    for file in markdown_files().iter().filter(|file| !file.starts_with("tests/")) {
        let text = fs::read_to_string(root().join(file)).unwrap();
        for path in paths(&prose(&text)) {
            if !root().join(path.trim_end_matches('/')).exists() {
                missing.push(format!("{file}: {path}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_decision_is_in_the_list_of_decisions() {
    let list = fs::read_to_string(root().join("docs/adr/README.md")).unwrap();
    let missing: Vec<_> = files_below("docs/adr", "md")
        .into_iter()
        .map(|path| path.trim_start_matches("docs/adr/").to_owned())
        .filter(|name| name != "README.md" && !list.contains(&format!("]({name})")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn links_and_paths_are_found_in_prose_alone() {
    let text = "[a](b.md#c) `src/x.rs`\n```\n[d](e.md) `src/y.rs`\n```\n`src/*/z` [f](https://x)";
    assert_eq!(links(&prose(text)), ["b.md#c", "https://x"]);
    assert_eq!(paths(&prose(text)), ["src/x.rs"]);
}
