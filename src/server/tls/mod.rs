//! TLS of our own listeners: which certificates they show, and how these are exchanged while the server runs.

mod context;
mod host;
mod material;
mod trust;

use super::StartError;
use crate::config::Settings;
use crate::ports::Clock;
use crate::x509::{Anchors, ClientCertificate};
use arc_swap::ArcSwap;
use context::Audience;
use host::Host;
use material::Files;
use openssl::ssl::{SslAcceptorBuilder, SslRef};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use trust::Trust;

/// How often the files are looked at without a signal.
const EVERY: Duration = Duration::from_secs(60);

/// After so many looks the log says again that a certificate expires soon: once a day.
const LOOKS_A_DAY: u32 = 24 * 60;

/// The listeners that speak TLS.
#[derive(Clone)]
pub(super) struct Tls {
    everybody: Option<Arc<Host>>,
    clients: Option<Arc<Host>>,
    trust: Arc<Trust>,
    clock: Arc<dyn Clock>,
}

impl Tls {
    /// Reads and checks every certificate that the settings name.
    ///
    /// # Errors
    /// One line that says which file is wrong, and how.
    pub(super) fn open(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        let open = |(files, audience): (Option<Files>, _)| {
            files.map(|files| Host::open(files, audience, clock.now()).map(Arc::new)).transpose()
        };
        let [everybody, clients] = listeners(settings);
        Ok(Self {
            everybody: open(everybody)?,
            clients: open(clients)?,
            trust: Arc::new(Trust::open(settings.mtls.client_ca.clone())?),
            clock,
        })
    }

    /// Why each file that the settings name cannot be used, as far as that is so.
    pub(super) fn faults(settings: &Settings, clock: &dyn Clock) -> Vec<StartError> {
        let [everybody, clients] = listeners(settings);
        // One certificate for both listeners has its fault once.
        let clients =
            clients.0.filter(|files| Some(files) != everybody.0.as_ref()).map(|files| (files, clients.1));
        let hosts = everybody.0.map(|files| (files, everybody.1)).into_iter().chain(clients);
        let hosts = hosts.filter_map(|(files, audience)| Host::open(files, audience, clock.now()).err());
        hosts.chain(Trust::open(settings.mtls.client_ca.clone()).err()).collect()
    }

    /// What `http.listen` is opened with; none where it speaks plain http.
    ///
    /// # Errors
    /// One line, where OpenSSL takes offence.
    pub(super) fn for_everybody(&self) -> Result<Option<SslAcceptorBuilder>, StartError> {
        self.everybody.as_ref().map(|host| host.acceptor()).transpose()
    }

    /// What `mtls.listen` is opened with.
    ///
    /// # Errors
    /// One line, where OpenSSL takes offence.
    pub(super) fn for_clients(&self) -> Result<Option<SslAcceptorBuilder>, StartError> {
        self.clients.as_ref().map(|host| host.acceptor()).transpose()
    }

    /// The authorities whose certificates clients may show; the same ones from now on, whatever they become.
    pub(super) fn anchors(&self) -> Arc<ArcSwap<Anchors>> {
        self.trust.anchors()
    }

    /// Takes up the certificates that are new. One that cannot be used changes nothing, and is told to the log.
    pub(super) fn refresh(&self) {
        for host in self.hosts() {
            match host.refresh(self.clock.now()) {
                Ok(true) => tracing::info!("new certificate taken up: {}", host.place()),
                Ok(false) => {}
                Err(error) => tracing::error!("the certificate stays as it was: {error}"),
            }
        }
        match self.trust.refresh() {
            Ok(true) => tracing::info!("mtls.client_ca has changed and is taken up"),
            Ok(false) => {}
            Err(error) => tracing::error!("the authorities stay as they were: {error}"),
        }
    }

    /// Runs for ever: looks at the files once a minute. Dropping the future stops it without harm.
    pub(super) async fn watch(self) {
        let mut looks = 0_u32;
        loop {
            if looks.is_multiple_of(LOOKS_A_DAY) {
                self.warn();
            }
            tokio::time::sleep(EVERY).await;
            looks = looks.wrapping_add(1);
            self.refresh();
        }
    }

    fn warn(&self) {
        for host in self.hosts() {
            if let Some(at) = host.expires_soon(self.clock.now()) {
                tracing::warn!("the certificate {} expires on {at}: renew it", host.place());
            }
        }
    }

    fn hosts(&self) -> impl Iterator<Item = &Arc<Host>> {
        self.everybody.iter().chain(&self.clients)
    }
}

/// The files of the listener for everybody, and of that for clients that show a certificate.
fn listeners(settings: &Settings) -> [(Option<Files>, Audience); 2] {
    let own = files("tls", settings.tls.certificate.as_ref(), settings.tls.key.as_ref());
    let other = files("mtls", settings.mtls.certificate.as_ref(), settings.mtls.key.as_ref());
    let for_clients = settings.mtls.listen.and_then(|_| other.or_else(|| own.clone()));
    [(own, Audience::Everybody), (for_clients, Audience::Clients)]
}

fn files(section: &'static str, certificate: Option<&PathBuf>, key: Option<&PathBuf>) -> Option<Files> {
    Some(Files { section, certificate: certificate?.clone(), key: key?.clone() })
}

/// The certificate that the client of this connection showed, if it showed one that can be read.
pub(super) fn certificate_of(connection: &SslRef) -> Option<ClientCertificate> {
    let own = connection.peer_certificate()?.to_der().ok()?;
    let between: Vec<Vec<u8>> = match connection.peer_cert_chain() {
        Some(chain) => chain.iter().map(|certificate| certificate.to_der().ok()).collect::<Option<_>>()?,
        None => Vec::new(),
    };
    ClientCertificate::from_der(&own, between.iter().map(Vec::as_slice))
}
