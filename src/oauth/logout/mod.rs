//! Signing out, as clients ask for it and are told of it. OIDC RP-Initiated Logout, OIDC Back-Channel Logout, OIDC
//! Front-Channel Logout, OIDC Session Management.

mod front_channel;
mod logout_token;
mod request;
pub mod session_state;

pub use front_channel::frames;
pub use logout_token::{LogoutToken, TYP as LOGOUT_TOKEN_TYP};
pub use request::{LogoutRequest, Return, parse};
