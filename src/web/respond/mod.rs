//! Renderers: one for each audience.

pub mod authorization;
pub mod bearer_challenge;
pub mod json;
pub mod page;
pub mod page_error;
mod protocol_error;
pub mod redirect;

pub use protocol_error::ProtocolError;
