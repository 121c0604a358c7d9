//! The authorities whose certificates clients may show: `mtls.client_ca`.

use crate::server::StartError;
use crate::x509::Anchors;
use arc_swap::ArcSwap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The file, and what it held last.
pub(super) struct Trust {
    path: Option<PathBuf>,
    anchors: Arc<ArcSwap<Anchors>>,
    bytes: Mutex<Vec<u8>>,
}

impl Trust {
    /// Reads the file, if one is named.
    ///
    /// # Errors
    /// One line that says what is wrong with it.
    pub(super) fn open(path: Option<PathBuf>) -> Result<Self, StartError> {
        let trust = Self { path, anchors: Arc::default(), bytes: Mutex::default() };
        trust.refresh()?;
        Ok(trust)
    }

    pub(super) fn anchors(&self) -> Arc<ArcSwap<Anchors>> {
        Arc::clone(&self.anchors)
    }

    /// Takes up what the file holds now, where that is something else.
    ///
    /// # Errors
    /// One line that says why nothing changed.
    pub(super) fn refresh(&self) -> Result<bool, StartError> {
        let Some(path) = &self.path else { return Ok(false) };
        let bytes = std::fs::read(path).map_err(|error| refuse(path, &format!("cannot be read: {error}")))?;
        let mut known = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        if *known == bytes {
            return Ok(false);
        }
        let anchors = Anchors::from_pem(&bytes).map_err(|error| refuse(path, &error.to_string()))?;
        self.anchors.store(Arc::new(anchors));
        *known = bytes;
        Ok(true)
    }
}

fn refuse(path: &Path, what: &str) -> StartError {
    StartError::new(format!("mtls.client_ca: {} {what}", path.display()))
}
