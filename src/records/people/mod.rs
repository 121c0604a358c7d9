//! People, and how they sign in.

mod browser_session;
mod details;
mod login_throttle;
mod participant;
mod setup_link;
mod user;

pub use browser_session::{BrowserSession, SessionCookie};
pub use details::{Address, Details};
pub use login_throttle::LoginThrottle;
pub use participant::Participant;
pub use setup_link::SetupLink;
pub use user::{User, Username};
