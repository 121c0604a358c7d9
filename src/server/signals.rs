//! Signals: SIGTERM and SIGINT stop the server in good order, SIGHUP reads the configuration again.

use super::StartError;
use super::logging::Logging;
use crate::config::{self, Loaded};
use std::path::PathBuf;
use tokio::signal::unix::{SignalKind, signal};

/// What SIGHUP works on.
pub(super) struct Reload {
    /// The file that was read at the start.
    pub(super) config: Option<PathBuf>,
    /// What it said.
    pub(super) loaded: Loaded,
    /// The running log.
    pub(super) logging: Logging,
}

/// Returns when the server is told to stop; reloads meanwhile.
///
/// # Errors
/// Where the system does not let us listen to signals.
pub(super) async fn wait_for_stop(reload: &mut Reload) -> Result<(), StartError> {
    let on = |kind| signal(kind).map_err(|error| StartError::new(format!("signals: {error}")));
    let mut terminate = on(SignalKind::terminate())?;
    let mut interrupt = on(SignalKind::interrupt())?;
    let mut hangup = on(SignalKind::hangup())?;
    loop {
        tokio::select! {
            _ = terminate.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
            _ = hangup.recv() => reload.run(),
        }
    }
}

impl Reload {
    /// Reads the configuration again; takes over the log level, and names every other key that changed.
    fn run(&mut self) {
        let next = match config::load(self.config.as_deref()) {
            Ok(next) => next,
            Err(faults) => {
                for fault in faults.0 {
                    tracing::error!("reload refused, nothing changed: {fault}");
                }
                return;
            }
        };
        for key in self.loaded.differences(&next) {
            if key == "log.level" {
                self.logging.set_level(next.settings.log.level);
                tracing::info!("log.level reloaded");
            } else {
                tracing::warn!("{key} has changed in the configuration and takes effect at the next start");
            }
        }
        self.loaded.settings.log.level = next.settings.log.level;
        self.loaded.take_over("log.level", &next);
        tracing::info!("configuration reloaded");
    }
}
