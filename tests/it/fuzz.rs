//! The kept corpus of the fuzz targets, fed to the same functions as `scripts/fuzz` feeds.

#[path = "../../fuzz/parsers.rs"]
mod parsers;

use std::fs;
use std::path::Path;

/// A target: the name of its corpus, and what it feeds.
type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 10] = [
    ("params", parsers::params),
    ("authorization", parsers::authorization),
    ("jwt", parsers::jwt),
    ("jwk", parsers::jwk),
    ("metadata", parsers::metadata),
    ("redirect_uri", parsers::redirect_uri),
    ("dpop", parsers::dpop),
    ("claims", parsers::claims),
    ("request_object", parsers::request_object),
    ("details", parsers::details),
];

#[test]
fn the_kept_corpus_finds_nothing() {
    for (name, feed) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
        let mut count = 0;
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            feed(&fs::read(entry.unwrap().path()).unwrap());
            count += 1;
        }
        assert!(count > 0, "{name} has no corpus");
    }
}

/// Each target's file exists, and there is none that the tests do not know.
#[test]
fn every_target_is_fed_here() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let mut known: Vec<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    files.sort();
    known.sort();
    assert_eq!(files, known);
}
