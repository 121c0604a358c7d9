//! Output: aligned text for people, JSON for programs.

use super::Failure;
use serde::Serialize;
use serde_json::Value;
use std::fmt::Display;
use std::io::{ErrorKind, Write as _};

/// Writes lines to standard output, with nothing in them that steers a terminal.
pub(super) fn line(text: impl Display) -> Result<(), Failure> {
    raw(escaped(&text.to_string(), |c| c != '\n', |c| c.escape_default().to_string()))
}

/// Writes a line as it is, for programs.
pub(super) fn raw(text: impl Display) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{text}").map_err(|error| {
        if error.kind() == ErrorKind::BrokenPipe {
            Failure::unread()
        } else {
            Failure(format!("standard output: {error}"))
        }
    })
}

/// Writes a line to standard error, beside what was asked for.
pub(super) fn aside(text: impl Display) {
    // Nobody is left to tell where standard error is closed.
    let _ = writeln!(std::io::stderr(), "latchkey: {}", visible(&text.to_string()));
}

/// Writes a value as indented JSON. What would steer a terminal stands there in the escapes of JSON.
pub(super) fn json(value: &(impl Serialize + ?Sized)) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)?;
    raw(escaped(&text, |c| c != '\n', |c| format!("\\u{:04x}", u32::from(c))))
}

/// Writes rows under headings, each column as wide as its widest cell. Empty cells show as `-`.
pub(super) fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> Result<(), Failure> {
    let mut all = vec![headings.map(str::to_owned)];
    all.extend(rows.iter().map(|row| row.each_ref().map(|cell| visible(cell))));
    let mut widths = [0; N];
    for row in &all {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count()).max(1);
        }
    }
    for row in &all {
        let cells = row.iter().zip(widths).map(|(cell, width)| {
            let cell = if cell.is_empty() { "-" } else { cell };
            format!("{cell:<width$}")
        });
        line(cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

/// Writes names and values below each other. Empty values show as `-`.
pub(super) fn fields(rows: &[(&str, String)]) -> Result<(), Failure> {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, value) in rows {
        let value = if value.is_empty() { "-".to_owned() } else { visible(value) };
        line(format!("{name:<width$}  {value}"))?;
    }
    Ok(())
}

/// The text with control characters escaped, and those that turn its direction, so that what somebody else wrote cannot
/// steer a terminal.
pub(super) fn visible(text: &str) -> String {
    escaped(text, |_| true, |c| c.escape_default().to_string())
}

fn escaped(text: &str, may_steer: impl Fn(char) -> bool, escape: impl Fn(char) -> String) -> String {
    let turns = |c| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let steers = |c: char| (c.is_control() || turns(c)) && may_steer(c);
    text.chars().map(|c| if steers(c) { escape(c) } else { c.to_string() }).collect()
}

/// Whether something may be used, in a word.
pub(super) fn state(disabled: bool) -> String {
    if disabled { "disabled" } else { "enabled" }.to_owned()
}

/// A value as a person reads it: words apart, everything that is deeper as JSON.
pub(super) fn setting(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
        }
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
