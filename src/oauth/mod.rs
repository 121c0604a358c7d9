//! The protocol: OAuth and OpenID Connect. Pure and synchronous: no HTTP, no clock, no random source; the store
//! through its port alone.
//!
//! Every endpoint goes parse -> authenticate -> decide -> seal -> render; this module holds all but the last.

pub mod authorization_details;
pub mod authorize;
pub mod bearer;
pub mod claims;
pub mod client_auth;
pub mod clients;
pub mod device;
pub mod discovery;
pub mod dpop;
mod error;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod grants;
pub mod interaction;
pub mod introspection;
pub mod logout;
pub mod one_time;
mod params;
pub mod pkce;
mod policy;
pub mod protected_resource;
pub mod redirect_uri;
pub mod request_object;
pub mod resource;
pub mod revocation;
pub mod scope;
pub mod subject;
pub mod tokens;
pub mod trust;

pub use error::{ErrorCode, OAuthError};
pub use params::Params;
pub use policy::{MtlsPolicy, Pepper, RequestPolicy, Rules, TokenPolicy};
