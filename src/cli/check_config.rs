//! `latchkey check-config`

use super::{Failure, print};
use crate::config::{self, Fault};
use crate::server::check;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// The arguments of `check-config`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The file to check, together with the LATCHKEY__ variables of the environment
    file: PathBuf,
}

pub(super) fn run(arguments: &Arguments, as_json: bool) -> Result<ExitCode, Failure> {
    let faults = match config::load(Some(&arguments.file)) {
        Ok(loaded) => check::faults(&loaded),
        Err(faults) => faults.0,
    };
    super::shown(show(&faults, arguments, as_json))?;
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn show(faults: &[Fault], arguments: &Arguments, as_json: bool) -> Result<(), Failure> {
    if as_json {
        let lines = faults.iter().map(
            |fault| serde_json::json!({"at": fault.origin.to_string(), "key": fault.key, "what": fault.what}),
        );
        return print::json(&lines.collect::<Vec<_>>());
    }
    if faults.is_empty() {
        return print::line(format!("{}: no faults", arguments.file.display()));
    }
    faults.iter().try_for_each(print::line)
}
