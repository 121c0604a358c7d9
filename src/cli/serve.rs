//! `latchkey serve`

use super::{Cli, Failure};
use crate::config;
use crate::server::{self, Mode};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _};
use std::path::PathBuf;
use std::process::ExitCode;

/// The arguments of `serve`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Run on a throw-away store with one person and three clients, and print everything needed to try them; with
    /// --json, as one object
    #[arg(long)]
    demo: bool,
}

pub(super) fn run(
    config: Option<PathBuf>,
    arguments: &Arguments,
    as_json: bool,
) -> Result<ExitCode, Failure> {
    if as_json && !arguments.demo {
        Cli::command().error(ErrorKind::MissingRequiredArgument, "--json goes with --demo").exit();
    }
    let loaded = config::load(config.as_deref())?;
    let mode = if arguments.demo { Mode::Demo { json: as_json } } else { Mode::Normal { config } };
    server::serve(loaded, &mode)?;
    Ok(ExitCode::SUCCESS)
}
