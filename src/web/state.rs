//! What the handlers work with: made once by the composition root, shared by every worker, no globals.

use crate::identity::login::{AddressLimit, Login};
use crate::identity::password::{PasswordPolicy, PasswordPool};
use crate::keys::KeyRing;
use crate::oauth::Rules;
use crate::oauth::clients::dynamic::RegistrationPolicy;
use crate::oauth::clients::registration::Offer;
use crate::ports::outbound::Outbound;
use crate::ports::{Clock, Entropy};
use crate::records::{Client, Remembered, Tenant};
use crate::remote::{Pictures, RemoteKeys, Turns};
use crate::storage::Store;
use crate::web::extract::client_certificate::ClientCertificates;
use crate::web::extract::client_ip::TrustedProxies;
use crate::web::extract::cookie::Cookies;
use crate::web::published::Published;
use crate::web::respond::page::Stationery;
use crate::web::trail::Trail;
use std::sync::Arc;

/// All that belongs to one tenant: who it is, its keys, its rules, what it says about itself. [`super::routes`] hangs it
/// on the tenant's part of the URL map, so that whose request it is follows from the route and nothing else.
#[derive(Debug)]
pub struct Realm {
    /// The tenant.
    pub tenant: Tenant,
    /// Its rules for tokens.
    pub rules: Rules,
    /// Its signing keys.
    pub keys: Arc<KeyRing>,
    /// What its clients may ask for.
    pub offer: Offer,
    /// Who may register clients, and what these may have.
    pub registration: RegistrationPolicy,
    /// What it says about itself.
    pub metadata: Published,
}

impl Realm {
    /// The path of the issuer, below which all of its endpoints lie: empty, or with a slash before and none behind.
    pub fn base_path(&self) -> String {
        let issuer = url::Url::parse(&self.rules.policy.issuer);
        issuer.map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default()
    }
}

/// What the handlers work with.
pub struct AppState {
    /// The store.
    pub store: Store,
    /// Its clients, as they were last read.
    pub clients: Remembered<Client>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The random source.
    pub entropy: Arc<dyn Entropy>,
    /// The way to other servers.
    pub outbound: Arc<dyn Outbound>,
    /// The key sets of others, as they were fetched through it.
    pub remote_keys: RemoteKeys,
    /// The pictures of clients, as they were fetched through it.
    pub pictures: Arc<Pictures>,
    /// Whose turn it is to fetch the document that a client is.
    pub documents: Turns,
    /// The way into the audit trail for entries of acts that change nothing.
    pub trail: Arc<Trail>,
    /// The rules of a sign-in.
    pub login: Login,
    /// The threads that hash passwords, and nothing else.
    pub passwords: PasswordPool,
    /// What a new password must be.
    pub new_passwords: PasswordPolicy,
    /// How often one address may try to sign in.
    pub addresses: AddressLimit,
    /// How often one address may begin a sign-in: each is a durable write that anybody may ask for.
    pub strangers: AddressLimit,
    /// How often one address may type the code of a device. RFC 8628 §5.1.
    pub user_codes: AddressLimit,
    /// How often one address may register a client, or name one that has to be fetched.
    pub registrations: AddressLimit,
    /// The names and attributes of our cookies.
    pub cookies: Cookies,
    /// Whose word is taken for a caller's address.
    pub proxies: TrustedProxies,
    /// How the certificates of clients are found. RFC 8705.
    pub certificates: ClientCertificates,
    /// What every page is printed on.
    pub stationery: Arc<Stationery>,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("AppState").finish_non_exhaustive()
    }
}
