//! People: their names, passwords and browser sessions, and the decision to let somebody in.
//!
//! Everything here is pure and synchronous, over a view of the store or inside a unit of work, but for two things:
//! [`PasswordPool`], whose threads do the slow hashing, and [`Login::sign_in`], which waits for them between two
//! looks at the store.

pub mod browser_session;
pub mod login;
pub mod password;
mod profile;
pub mod setup;
pub mod sign_out;
pub mod username;
pub mod users;

pub use browser_session::SessionPolicy;
pub use login::{
    AddressLimit, AddressPolicy, KnownDevices, Login, LoginAttempt, LoginPolicy, LoginRefusal, SignedIn,
    ThrottlePolicy,
};
pub use password::{HashParams, PasswordHash, PasswordPolicy, PasswordPool, PoolError, PoolPolicy, Verdict};
pub use profile::{ProfileChange, ProfileError};
pub use users::{NewUser, UserError};
