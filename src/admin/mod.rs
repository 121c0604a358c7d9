//! Administrative orders: what an operator may ask for, as data, and how it is carried out.
//!
//! The command line hands an [`Order`] to a running server through its control socket ([`socket`]), or, while no
//! server runs, carries it out itself on the store. Either way [`execute`] does it: same code, same answer. Each act
//! is one function of `identity`, `oauth` or `keys`; this module only translates.

mod clients;
mod inspect;
mod keys;
mod resources;
mod secret;
pub mod socket;
mod users;

pub use clients::{ClientOrder, ClientView, InitialTokenView, TokenBounds, TokenOrder};
pub use keys::{KeyOrder, KeyView};
pub use resources::{ResourceOrder, ResourceView};
pub use secret::Secret;
pub use users::{UserOrder, UserView};

use crate::act::Act;
use crate::identity::{PasswordPolicy, PasswordPool};
use crate::jobs::rotate_keys::RotateKeys;
use crate::keys::KeyRing;
use crate::oauth::Rules;
use crate::oauth::clients::registration::Offer;
use crate::oauth::tokens::inspect::Explanation;
use crate::ports::outbound::Outbound;
use crate::ports::{Clock, Entropy};
use crate::records::Tenant;
use crate::storage::{Fault, Stop, Store, Txn};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What orders are carried out with. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// The tenant that is administered.
    pub tenant: Tenant,
    /// The store.
    pub store: Store,
    /// The signing keys as they are served.
    pub keys: Arc<KeyRing>,
    /// Whoever turns them.
    pub rotation: RotateKeys,
    /// The rules of tokens.
    pub rules: Rules,
    /// What clients may ask for.
    pub offer: Offer,
    /// What a new password must be.
    pub password_policy: PasswordPolicy,
    /// Threads that hash passwords, apart from those of the sign-in page.
    pub passwords: Arc<PasswordPool>,
    /// The way to other servers.
    pub outbound: Arc<dyn Outbound>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The random source.
    pub entropy: Arc<dyn Entropy>,
}

impl fmt::Debug for Services {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Services").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

impl Services {
    /// A new act of the operator's.
    pub fn act(&self) -> Act {
        let seed = self.entropy.seed();
        let request_id = seed.uuid("request id").to_string();
        Act::internal(self.tenant.clone(), self.clock.now(), seed, request_id)
    }

    /// Runs a unit of work; what it refuses is told in its own words.
    async fn run<T, R, F>(&self, unit: F) -> Result<T, Refusal>
    where
        F: FnMut(&mut dyn Txn) -> Result<T, Stop<R>> + Send + 'static,
        T: Send + 'static,
        R: fmt::Display + Send + 'static,
    {
        self.store.run(unit).await.map_err(|stop| match stop {
            Stop::Refused(refusal) => Refusal::new(refusal),
            Stop::Fault(fault) => Refusal::from(fault),
        })
    }
}

/// One administrative order.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// About people.
    User(UserOrder),
    /// About clients.
    Client(ClientOrder),
    /// About APIs.
    Resource(ResourceOrder),
    /// About signing keys.
    Key(KeyOrder),
    /// Explains a token.
    Inspect {
        /// The token, of whatever kind.
        token: Secret,
        /// What the verifier expects in `aud`, where that is known.
        audience: Option<String>,
    },
}

/// What came of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// A person, as they are now.
    User(Box<UserView>),
    /// Some people, and after which to ask for more.
    Users(Page<UserView>),
    /// A client, as it is now; with its secret where that is new.
    Client(Box<ClientView>),
    /// Some clients, and after which to ask for more.
    Clients(Page<ClientView>),
    /// An API.
    Resource(Box<ResourceView>),
    /// All APIs.
    Resources(Vec<ResourceView>),
    /// An initial access token; with the token itself where that is new.
    InitialToken(InitialTokenView),
    /// The initial access tokens.
    InitialTokens(Vec<InitialTokenView>),
    /// The signing keys.
    Keys(Vec<KeyView>),
    /// The keys that changed, by kid and the state that they reached.
    Changed(Vec<Change>),
    /// When the next key begins to sign; none while its spare is not served yet.
    Rotation(Option<Instant>),
    /// How many sealed rows were rewritten.
    Rewrapped(usize),
    /// What a token is.
    Explained(Explanation),
    /// What was deleted.
    Deleted(String),
}

impl Answer {
    /// After which to ask for more, where this is part of a list that goes on.
    pub fn next(&self) -> Option<&str> {
        match self {
            Self::Users(page) => page.next.as_deref(),
            Self::Clients(page) => page.next.as_deref(),
            Self::User(_)
            | Self::Client(_)
            | Self::Resource(_)
            | Self::Resources(_)
            | Self::InitialToken(_)
            | Self::InitialTokens(_)
            | Self::Keys(_)
            | Self::Changed(_)
            | Self::Rotation(_)
            | Self::Rewrapped(_)
            | Self::Explained(_)
            | Self::Deleted(_) => None,
        }
    }

    /// This part of a list and the one that follows it, as one.
    #[must_use]
    pub fn joined(self, more: Self) -> Self {
        match (self, more) {
            (Self::Users(first), Self::Users(second)) => Self::Users(first.joined(second)),
            (Self::Clients(first), Self::Clients(second)) => Self::Clients(first.joined(second)),
            (only, _) => only,
        }
    }
}

/// Part of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// After which to ask for more; none where this is the end.
    pub next: Option<String>,
}

impl<T> Page<T> {
    fn joined(mut self, more: Self) -> Self {
        self.items.extend(more.items);
        Self { items: self.items, next: more.next }
    }
}

/// A key that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its identifier.
    pub kid: String,
    /// Its algorithm.
    pub alg: String,
    /// The state that it reached.
    pub state: String,
}

/// An instant, written by RFC 3339, to the second: as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(#[serde(with = "time::serde::rfc3339")] OffsetDateTime);

impl From<OffsetDateTime> for Instant {
    fn from(at: OffsetDateTime) -> Self {
        Self(at.replace_nanosecond(0).unwrap_or(at))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.format(&Rfc3339).unwrap_or_default())
    }
}

/// Why an order was not carried out, in words that say what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What is wrong.
    pub what: String,
}

impl Refusal {
    fn new(what: impl fmt::Display) -> Self {
        Self { what: what.to_string() }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::new(fault)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.what)
    }
}

impl std::error::Error for Refusal {}

/// Who gives the orders, as the audit trail names them.
const OPERATOR: &str = "operator";

/// Carries out an order.
///
/// # Errors
/// A [`Refusal`]: considered, or for a fault of ours.
pub async fn execute(services: &Services, order: Order) -> Result<Answer, Refusal> {
    match order {
        Order::User(order) => users::execute(services, order).await,
        Order::Client(order) => clients::execute(services, order).await,
        Order::Resource(order) => resources::execute(services, order).await,
        Order::Key(order) => keys::execute(services, order).await,
        Order::Inspect { token, audience } => inspect::execute(services, &token, audience.as_deref()),
    }
}
