//! `latchkey inspect`

use super::control::ask;
use super::{Failure, print, secret_input};
use crate::admin::{Answer, Order, Secret};
use crate::config::Settings;
use crate::oauth::tokens::inspect::{Explanation, Verdict};
use clap::Args;
use serde_json::Value;

/// The arguments of `inspect`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The token, or `-` to read it from standard input, where no other process sees it
    token: String,
    /// What the service expects in `aud`
    #[arg(long)]
    audience: Option<String>,
}

pub(super) fn run(settings: &Settings, arguments: Arguments) -> Result<Answer, Failure> {
    let Arguments { token, audience } = arguments;
    let token = if token == "-" { secret_input::from_stdin()? } else { Secret::from(token) };
    ask(settings, &Order::Inspect { token, audience }, false)
}

pub(super) fn show(explanation: &Explanation) -> Result<(), Failure> {
    print::line(explanation.kind.replace('_', " "))?;
    for (title, part) in [("header", &explanation.header), ("claims", &explanation.claims)] {
        let Some(Value::Object(members)) = part else { continue };
        print::line(format!("\n{title}"))?;
        let width = members.keys().map(|name| name.chars().count()).max().unwrap_or(0);
        for (name, value) in members {
            // Anybody may have written the token.
            let (name, value) = (print::visible(name), print::visible(&value.to_string()));
            print::line(format!("  {name:<width$}  {value}"))?;
        }
    }
    print::line("\nchecks")?;
    let width = explanation.checks.iter().map(|check| check.name.chars().count()).max().unwrap_or(0);
    for check in &explanation.checks {
        let mark = match check.result {
            Verdict::Passed => "✓",
            Verdict::Failed => "✗",
            Verdict::Skipped => "·",
        };
        print::line(format!("  {mark} {:<width$}  {}", check.name, check.why))?;
    }
    let verdict = if explanation.accepted { "accepted by every check that was made" } else { "refused" };
    print::line(format!("\n{verdict}"))
}
