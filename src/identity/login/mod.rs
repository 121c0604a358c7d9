//! Signing in with a password: throttle, hash, decide.
//!
//! The slow hash stands between two short looks at the store. [`Login::prepare`] finds the person and refuses a
//! try that comes too early, before anything is hashed; [`Login::decide`], inside a unit of work, judges with what
//! is true by then. A wrong password, an unknown name and a disabled person get the same answer at the same cost.

mod address_limit;
mod buckets;
mod decide;
mod known_device;
mod sign_in;
mod throttle;

pub use address_limit::{AddressLimit, AddressPolicy, network_of};
pub use decide::Candidate;
pub use known_device::{KNOWN_FOR, KnownDevices};
pub use throttle::ThrottlePolicy;

use super::browser_session::SessionPolicy;
use crate::records::{BrowserSession, User};
use crate::storage::Stop;
use secrecy::SecretString;
use std::time::Duration;
use uuid::Uuid;

/// What a login needs beside the store and the pool. Built once by the server, cheap to clone.
#[derive(Debug, Clone)]
pub struct Login {
    /// The rules.
    pub policy: LoginPolicy,
    /// The cookies of known devices.
    pub devices: KnownDevices,
}

/// The rules of a login.
#[derive(Debug, Clone, Copy, Default)]
pub struct LoginPolicy {
    /// How failures are slowed down.
    pub throttle: ThrottlePolicy,
    /// How long the session lives that a login begins.
    pub session: SessionPolicy,
}

/// What came with the login form, beside the password.
#[derive(Debug, Clone)]
pub struct LoginAttempt {
    /// The username as it was typed.
    pub username: String,
    /// The known-device cookie's value, if the browser sent one.
    pub known_device: Option<SecretString>,
    /// The `sid` of the session that the browser's cookie opens, if any (never a `sid` that was sent): the same
    /// person's is renewed, another's ends.
    pub open_session: Option<Uuid>,
}

/// A login that went well.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who signed in.
    pub user: User,
    /// Their session.
    pub session: BrowserSession,
    /// The session cookie's new value.
    pub cookie: SecretString,
    /// The known-device cookie's new value; the cookie lasts [`KNOWN_FOR`].
    pub known_device: SecretString,
}

/// Why nobody was let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginRefusal {
    /// Name or password is wrong; which one, and whether the person is disabled, is not told.
    Wrong,
    /// There were too many failures with this name: nothing was tried.
    Delayed {
        /// When to try again.
        retry_after: Duration,
    },
    /// Too many people sign in at this moment: nothing was tried.
    Busy {
        /// When to try again.
        retry_after: Duration,
    },
}

impl From<LoginRefusal> for Stop<LoginRefusal> {
    fn from(refusal: LoginRefusal) -> Self {
        Self::Refused(refusal)
    }
}
