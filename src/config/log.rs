//! `[log]`: what is written to standard error.

use super::reader::Section;
use super::value::words;

/// `[log]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// How a line looks.
    pub format: Format,
    /// The least important level that is written.
    pub level: Level,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

words!(Format, "\"text\" or \"json\"", "text" => Format::Text, "json" => Format::Json);

/// How important a log line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Something failed.
    Error,
    /// Something needs a look.
    Warn,
    /// What happened.
    Info,
    /// How it happened.
    Debug,
    /// Everything.
    Trace,
}

words!(Level, "\"error\", \"warn\", \"info\", \"debug\" or \"trace\"",
    "error" => Level::Error,
    "warn" => Level::Warn,
    "info" => Level::Info,
    "debug" => Level::Debug,
    "trace" => Level::Trace,
);

pub(super) fn read(mut section: Section<'_>) -> Log {
    Log { format: section.take("format", Format::Text), level: section.take("level", Level::Info) }
}
