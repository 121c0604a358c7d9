//! Log lines on standard error: text or JSON, with a level that can change while the server runs.

use crate::config::{Format, Level, Log};
use std::io::IsTerminal as _;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::reload::{self, Handle};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt};

/// The running log.
#[derive(Debug, Clone)]
pub(super) struct Logging(Handle<Targets, Registry>);

impl Logging {
    /// Begins to log. A second call in one process leaves the first as it is.
    pub(super) fn start(settings: &Log) -> Self {
        let (filter, handle) = reload::Layer::new(targets(settings.level));
        let registry = tracing_subscriber::registry().with(filter);
        let text = fmt::layer().with_writer(std::io::stderr).with_target(false);
        let begun = match settings.format {
            Format::Text => registry.with(text.with_ansi(std::io::stderr().is_terminal()).boxed()).try_init(),
            Format::Json => registry.with(text.json().flatten_event(true).boxed()).try_init(),
        };
        if begun.is_err() {
            tracing::debug!("the log was begun before");
        }
        Self(handle)
    }

    /// Changes the level.
    pub(super) fn set_level(&self, level: Level) {
        if self.0.reload(targets(level)).is_err() {
            tracing::warn!("the log level could not be changed");
        }
    }
}

/// Our own lines from `level` on. Those of libraries from "warn" on alone: at lower levels some of them print whole
/// requests, secrets included.
fn targets(level: Level) -> Targets {
    let own = match level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
        Level::Trace => LevelFilter::TRACE,
    };
    Targets::new().with_default(own.min(LevelFilter::WARN)).with_target("latchkey", own)
}
