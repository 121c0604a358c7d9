//! One listener's certificate: shown to every new connection, exchanged while the server runs.

use super::context::{self, Audience};
use super::material::{Files, Material, Reason, is_after};
use crate::server::StartError;
use arc_swap::ArcSwap;
use openssl::ssl::{SslAcceptorBuilder, SslContext};
use std::sync::{Arc, Mutex, PoisonError};
use time::{Duration, OffsetDateTime};

/// So long before a certificate expires, the log begins to say so.
const WARNING: Duration = Duration::days(14);

/// A listener that speaks TLS.
pub(super) struct Host {
    files: Files,
    audience: Audience,
    current: Arc<ArcSwap<SslContext>>,
    shown: Mutex<Shown>,
}

/// What the current context was made of.
struct Shown {
    fingerprint: [u8; 32],
    material: Material,
}

impl Host {
    /// Reads the files and checks them.
    ///
    /// # Errors
    /// One line that says which file is wrong, and how.
    pub(super) fn open(files: Files, audience: Audience, now: OffsetDateTime) -> Result<Self, StartError> {
        let contents = files.read()?;
        let material = files.check(&contents, now)?;
        let current = make(&files, &material, audience)?.build().into_context();
        let current = Arc::new(ArcSwap::from_pointee(current));
        let shown = Mutex::new(Shown { fingerprint: contents.fingerprint(), material });
        Ok(Self { files, audience, current, shown })
    }

    /// What the listener is opened with: every new connection takes the certificate that is current then.
    ///
    /// # Errors
    /// One line, where OpenSSL takes offence.
    pub(super) fn acceptor(&self) -> Result<SslAcceptorBuilder, StartError> {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let mut builder = make(&self.files, &shown.material, self.audience)?;
        context::follow(&mut builder, Arc::clone(&self.current));
        Ok(builder)
    }

    /// Takes up what the files hold now, where that is something else. Connections that are open keep what they have.
    ///
    /// # Errors
    /// One line that says why nothing changed.
    pub(super) fn refresh(&self, now: OffsetDateTime) -> Result<bool, StartError> {
        let contents = self.files.read()?;
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if contents.fingerprint() == shown.fingerprint {
            return Ok(false);
        }
        let material = self.files.check(&contents, now)?;
        let next = make(&self.files, &material, self.audience)?.build().into_context();
        self.current.store(Arc::new(next));
        *shown = Shown { fingerprint: contents.fingerprint(), material };
        Ok(true)
    }

    /// Where the certificate is, for the log.
    pub(super) fn place(&self) -> std::path::Display<'_> {
        self.files.certificate.display()
    }

    /// When the certificate expires, where that is soon.
    pub(super) fn expires_soon(&self, now: OffsetDateTime) -> Option<String> {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let end = shown.material.leaf.not_after();
        (!is_after(end, now.saturating_add(WARNING))).then(|| end.to_string())
    }
}

fn make(files: &Files, material: &Material, audience: Audience) -> Result<SslAcceptorBuilder, StartError> {
    context::builder(material, audience).map_err(|error| {
        let what = format!("cannot be used for TLS: {}", Reason(&error));
        files.refuse("certificate", &files.certificate, what)
    })
}
