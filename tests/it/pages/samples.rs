//! Every page in every look, kept as a snapshot; `LATCHKEY_SAMPLES=FOLDER` writes them out to be looked at.

use latchkey::web::pages::samples;
use latchkey::web::respond::page::{Frame, Stationery};
use std::path::Path;
use std::sync::Arc;

pub(super) fn frame() -> Frame {
    let stationery = Stationery::load("https://id.meadow.example".parse().unwrap()).unwrap();
    let language = stationery.texts().choose(None, None);
    Frame::new(Arc::new(stationery), language)
}

#[test]
fn every_page_looks_as_it_did() {
    for (page, looks) in samples(&frame()) {
        for sample in looks {
            insta::assert_snapshot!(format!("{page}-{}", sample.name), without_hashes(&sample.html));
        }
    }
}

/// The names of static files without the hash of their content, which changes with every touch of them.
fn without_hashes(html: &str) -> String {
    let mut parts = html.split("/static/latchkey.");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, rest) = part.split_once('.').unwrap();
        out.push_str("/static/latchkey.HASH.");
        out.push_str(rest);
    }
    out
}

/// A person who writes markup into a name sees it as text. (attacks: M45, A16)
#[test]
fn markup_in_names_stays_text() {
    for (page, looks) in samples(&frame()) {
        for sample in looks {
            assert!(sample.html.starts_with("<!doctype html>"), "{page}-{}", sample.name);
            assert!(!sample.html.contains("<script>"), "{page}-{}", sample.name);
            assert!(!sample.html.contains("<b>"), "{page}-{}", sample.name);
        }
    }
}

/// All that a first visit loads: under 50 KB.
#[test]
fn a_page_with_all_its_files_is_small() {
    let files: u64 = ["latchkey.css", "latchkey.js", "latchkey.svg"]
        .iter()
        .map(|name| size(&format!("static/{name}")))
        .sum();
    for (page, looks) in samples(&frame()) {
        for sample in looks {
            assert!(sample.html.len() as u64 + files < 50_000, "{page}-{}", sample.name);
        }
    }
}

fn size(path: &str) -> u64 {
    std::fs::metadata(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap().len()
}

/// Not a check: writes every sample with its files into a folder, to be opened in a browser.
#[test]
#[ignore = "writes files to be looked at: LATCHKEY_SAMPLES=FOLDER cargo test --test it -- write_samples --ignored"]
#[allow(clippy::disallowed_methods, reason = "a tool for people who look at the pages")]
fn write_samples() {
    let folder = std::env::var("LATCHKEY_SAMPLES").expect("LATCHKEY_SAMPLES names the folder");
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder).unwrap();
    let base = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (page, looks) in samples(&frame()) {
        for sample in looks {
            let html = without_hashes(&sample.html).replace("/static/latchkey.HASH", "latchkey");
            std::fs::write(folder.join(format!("{page}-{}.html", sample.name)), html).unwrap();
        }
    }
    for name in ["latchkey.css", "latchkey.js", "latchkey.svg"] {
        std::fs::copy(base.join("static").join(name), folder.join(name)).unwrap();
    }
}
