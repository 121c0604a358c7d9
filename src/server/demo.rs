//! The demonstration: a throw-away store, one person, three clients.

use super::{Mode, StartError};
use crate::admin::{Answer, ClientOrder, ClientView, Order, Secret, Services, UserOrder, execute};
use crate::config::{Issuer, Loaded, Settings};
use crate::identity::ProfileChange;
use crate::oauth::clients::registration::{ApplicationType, Metadata};
use crate::ports::{Entropy as _, SystemEntropy};
use crate::records::{Address, GrantType, Introspects, Scope, TokenEndpointAuthMethod, hash_of};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// Where the browser is sent back to; nothing needs to listen there.
pub(super) const REDIRECT_URI: &str = "http://127.0.0.1:8081/callback";

/// A folder for one run. Removed when dropped.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// A new folder among the system's temporary ones, for its owner alone.
    ///
    /// # Errors
    /// One line, where it cannot be made.
    pub(super) fn make() -> Result<Self, StartError> {
        let name = format!("latchkey-demo-{}", SystemEntropy.seed().uuid("demo folder"));
        let path = std::env::temp_dir().join(name);
        std::fs::DirBuilder::new().mode(0o700).create(&path).map_err(|error| {
            StartError::new(format!("demo folder {} cannot be made: {error}", path.display()))
        })?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, folder = %self.0.display(), "the demo folder could not be removed");
        }
    }
}

/// Lets the issuer follow the address that was bound, where a demonstration's settings name only the latter.
pub(super) fn follow(loaded: &mut Loaded, bound: SocketAddr, mode: &Mode) {
    if loaded.wrote("issuer") || !loaded.wrote("http.listen") {
        return;
    }
    match mode {
        Mode::Demo { .. } => loaded.settings.issuer = Issuer::loopback(reachable(bound)),
        Mode::Normal { .. } => tracing::warn!(
            "http.listen is set and issuer is not: tokens, links and cookies name {}",
            loaded.settings.issuer
        ),
    }
}

/// The loopback address by which a server is reached that listens on all addresses.
fn reachable(bound: SocketAddr) -> SocketAddr {
    match bound {
        SocketAddr::V4(address) if address.ip().is_unspecified() => {
            (Ipv4Addr::LOCALHOST, address.port()).into()
        }
        SocketAddr::V6(address) if address.ip().is_unspecified() => {
            (Ipv6Addr::LOCALHOST, address.port()).into()
        }
        SocketAddr::V4(_) | SocketAddr::V6(_) => bound,
    }
}

/// What a demonstration offers to try.
#[derive(Debug)]
pub(super) struct Demo {
    /// The person.
    pub(super) username: &'static str,
    /// Their password.
    pub(super) password: Secret,
    /// A confidential client that signs people in.
    pub(super) web: ClientView,
    /// A public client on a person's own device.
    pub(super) native: ClientView,
    /// A client that acts for itself.
    pub(super) service: ClientView,
    /// A PKCE verifier for the printed sign-in. RFC 7636 §4.1.
    pub(super) code_verifier: String,
    /// Its S256 challenge. RFC 7636 §4.2.
    pub(super) code_challenge: String,
    /// A value for `state`.
    pub(super) state: String,
}

/// Adds the person and the clients, by the same orders that the command line gives.
///
/// # Errors
/// One line, where an order is refused.
pub(super) async fn furnish(settings: &Settings, services: &Services) -> Result<Demo, StartError> {
    let seed = services.act().seed;
    let random = |label: &str| URL_SAFE_NO_PAD.encode(seed.expand(label));
    let password = Secret::from(URL_SAFE_NO_PAD.encode(seed.expand_16("demo password")));
    let add = UserOrder::Add {
        username: "ada".to_owned(),
        password: Some(password.clone()),
        profile: Box::new(profile()),
    };
    execute(services, Order::User(add)).await.map_err(|refusal| StartError::new(refusal.what))?;
    let code_verifier = random("demo verifier");
    tracing::debug!(issuer = %settings.issuer, "demonstration furnished");
    Ok(Demo {
        username: "ada",
        password,
        web: client(services, "web", web()?).await?,
        native: client(services, "native", native()?).await?,
        service: client(services, "service", service()?).await?,
        code_challenge: hash_of(code_verifier.as_bytes()),
        code_verifier,
        state: URL_SAFE_NO_PAD.encode(seed.expand_16("demo state")),
    })
}

/// Something of everything, so that each scope has something to tell.
fn profile() -> ProfileChange {
    let text = |text: &str| Some(Some(text.to_owned()));
    ProfileChange {
        name: text("Ada Lovelace"),
        given_name: text("Ada"),
        family_name: text("Lovelace"),
        birthdate: text("1815-12-10"),
        zoneinfo: text("Europe/London"),
        locale: text("en-GB"),
        email: text("ada@example.com"),
        email_verified: Some(true),
        phone_number: text("+44 20 7946 0815"),
        address: Some(Some(Address {
            street_address: Some("12 St James's Square".to_owned()),
            locality: Some("London".to_owned()),
            postal_code: Some("SW1Y 4JH".to_owned()),
            country: Some("United Kingdom".to_owned()),
            ..Address::default()
        })),
        roles: Some(vec!["reader".to_owned()]),
        ..ProfileChange::default()
    }
}

async fn client(services: &Services, id: &str, metadata: Metadata) -> Result<ClientView, StartError> {
    let add = ClientOrder::Add { client_id: Some(id.to_owned()), metadata: Box::new(metadata) };
    match execute(services, Order::Client(add)).await {
        Ok(Answer::Client(view)) => Ok(*view),
        Ok(_) => Err(StartError::new("a client was added, but not shown")),
        Err(refusal) => Err(StartError::new(format!("client {id}: {refusal}"))),
    }
}

fn scope(text: &str) -> Result<Option<Scope>, StartError> {
    Scope::parse(text).map(Some).map_err(|error| StartError::new(error.to_string()))
}

fn web() -> Result<Metadata, StartError> {
    Ok(Metadata {
        client_name: Some("Web demo".to_owned()),
        redirect_uris: vec![REDIRECT_URI.to_owned(), "http://localhost:8081/callback".to_owned()],
        grant_types: Some(vec![GrantType::AuthorizationCode, GrantType::RefreshToken]),
        token_endpoint_auth_method: Some(TokenEndpointAuthMethod::ClientSecretBasic),
        scope: scope("openid profile email address phone offline_access")?,
        ..Metadata::default()
    })
}

fn native() -> Result<Metadata, StartError> {
    let mut redirect_uris = web()?.redirect_uris;
    redirect_uris.push("http://127.0.0.1/callback".to_owned());
    Ok(Metadata {
        client_name: Some("Native demo".to_owned()),
        application_type: Some(ApplicationType::Native),
        token_endpoint_auth_method: Some(TokenEndpointAuthMethod::None),
        redirect_uris,
        ..web()?
    })
}

fn service() -> Result<Metadata, StartError> {
    Ok(Metadata {
        client_name: Some("Service demo".to_owned()),
        grant_types: Some(vec![GrantType::ClientCredentials]),
        token_endpoint_auth_method: Some(TokenEndpointAuthMethod::ClientSecretBasic),
        scope: scope("read write")?,
        // It plays every API, so that all tokens of the demonstration can be looked at.
        introspects: Introspects { introspects_any_token: true, ..Introspects::default() },
        ..Metadata::default()
    })
}
