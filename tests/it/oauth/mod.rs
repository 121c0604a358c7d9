//! The protocol endpoints, spoken to over HTTP.

mod client_credentials;
mod discovery;
mod introspection;
mod jwks;
mod revocation;
mod token;
