//! `latchkey check-config`

use super::{Failure, print};
use crate::config;
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
        Ok(_) => Vec::new(),
        Err(faults) => faults.0,
    };
    if as_json {
        let lines = faults.iter().map(
            |fault| serde_json::json!({"at": fault.origin.to_string(), "key": fault.key, "what": fault.what}),
        );
        print::json(&lines.collect::<Vec<_>>())?;
    } else if faults.is_empty() {
        print::line(format!("{}: no faults", arguments.file.display()))?;
    } else {
        for fault in &faults {
            print::line(fault)?;
        }
    }
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
