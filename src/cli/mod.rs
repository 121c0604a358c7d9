//! The command: its verbs, one file each.

mod answer;
mod audit;
mod check_config;
mod client;
mod control;
mod inspect;
mod key;
mod print;
mod profile;
mod resource;
mod secret_input;
mod serve;
mod user;

use crate::config::{self, Settings};
use clap::{Parser, Subcommand};
use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// An identity provider for microservices: people sign in once, services verify short-lived tokens by themselves.
#[derive(Debug, Parser)]
#[command(name = "latchkey", version, max_term_width = 110, after_help = AFTER_HELP)]
struct Cli {
    /// The configuration file [default: none; every key has a default]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    verb: Verb,
}

const AFTER_HELP: &str = "Exit codes: 0 done; 1 refused or failed, with one line that says what to do; 2 wrong usage.\n\
    While a server runs, the other verbs talk to it over latchkey.sock in its data folder; while none runs, they open \
    the store themselves.\nSettings can also come from the environment: LATCHKEY__SECTION__KEY, such as \
    LATCHKEY__DATA_DIR or LATCHKEY__HTTP__LISTEN.";

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run the server
    Serve(serve::Arguments),
    /// Name every fault of a configuration file, with its line and key
    ///
    /// The files that it names are read as the start reads them: certificates and keys, authorities, key-encryption keys,
    /// keys of trusted issuers. Nothing is made or run: whether an address can be listened on, what
    /// `keys.kek_command` prints, and whether the key-encryption key opens the store is found out by the start alone.
    CheckConfig(check_config::Arguments),
    /// Add, show, change and delete people
    #[command(subcommand)]
    User(user::Verb),
    /// Register, show, change and delete clients
    #[command(subcommand)]
    Client(client::Verb),
    /// Describe the APIs for which tokens are issued
    #[command(subcommand)]
    Resource(resource::Verb),
    /// Show and turn the signing keys
    #[command(subcommand)]
    Key(key::Verb),
    /// Explain a token: each check that a verifier makes, and why it fails
    Inspect(inspect::Arguments),
    /// Read the audit trail and prove that it is whole
    #[command(subcommand)]
    Audit(audit::Verb),
}

/// Why a verb failed, in one line that says what to do next (a configuration has one a fault). Exit code 1.
#[derive(Debug)]
struct Failure(String);

impl Failure {
    fn new(what: impl fmt::Display) -> Self {
        Self(what.to_string())
    }

    /// Whoever reads standard output has read enough, as `head` does: the rest is left out, and nothing has failed.
    fn unread() -> Self {
        Self(String::new())
    }

    fn is_unread(&self) -> bool {
        self.0.is_empty()
    }
}

/// How showing something ended, where it does not count whether all of it was read.
fn shown(done: Result<(), Failure>) -> Result<(), Failure> {
    match done {
        Err(failure) if failure.is_unread() => Ok(()),
        done => done,
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

/// Runs the command that this process was started with.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match carry_out(cli) {
        Ok(code) => code,
        Err(failure) if failure.is_unread() => ExitCode::SUCCESS,
        Err(Failure(what)) => {
            for line in what.lines() {
                // Nobody is left to tell where standard error is closed.
                let _ = writeln!(std::io::stderr(), "latchkey: {line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn carry_out(cli: Cli) -> Result<ExitCode, Failure> {
    let Cli { config, json, verb } = cli;
    match verb {
        Verb::Serve(arguments) => serve::run(config, &arguments, json),
        Verb::CheckConfig(arguments) => check_config::run(&arguments, json),
        Verb::User(verb) => answer::show(&user::run(&settings(config.as_deref())?, verb)?, json),
        Verb::Client(verb) => answer::show(&client::run(&settings(config.as_deref())?, verb)?, json),
        Verb::Resource(verb) => answer::show(&resource::run(&settings(config.as_deref())?, verb)?, json),
        Verb::Key(verb) => answer::show(&key::run(&settings(config.as_deref())?, verb)?, json),
        Verb::Inspect(arguments) => {
            answer::show(&inspect::run(&settings(config.as_deref())?, arguments)?, json)
        }
        Verb::Audit(verb) => audit::run(&settings(config.as_deref())?, &verb, json),
    }
}

fn settings(config: Option<&Path>) -> Result<Settings, Failure> {
    Ok(config::load(config)?.settings)
}
