//! Signals: SIGTERM and SIGINT stop the server in good order, SIGHUP reads the configuration and the
//! certificates again.

use super::StartError;
use super::logging::Logging;
use super::tls::Tls;
use crate::config::{self, Loaded};
use std::path::PathBuf;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What SIGHUP works on.
pub(super) struct Reload {
    /// The file that was read at the start.
    pub(super) config: Option<PathBuf>,
    /// What it said.
    pub(super) loaded: Loaded,
    /// The running log.
    pub(super) logging: Logging,
    /// The certificates.
    pub(super) tls: Tls,
}

/// The signals that we listen to. One that comes before it is asked for is kept.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    /// Begins to listen, before anything else: a signal during the start must not end the process half way.
    ///
    /// # Errors
    /// Where the system does not let us.
    pub(super) fn listen() -> Result<Self, StartError> {
        let on = |kind| signal(kind).map_err(|error| StartError::new(format!("signals: {error}")));
        Ok(Self {
            terminate: on(SignalKind::terminate())?,
            interrupt: on(SignalKind::interrupt())?,
            hangup: on(SignalKind::hangup())?,
        })
    }

    /// Returns when the server is told to stop; reloads meanwhile.
    pub(super) async fn wait_for_stop(&mut self, reload: &mut Reload) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hangup.recv() => reload.run(),
            }
        }
    }
}

impl Reload {
    /// Reads certificates and configuration again; of the latter takes over the log level, and names every other key that changed.
    fn run(&mut self) {
        self.tls.refresh();
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
