//! `[keys]`: which signing keys there are, how they turn, and what seals them.

use super::reader::{Reader, Section};
use super::value::{Item, Value, words};
use crate::records::SignatureAlgorithm;
use std::path::PathBuf;
use std::time::Duration;

/// `[keys]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// The algorithms for which there are keys, the first one for access tokens of new clients.
    pub algorithms: Vec<SignatureAlgorithm>,
    /// How long a key signs.
    pub rotate_every: Duration,
    /// How long a key stands in the JWKS before it signs.
    pub publish_ahead: Duration,
    /// For how long verifiers may keep the JWKS: `max-age` of its answer.
    pub jwks_max_age: Duration,
    /// The size of new RSA keys in bits.
    pub rsa_bits: u32,
    /// The file that holds the key-encryption keys; `kek` in the data folder where nothing else is given.
    pub kek_file: Option<PathBuf>,
    /// The name of the environment variable that holds them.
    pub kek_env: Option<String>,
    /// The command that prints them: program and arguments.
    pub kek_command: Vec<String>,
}

words!(SignatureAlgorithm, "\"ES256\", \"RS256\" or \"EdDSA\"",
    "ES256" => SignatureAlgorithm::Es256,
    "RS256" => SignatureAlgorithm::Rs256,
    "EdDSA" => SignatureAlgorithm::EdDsa,
);

impl Item for SignatureAlgorithm {
    const LIST_ALLOWED: &'static str = "a list of \"ES256\", \"RS256\" and \"EdDSA\"";
}

impl Item for String {
    const LIST_ALLOWED: &'static str = "a list of texts";
}

const ALL: [SignatureAlgorithm; 3] =
    [SignatureAlgorithm::Es256, SignatureAlgorithm::Rs256, SignatureAlgorithm::EdDsa];

pub(super) fn read(mut section: Section<'_>) -> Keys {
    let seconds = Duration::from_secs;
    let days = |count: u64| seconds(count * 86_400);
    let algorithms_allowed =
        format!("{}, each once and at least one", <Vec<SignatureAlgorithm> as Value>::ALLOWED);
    Keys {
        algorithms: section.take_if("algorithms", ALL.to_vec(), &algorithms_allowed, |algorithms| {
            let distinct = ALL.iter().filter(|one| algorithms.contains(one)).count();
            distinct > 0 && distinct == algorithms.len()
        }),
        rotate_every: section.take_within("rotate_every", days(30), seconds(1)..=days(3650)),
        publish_ahead: section.take_within("publish_ahead", days(1), seconds(1)..=days(365)),
        jwks_max_age: section.take_within("jwks_max_age", seconds(300), seconds(1)..=days(1)),
        rsa_bits: section
            .take_if("rsa_bits", 2048, "2048, 3072 or 4096", |bits| [2048, 3072, 4096].contains(bits)),
        kek_file: section.take_optional("kek_file"),
        kek_env: section.take_optional("kek_env"),
        kek_command: section.take("kek_command", Vec::new()),
    }
}

pub(super) fn check(keys: &Keys, reader: &mut Reader) {
    // A verifier that fetched the JWKS just before a key was published asks again after max-age; one more round of
    // slack for caches between us.
    if keys.publish_ahead < keys.jwks_max_age * 2 {
        reader.refuse(
            &["keys.publish_ahead", "keys.jwks_max_age"],
            "must be at least twice keys.jwks_max_age, or verifiers meet keys that they cannot know yet",
        );
    }
    if keys.rotate_every <= keys.publish_ahead {
        reader.refuse(&["keys.rotate_every", "keys.publish_ahead"], "must be longer than keys.publish_ahead");
    }
    let sources = usize::from(keys.kek_file.is_some())
        + usize::from(keys.kek_env.is_some())
        + usize::from(!keys.kek_command.is_empty());
    if sources > 1 {
        let last = if keys.kek_command.is_empty() { "keys.kek_env" } else { "keys.kek_command" };
        reader.refuse(&[last], "give only one of kek_file, kek_env and kek_command");
    }
}
