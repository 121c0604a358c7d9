//! The rules of texts and colours, read from the files themselves.

use super::samples::frame;
use latchkey::texts::Texts;
use latchkey::web::pages::{samples, setup::Problem};
use latchkey::web::respond::page_error::Phrase;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn files(folder: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|known| known == extension) {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found
}

/// The text without what stands between each `open` and the next `close`.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        kept.push_str(before);
        rest = after.split_once(close).map_or("", |(_, behind)| behind);
    }
    kept + rest
}

fn literal_text(template: &str) -> String {
    let bare = without(&without(&without(template, "{#", "#}"), "{%", "%}"), "{{", "}}");
    without(&bare, "<", ">").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Attributes that people read or hear.
const SPOKEN: [&str; 6] =
    ["title=\"", "aria-label=\"", "placeholder=\"", "alt=\"", "data-show=\"", "data-hide=\""];

fn literal_attributes(template: &str) -> Vec<String> {
    let mut found = Vec::new();
    for attribute in SPOKEN {
        for value in template.split(attribute).skip(1) {
            if !value.starts_with("{{") {
                found.push(format!("{attribute}{}", value.split('"').next().unwrap()));
            }
        }
    }
    found
}

#[test]
fn no_template_holds_literal_text() {
    let templates = files("templates", "html");
    assert!(templates.len() > 8);
    for (path, template) in templates {
        assert_eq!(literal_text(&template), "", "{}", path.display());
        assert!(literal_attributes(&template).is_empty(), "{}", path.display());
    }
}

#[test]
fn literal_text_is_found_where_there_is_some() {
    assert_eq!(
        literal_text("{# a #}<p class=\"b\">Hello {{ name }}{% if c %} you{% endif %}</p>"),
        "Hello you"
    );
    assert_eq!(literal_attributes("<a title=\"Hello\" aria-label=\"{{ x }}\">"), ["title=\"Hello"]);
}

/// The keys that templates and code name.
fn used_keys() -> BTreeSet<String> {
    let mut used: BTreeSet<String> = BTreeSet::new();
    for (_, template) in files("templates", "html") {
        for opening in ["text(\"", "text_with(\""] {
            let keys = template.split(opening).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
            used.extend(keys);
        }
    }
    for (_, code) in files("src", "rs") {
        let code = code.split("#[cfg(test)]").next().unwrap();
        let known: BTreeSet<String> = Texts::load().unwrap().keys().into_iter().collect();
        used.extend(code.split('"').filter(|word| known.contains(*word)).map(str::to_owned));
    }
    used.extend(Phrase::ALL.iter().flat_map(|phrase| [phrase.key().into(), phrase.help_key().into()]));
    used.extend(Problem::ALL.iter().map(|problem| problem.key().to_owned()));
    used
}

#[test]
fn every_key_that_is_used_has_a_text_and_every_text_is_used() {
    let known: BTreeSet<String> = Texts::load().unwrap().keys().into_iter().collect();
    let used = used_keys();
    assert_eq!(used.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new(), "keys without a text");
    assert_eq!(known.difference(&used).collect::<Vec<_>>(), Vec::<&String>::new(), "texts without a use");
}

/// A key or an argument that is missing would stand in the page as itself.
#[test]
fn no_page_shows_a_key_or_an_empty_argument() {
    let keys = Texts::load().unwrap().keys();
    for (page, looks) in samples(&frame()) {
        for sample in looks {
            let text = without(&sample.html, "<", ">");
            for key in &keys {
                assert!(!text.split_whitespace().any(|word| word == key), "{page}-{}: {key}", sample.name);
            }
            assert!(!text.contains("{$"), "{page}-{}: an argument is missing", sample.name);
        }
    }
}
