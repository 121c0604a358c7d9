//! What README says of the command: verbs and flags exist, and its configuration has no fault.

use super::markdown::root;
use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Output};

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// The lines of all blocks of code in this language; lines that a backslash continues are one.
fn blocks(text: &str, language: &str) -> String {
    let opening = format!("```{language}\n");
    let blocks = text.split(&opening).skip(1).filter_map(|rest| rest.split("```").next());
    blocks.collect::<String>().replace("\\\n", " ")
}

/// The command lines that README shows, and those that its table of verbs stands for; without `latchkey`.
fn command_lines(text: &str) -> BTreeSet<String> {
    let shown = blocks(text, "sh").lines().map(str::to_owned).collect::<Vec<_>>();
    let quoted = text.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `latchkey ")).flat_map(|row| {
        let (verb, does) = row.split_once("` | ").unwrap();
        let words = does.split('`').skip(1).step_by(2);
        words.map(|word| format!("latchkey {verb} {word}")).collect::<Vec<_>>()
    });
    let all: Vec<_> = [shown, quoted, rows.collect()].concat();
    all.iter().filter_map(|line| line.trim().strip_prefix("latchkey ")).map(str::to_owned).collect()
}

/// The verb at the start of a command line (at most two words), and the flags in it.
fn parts(line: &str) -> (Vec<&str>, Vec<&str>) {
    let is_verb = |word: &&str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c == '-')
    };
    let verb = line.split_whitespace().take_while(is_verb).take(2).collect();
    (verb, line.split_whitespace().filter(|word| word.starts_with("--")).collect())
}

fn latchkey(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_latchkey")).args(arguments).env_clear().output().unwrap()
}

#[test]
fn every_verb_and_flag_in_it_exists() {
    let lines = command_lines(&readme());
    assert!(lines.len() > 25, "the command lines were not found: {lines:?}");
    let mut missing = Vec::new();
    for line in &lines {
        let (verb, flags) = parts(line);
        let help = latchkey(&[verb.as_slice(), &["--help"]].concat());
        let text = String::from_utf8(help.stdout).unwrap();
        let known = |flag: &&str| text.split([' ', '\n', '=']).any(|word| word == *flag);
        if !help.status.success() || !flags.iter().all(known) {
            missing.push(line);
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn its_configuration_has_no_fault() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("latchkey.toml");
    let text = blocks(&readme(), "toml");
    assert!(text.contains("issuer"), "the configuration was not found");
    fs::write(&file, text).unwrap();
    let checked = latchkey(&["check-config", file.to_str().unwrap()]);
    assert!(checked.status.success(), "{checked:?}");
}

#[test]
fn a_verb_that_does_not_exist_is_seen() {
    let text = "```sh\nlatchkey user add ada --emial x \\\n  --name y\n```\n| `latchkey key` | `lists` |";
    let lines = command_lines(text);
    assert!(lines.contains("key lists") && lines.contains("key"), "{lines:?}");
    assert!(
        lines.iter().any(|line| parts(line) == (vec!["user", "add"], vec!["--emial", "--name"])),
        "{lines:?}"
    );
    assert!(!latchkey(&["key", "lists", "--help"]).status.success());
}
