//! The HTTP edge: the listening socket, the application's state, the actix server.

use super::house::House;
use super::tls::{self, Tls};
use super::{StartError, policies};
use crate::config::Settings;
use crate::identity::PasswordPool;
use crate::identity::login::{AddressLimit, Login};
use crate::oauth::discovery::Metadata;
use crate::remote::{Pictures, RemoteKeys, Turns};
use crate::web::extract::client_certificate::{ClientCertificates, PeerCertificate};
use crate::web::extract::client_ip::TrustedProxies;
use crate::web::extract::cookie::Cookies;
use crate::web::middleware::Edge;
use crate::web::paths;
use crate::web::published::Published;
use crate::web::respond::page::Stationery;
use crate::web::routes;
use crate::web::state::{AppState, Realm};
use crate::web::trail::{Refusals, Trail};
use actix_tls::accept::openssl::TlsStream;
use actix_web::dev::{Extensions, Server};
use actix_web::rt::net::TcpStream;
use actix_web::web::{Data, PayloadConfig};
use actix_web::{App, HttpServer};
use rustix::process::{Resource, getrlimit};
use std::any::Any;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use tokio::net::TcpSocket;

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

/// The sockets that are open.
pub(super) struct Listeners {
    everybody: TcpListener,
    clients: Option<TcpListener>,
}

impl Listeners {
    /// The address of `http.listen`, with the port that it got.
    ///
    /// # Errors
    /// One line, where the system does not tell.
    pub(super) fn everybody(&self) -> Result<SocketAddr, StartError> {
        self.everybody.local_addr().map_err(|error| StartError::new(error.to_string()))
    }
}

impl Listeners {
    /// The address of `mtls.listen`, with the port that it got.
    pub(super) fn clients(&self) -> Option<SocketAddr> {
        self.clients.as_ref()?.local_addr().ok()
    }
}

/// Binds the addresses that the settings name.
///
/// # Errors
/// One line, such as that a port is in use.
pub(super) fn bind(settings: &Settings) -> Result<Listeners, StartError> {
    Ok(Listeners {
        everybody: bind_one("http.listen", settings.http.listen)?,
        clients: settings.mtls.listen.map(|address| bind_one("mtls.listen", address)).transpose()?,
    })
}

fn bind_one(key: &str, address: SocketAddr) -> Result<TcpListener, StartError> {
    let bound = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)?.into_std()
    };
    bound().map_err(|error| {
        StartError::new(format!("cannot listen on {address}: {error}; stop what uses it, or set {key}"))
    })
}

/// How many connections each worker may hold: together three quarters of the files that the process may open, so that
/// the store always finds one for its own.
fn connections(workers: usize) -> usize {
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let files = usize::try_from(files).unwrap_or(usize::MAX);
    (files / 4 * 3 / workers.max(1)).clamp(16, 25_000)
}

/// What the handlers work with.
///
/// # Errors
/// One line, where threads cannot be started or embedded texts are broken.
pub(super) fn state(settings: &Settings, house: &House, tls: &Tls) -> Result<(AppState, Realm), StartError> {
    let failed = |error: &dyn std::fmt::Display| StartError::new(error.to_string());
    let services = &house.services;
    let rules = services.rules.clone();
    let algorithms = policies::algorithms(settings);
    let metadata = Metadata::of(&rules.policy, paths::PATHS, &algorithms);
    let metadata = metadata.with_registration(&policies::registration(settings), paths::PATHS);
    let metadata =
        Published::of(&rules.policy.issuer, &metadata, &algorithms).map_err(|error| failed(&error))?;
    let proxies = settings.http.trusted_proxies.clone();
    let url = settings.issuer.to_url().ok_or_else(|| StartError::new("issuer: not a URL"))?;
    let outbound = Arc::clone(&services.outbound);
    let realm = Realm {
        tenant: services.tenant.clone(),
        rules,
        keys: Arc::clone(&services.keys),
        offer: services.offer.clone(),
        registration: policies::registration(settings),
        metadata,
    };
    let state = AppState {
        store: services.store.clone(),
        clients: crate::records::Remembered::default(),
        clock: Arc::clone(&services.clock),
        entropy: Arc::clone(&services.entropy),
        remote_keys: RemoteKeys::new(Arc::clone(&outbound), Arc::clone(&services.clock)),
        pictures: Arc::new(Pictures::new(Arc::clone(&outbound), Arc::clone(&services.clock))),
        documents: Turns::new(Arc::clone(&services.clock)),
        outbound,
        trail: Arc::new(Trail::new(
            services.store.clone(),
            settings.audit.stateless,
            Refusals {
                of_one: AddressLimit::new(policies::refusals(settings), Arc::clone(&services.clock)),
                of_all: AddressLimit::new(policies::all_refusals(settings), Arc::clone(&services.clock)),
            },
        )),
        login: Login { policy: policies::login(settings), devices: house.devices.clone() },
        passwords: PasswordPool::start(policies::pool(settings)?).map_err(|error| failed(&error))?,
        new_passwords: services.password_policy,
        cookies: Cookies::new(url.scheme() == "https"),
        proxies: TrustedProxies::new(move |address| proxies.iter().any(|proxy| proxy.contains(address))),
        addresses: AddressLimit::new(policies::addresses(settings), Arc::clone(&services.clock)),
        strangers: AddressLimit::new(policies::strangers(settings), Arc::clone(&services.clock)),
        user_codes: AddressLimit::new(policies::user_codes(settings), Arc::clone(&services.clock)),
        certificates: ClientCertificates::new(settings.mtls.header, tls.anchors()),
        registrations: AddressLimit::new(policies::registrations(settings), Arc::clone(&services.clock)),
        stationery: Arc::new(Stationery::load(url).map_err(|error| failed(&error))?),
    };
    Ok((state, realm))
}

/// The actix server on an open socket. Signals are ours to handle.
///
/// HTTP/1.1 alone, over TLS too: actix tells cleartext HTTP/2 by waiting for a connection's first bytes, without a limit of time,
/// so silent connections would pile up. Proxies speak HTTP/1.1 to us.
///
/// # Errors
/// One line, where the socket cannot be used.
pub(super) fn serve(
    settings: &Settings,
    (listeners, tls): (Listeners, &Tls),
    (state, realm): (AppState, Realm),
) -> Result<Server, StartError> {
    let http = settings.http.clone();
    let max_body = usize::try_from(http.max_body.0).unwrap_or(usize::MAX);
    let outermost = Edge::new(Arc::clone(&state.stationery), &state.entropy.seed());
    let (state, realm) = (Data::new(state), Data::new(realm));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let workers = usize::try_from(http.workers).ok().filter(|count| *count > 0).unwrap_or(cores);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .configure(|app| routes::configure(app, &realm))
            .app_data(PayloadConfig::new(max_body))
            .wrap(outermost.clone())
    });
    let mut server = server
        .workers(workers)
        .max_connections(connections(workers))
        .keep_alive(http.keep_alive)
        .client_request_timeout(http.header_timeout)
        .shutdown_timeout(http.shutdown_timeout.as_secs())
        .tls_handshake_timeout(http.header_timeout)
        .on_connect(note_certificate)
        .disable_signals();
    let failed = |error: std::io::Error| StartError::new(format!("cannot serve: {error}"));
    server = match tls.for_everybody()? {
        Some(acceptor) => server.listen_openssl(listeners.everybody, acceptor),
        None => server.listen(listeners.everybody),
    }
    .map_err(failed)?;
    if let (Some(listener), Some(acceptor)) = (listeners.clients, tls.for_clients()?) {
        server = server.listen_openssl(listener, acceptor).map_err(failed)?;
    }
    Ok(server.run())
}

/// Notes the certificate of a client that showed one, once for all requests of its connection.
fn note_certificate(connection: &dyn Any, data: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<TlsStream<TcpStream>>() else { return };
    if let Some(certificate) = tls::certificate_of(stream.ssl()) {
        data.insert(PeerCertificate(Arc::new(certificate)));
    }
}
