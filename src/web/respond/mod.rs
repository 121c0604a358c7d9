//! Renderers: one for each audience.

pub mod authorization;
pub mod challenge;
pub mod document;
pub mod dpop_nonce;
pub mod json;
pub mod leaving;
pub mod page;
pub mod page_error;
pub mod permissions;
mod protocol_error;
pub mod redirect;
pub mod retry_after;
pub mod signing_out;
pub mod static_files;

pub use protocol_error::{Body, ProtocolError};
