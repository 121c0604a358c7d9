//! X.509 certificates that clients show: what they say, and who vouches for them. RFC 5280.
//!
//! That whoever shows one holds its private key was proved in the TLS handshake, or to a proxy that the operator trusts.

mod anchors;
mod certificate;
mod der;
mod jwk;
mod name;

pub use anchors::{Anchors, AnchorsError, Doubt};
pub use certificate::{Certificate, ClientCertificate};
pub use jwk::names_its_certificate;
pub use name::Name;
