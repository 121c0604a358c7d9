//! The composition root: settings become ports, store, keys and policies, and these a running server.

pub mod check;
mod demo;
mod edge;
mod error;
mod house;
mod logging;
mod notices;
mod policies;
mod signals;
mod tls;

pub use error::StartError;
pub use house::House;

use crate::admin::{Services, socket::ControlSocket};
use crate::audit::{Entry, Event};
use crate::config::Loaded;
use crate::identity::setup;
use crate::jobs::deliver_logout::DeliverLogout;
use crate::jobs::{expire_clients, sweep_expired, tell_suppressed};
use crate::ports::SystemClock;
use crate::storage::Fault;
use crate::web::state::AppState;
use crate::web::trail::Trail;
use actix_web::dev::ServerHandle;
use actix_web::rt::task::JoinHandle;
use logging::Logging;
use secrecy::SecretString;
use signals::{Reload, Signals};
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use tls::Tls;

/// How to run.
#[derive(Debug, Clone)]
pub enum Mode {
    /// As the settings say.
    Normal {
        /// The file that was read, to be read again at SIGHUP.
        config: Option<PathBuf>,
    },
    /// On a throw-away store with people and clients to try; everything about them is printed.
    Demo {
        /// As one JSON object.
        json: bool,
    },
}

/// Runs the server until it is told to stop.
///
/// # Errors
/// One line that says why it does not start, or what went wrong at its end.
pub fn serve(mut loaded: Loaded, mode: &Mode) -> Result<(), StartError> {
    let logging = Logging::start(&loaded.settings.log);
    let Mode::Demo { .. } = mode else {
        return actix_web::rt::System::new().block_on(run(loaded, logging, mode));
    };
    // The folder goes when this ends, however it ends.
    let folder = demo::Folder::make()?;
    folder.path().clone_into(&mut loaded.settings.data_dir);
    actix_web::rt::System::new().block_on(run(loaded, logging, mode))
}

async fn run(mut loaded: Loaded, logging: Logging, mode: &Mode) -> Result<(), StartError> {
    let mut signals = Signals::listen()?;
    let listeners = edge::bind(&loaded.settings)?;
    demo::follow(&mut loaded, listeners.everybody()?, mode);
    loaded.settings.mtls.listen = listeners.clients();
    let settings = &loaded.settings;
    let tls = Tls::open(settings, Arc::new(SystemClock))?;
    let house = House::open(settings)?;
    tracing::info!(data_dir = %settings.data_dir.display(), "store opened: {}", house.opening);
    house.services.rotation.start().await?;
    let link = begin(&house, mode).await?;
    let socket = ControlSocket::open(&settings.data_dir).map_err(|error| {
        let folder = settings.data_dir.display();
        StartError::new(format!(
            "the control socket in {folder} cannot be opened: {error}; try a shorter data_dir"
        ))
    })?;
    let (state, realm) = edge::state(settings, &house, &tls)?;
    let logout = deliver_logout(&house.services, &state);
    let trail = Arc::clone(&state.trail);
    let server = edge::serve(settings, (listeners, &tls), (state, realm))?;
    let handle = server.handle();
    let running = actix_web::rt::spawn(server);
    let mut jobs = start_jobs(&house.services, socket, tls.clone());
    jobs.push(actix_web::rt::spawn(logout.run()));
    jobs.push(tell_refusals(&house.services, &trail));
    match mode {
        Mode::Normal { .. } => notices::banner(settings, link.as_ref())?,
        Mode::Demo { json } => {
            let demo = Box::pin(demo::furnish(settings, &house.services)).await?;
            notices::demo(settings, &demo, *json)?;
        }
    }
    let config = if let Mode::Normal { config } = mode { config.clone() } else { None };
    signals.wait_for_stop(&mut Reload { config, loaded: loaded.clone(), logging, tls }).await;
    stop(&handle, running, jobs, (&house.services, &trail)).await
}

/// Writes into the audit trail that the server came up, and makes a set-up link where nobody has been added yet.
async fn begin(house: &House, mode: &Mode) -> Result<Option<SecretString>, StartError> {
    let act = house.services.act();
    let wants_link = matches!(mode, Mode::Normal { .. });
    let begun = house.services.store.run::<_, Infallible, _>(move |txn| {
        Entry::new(&act, Event::SysStartup).actor("server").append(txn)?;
        Ok(if wants_link { setup::issue(txn, &act)? } else { None })
    });
    Ok(begun.await.map_err(Fault::from)?)
}

/// What the server does by itself, beside answering requests. Each may be aborted at any point without harm.
fn start_jobs(services: &Services, socket: ControlSocket, tls: Tls) -> Vec<JoinHandle<()>> {
    let Services { store, tenant, clock, entropy, .. } = services.clone();
    let unused = expire_clients::run(store.clone(), tenant.clone(), Arc::clone(&clock), entropy);
    vec![
        actix_web::rt::spawn(services.rotation.clone().run()),
        actix_web::rt::spawn(sweep_expired::run(store, tenant, clock)),
        actix_web::rt::spawn(unused),
        actix_web::rt::spawn(socket.serve(services.clone())),
        actix_web::rt::spawn(tls.watch()),
    ]
}

/// Whoever tells clients that somebody has signed out.
fn deliver_logout(services: &Services, state: &AppState) -> DeliverLogout {
    let Services { store, tenant, keys, rules, clock, entropy, .. } = services.clone();
    DeliverLogout { tenant, store, keys, rules, outbound: Arc::clone(&state.outbound), clock, entropy }
}

/// Whoever tells the audit trail how many refusals were left out of it.
fn tell_refusals(services: &Services, trail: &Arc<Trail>) -> JoinHandle<()> {
    let (services, trail) = (services.clone(), Arc::clone(trail));
    actix_web::rt::spawn(tell_suppressed::run(move || {
        let (trail, act) = (Arc::clone(&trail), services.act());
        async move { trail.flush(&act).await }
    }))
}

/// The last entries of the audit trail: how many refusals were left out, and that the server ends.
async fn tell_end(services: &Services, trail: &Trail) -> Result<(), Fault> {
    let act = services.act();
    trail.flush(&act).await?;
    services.store.append(Entry::new(&act, Event::SysShutdown).actor("server").encode()?).await
}

/// Lets requests in flight finish, tells what was only counted so far, then closes the store.
async fn stop(
    handle: &ServerHandle,
    running: JoinHandle<std::io::Result<()>>,
    jobs: Vec<JoinHandle<()>>,
    (services, trail): (&Services, &Trail),
) -> Result<(), StartError> {
    tracing::info!("stopping: requests in flight finish first");
    handle.stop(true).await;
    let ended = running.await;
    for job in jobs {
        job.abort();
        // Aborted or panicked: it is over, and what it left half done is done again at the next start.
        let _ = job.await;
    }
    let told = tell_end(services, trail).await;
    // Whatever could not be told, such as on a full disk: what was accepted gets its last checkpoint.
    let store = services.store.clone();
    let closed = actix_web::rt::task::spawn_blocking(move || store.close()).await;
    closed.map_err(|error| StartError::new(error.to_string()))??;
    told?;
    ended
        .map_err(|error| StartError::new(error.to_string()))?
        .map_err(|error| StartError::new(format!("the server ended badly: {error}")))?;
    tracing::info!("stopped");
    Ok(())
}
