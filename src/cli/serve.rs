//! `latchkey serve`

use super::Failure;
use crate::config;
use crate::server::{self, Mode};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// The arguments of `serve`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Run on a throw-away store with one person and three clients, and print everything needed to try them
    #[arg(long)]
    demo: bool,
    /// With --demo: print one JSON object instead
    #[arg(long, requires = "demo")]
    json: bool,
}

pub(super) fn run(config: Option<PathBuf>, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let loaded = config::load(config.as_deref())?;
    let mode = if arguments.demo { Mode::Demo { json: arguments.json } } else { Mode::Normal { config } };
    server::serve(loaded, &mode)?;
    Ok(ExitCode::SUCCESS)
}
