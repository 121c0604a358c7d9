//! The kept corpus of the fuzz targets, one input a line in base64, fed to the same functions as `scripts/fuzz` feeds.

#[path = "../../fuzz/parsers.rs"]
mod parsers;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
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
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
        let corpus = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(corpus.lines().count() > 50, "{name} has no corpus");
        for line in corpus.lines() {
            feed(&STANDARD.decode(line).unwrap());
        }
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

/// Found by `claims`: a number of many digits was kept as its neighbour.
#[test]
fn a_number_is_kept_as_it_was_read() {
    let asked = format!(r#"{{"userinfo":{{"email":{{"value":2{}557}}}}}}"#, "0".repeat(69));
    let request = latchkey::oauth::claims::parse(&asked).unwrap();
    let stored = serde_json::to_vec(&request).unwrap();
    assert_eq!(serde_json::from_slice::<latchkey::records::ClaimsRequest>(&stored).unwrap(), request);
}
