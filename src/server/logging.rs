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

/// Where the HTTP library tells of bytes that are no request, as errors: whoever reaches the server could fill the log
/// with them.
const OF_STRANGERS: [&str; 2] = ["actix_http::h1::dispatcher", "actix_http::h1::decoder"];

/// Our own lines from `level` on. Those of libraries from "warn" on alone: at lower levels some of them print whole
/// requests, secrets included. What strangers cause, for who looks for it: at "debug" and below.
fn targets(level: Level) -> Targets {
    let own = match level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
        Level::Trace => LevelFilter::TRACE,
    };
    let others = own.min(LevelFilter::WARN);
    let of_strangers = if own < LevelFilter::DEBUG { LevelFilter::OFF } else { others };
    Targets::new()
        .with_default(others)
        .with_target("latchkey", own)
        .with_targets(OF_STRANGERS.map(|target| (target, of_strangers)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level as Line;

    #[test]
    fn what_strangers_cause_is_logged_for_who_looks_for_it() {
        for (level, is_told) in [(Level::Error, false), (Level::Info, false), (Level::Debug, true)] {
            let targets = targets(level);
            assert_eq!(
                targets.would_enable("actix_http::h1::dispatcher", &Line::ERROR),
                is_told,
                "{level:?}"
            );
            assert!(targets.would_enable("actix_http::h1::service", &Line::ERROR));
            assert!(targets.would_enable("latchkey::web", &Line::ERROR));
            assert!(!targets.would_enable("actix_http::h1::dispatcher", &Line::DEBUG));
        }
    }
}
