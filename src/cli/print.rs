//! Output: aligned text for people, JSON for programs.

use super::Failure;
use serde::Serialize;
use serde_json::Value;
use std::fmt::Display;
use std::io::Write as _;

/// Writes one line to standard output.
pub(super) fn line(text: impl Display) -> Result<(), Failure> {
    let done = writeln!(std::io::stdout(), "{text}");
    done.map_err(|error| Failure(format!("standard output: {error}")))
}

/// Writes a value as indented JSON.
pub(super) fn json(value: &(impl Serialize + ?Sized)) -> Result<(), Failure> {
    line(serde_json::to_string_pretty(value)?)
}

/// Writes rows under headings, each column as wide as its widest cell. Empty cells show as `-`.
pub(super) fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> Result<(), Failure> {
    let mut all = vec![headings.map(str::to_owned)];
    all.extend(rows.iter().cloned());
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
        let value = if value.is_empty() { "-" } else { value };
        line(format!("{name:<width$}  {value}"))?;
    }
    Ok(())
}

/// The text with control characters escaped, so that what somebody else wrote cannot steer a terminal.
pub(super) fn visible(text: &str) -> String {
    let escaped = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(escaped).collect()
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
