//! `latchkey key`

use super::control::ask;
use super::{Failure, print};
use crate::admin::{Answer, Change, KeyOrder, KeyView, Order};
use crate::config::Settings;
use crate::records::SignatureAlgorithm;
use clap::Subcommand;
use std::process::ExitCode;

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List the keys: where each stands, and what happens to it next
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Let the next key sign as soon as it has been published for its lead time
    Rotate {
        /// `ES256`, `RS256` or `EdDSA`
        #[arg(value_parser = algorithm)]
        alg: SignatureAlgorithm,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Withdraw a key at once, in an emergency: what it signed is no longer accepted
    Revoke {
        /// The key's identifier
        kid: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Seal all private keys and secrets anew under the first key-encryption key
    Rewrap {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

fn algorithm(text: &str) -> Result<SignatureAlgorithm, String> {
    let known = SignatureAlgorithm::ALL.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(text));
    known.ok_or_else(|| "give ES256, RS256 or EdDSA".to_owned())
}

pub(super) fn run(settings: &Settings, verb: Verb) -> Result<ExitCode, Failure> {
    let (order, json) = match verb {
        Verb::List { json } => (KeyOrder::List, json),
        Verb::Rotate { alg, json } => (KeyOrder::Rotate { alg }, json),
        Verb::Revoke { kid, json } => (KeyOrder::Revoke { kid }, json),
        Verb::Rewrap { json } => (KeyOrder::Rewrap, json),
    };
    match ask(settings, &Order::Key(order), false)? {
        Answer::Keys(keys) => list(&keys, json)?,
        Answer::Rotation(at) if json => print::json(&serde_json::json!({ "activates_at": at }))?,
        Answer::Rotation(Some(at)) => {
            print::line(format!("the next key signs from {at} on"))?;
        }
        Answer::Rotation(None) => print::line("the next key signs once it has been published long enough")?,
        Answer::Changed(changes) => changed(&changes, json)?,
        Answer::Rewrapped(count) if json => print::json(&serde_json::json!({ "rewrapped": count }))?,
        Answer::Rewrapped(count) => print::line(format!("{count} sealed anew"))?,
        _ => {
            return Err(Failure(
                "the server answered something else: use the command of its own version".to_owned(),
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(keys: &[KeyView], json: bool) -> Result<(), Failure> {
    if json {
        return print::json(keys);
    }
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

fn changed(changes: &[Change], json: bool) -> Result<(), Failure> {
    if json {
        return print::json(changes);
    }
    let row = |change: &Change| [change.alg.clone(), change.state.clone(), change.kid.clone()];
    print::table(["ALG", "NOW", "KID"], &changes.iter().map(row).collect::<Vec<_>>())
}
