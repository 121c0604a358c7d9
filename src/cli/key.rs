//! `latchkey key`

use super::control::ask;
use super::{Failure, print};
use crate::admin::{Answer, Change, KeyOrder, KeyView, Order};
use crate::config::Settings;
use crate::records::SignatureAlgorithm;
use clap::Subcommand;

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List the keys: where each stands, and what happens to it next
    List,
    /// Let the next key sign as soon as it has been published for its lead time
    Rotate {
        /// `ES256`, `RS256` or `EdDSA`
        #[arg(value_parser = algorithm)]
        alg: SignatureAlgorithm,
    },
    /// Withdraw a key at once, in an emergency: what it signed is no longer accepted
    Revoke {
        /// The key's identifier
        #[arg(allow_hyphen_values = true)]
        kid: String,
    },
    /// Seal all private keys and secrets anew under the first key-encryption key
    Rewrap,
}

fn algorithm(text: &str) -> Result<SignatureAlgorithm, String> {
    let known = SignatureAlgorithm::ALL.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(text));
    known.ok_or_else(|| "give ES256, RS256 or EdDSA".to_owned())
}

pub(super) fn run(settings: &Settings, verb: Verb) -> Result<Answer, Failure> {
    let order = match verb {
        Verb::List => KeyOrder::List,
        Verb::Rotate { alg } => KeyOrder::Rotate { alg },
        Verb::Revoke { kid } => KeyOrder::Revoke { kid },
        Verb::Rewrap => KeyOrder::Rewrap,
    };
    ask(settings, &Order::Key(order), false)
}

pub(super) fn list(keys: &[KeyView]) -> Result<(), Failure> {
    let row = |key: &KeyView| {
        let next = key.next.as_ref().map(|next| format!("{} {}", next.step, next.at));
        [
            key.alg.as_str().to_owned(),
            key.state.as_str().to_owned(),
            next.unwrap_or_default(),
            key.created_at.to_string(),
            key.kid.clone(),
        ]
    };
    print::table(["ALG", "STATE", "NEXT STEP", "CREATED", "KID"], &keys.iter().map(row).collect::<Vec<_>>())
}

pub(super) fn changed(changes: &[Change]) -> Result<(), Failure> {
    let row = |change: &Change| [change.alg.clone(), change.state.clone(), change.kid.clone()];
    print::table(["ALG", "NOW", "KID"], &changes.iter().map(row).collect::<Vec<_>>())
}
