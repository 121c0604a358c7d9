//! `latchkey audit`: reads the files of the trail; the server may run or not.

use super::{Failure, print};
use crate::config::Settings;
use crate::storage::audit::{AuditEntry, AuditLog};
use clap::Subcommand;
use serde_json::Value;
use std::collections::VecDeque;
use std::process::ExitCode;
use std::time::Duration;

/// How often `--follow` looks for more.
const EVERY: Duration = Duration::from_millis(250);

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Show the latest entries; as JSON, each is a line, as it is stored
    Tail {
        /// How many
        #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 20)]
        lines: usize,
        /// Go on showing what is added, until interrupted
        #[arg(short, long)]
        follow: bool,
    },
    /// Prove that no entry was changed, taken out or slipped in
    Verify,
}

pub(super) fn run(settings: &Settings, verb: &Verb, as_json: bool) -> Result<ExitCode, Failure> {
    let log = AuditLog::of(&settings.data_dir).map_err(|error| {
        let folder = settings.data_dir.display();
        Failure(format!("no audit trail in {folder}: {error}; name the server's configuration with --config"))
    })?;
    match verb {
        Verb::Tail { lines, follow } => tail(&log, *lines, *follow, as_json)?,
        Verb::Verify => verify(&log, as_json)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn tail(log: &AuditLog, lines: usize, follow: bool, as_json: bool) -> Result<(), Failure> {
    let mut latest = VecDeque::new();
    let mut last = 0;
    for entry in log.entries()? {
        let entry = entry?;
        last = entry.sequence;
        latest.push_back(entry);
        if latest.len() > lines {
            latest.pop_front();
        }
    }
    for entry in &latest {
        show(entry, as_json)?;
    }
    if !follow {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    loop {
        runtime.block_on(tokio::time::sleep(EVERY));
        for entry in log.entries_after(last)? {
            let entry = entry?;
            last = entry.sequence;
            show(&entry, as_json)?;
        }
    }
}

fn show(entry: &AuditEntry, as_json: bool) -> Result<(), Failure> {
    let AuditEntry { sequence, prev_hash, event } = entry;
    if as_json {
        return print::raw(format!("{{\"seq\":{sequence},\"prev_hash\":\"{prev_hash}\",\"event\":{event}}}"));
    }
    let event: Value = serde_json::from_str(event)?;
    let text = |name: &str| print::visible(event.get(name).and_then(Value::as_str).unwrap_or_default());
    let mut line =
        format!("{sequence:>6}  {}  {:<8} {}", seconds(&text("time")), text("outcome"), text("event"));
    for name in ["cause", "actor", "target", "client_id", "scope", "remote"] {
        if event.get(name).is_some() {
            line.extend(["  ", name, "=", &text(name)]);
        }
    }
    if let Some(count) = event.get("suppressed").and_then(Value::as_u64) {
        line.extend(["  suppressed=", &count.to_string()]);
    }
    print::line(line)
}

/// An RFC 3339 time without its fraction.
fn seconds(time: &str) -> String {
    match time.split_once('.') {
        Some((whole, _)) => format!("{whole}Z"),
        None => time.to_owned(),
    }
}

fn verify(log: &AuditLog, as_json: bool) -> Result<(), Failure> {
    let head = log.verify()?;
    let hash = head.hash.iter().fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
    if as_json {
        return print::json(&serde_json::json!({ "entries": head.sequence, "head": hash }));
    }
    print::line(format!("{} entries, the chain is whole; its end is {hash}", head.sequence))
}
