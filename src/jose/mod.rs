//! What others sign: JWS (RFC 7515) and JWK (RFC 7517) of clients and of other providers, read strictly.
//!
//! Client assertions, `DPoP` proofs, request objects and ID tokens of other providers go through here. Pure and
//! synchronous; keys are fetched elsewhere. The rules of RFC 8725 hold throughout: the caller names the algorithms
//! that it allows, the key must be of the algorithm's kind, `none` needs a function of its own ([`Unsecured`]), and
//! nothing that a header points to is ever fetched or trusted.

// Not done: RFC 7518 §4, §5: encryption: nothing is encrypted, to us or by us.
// Not done: RFC 8037 §3.2: ECDH-ES: nothing is encrypted, to us or by us.
// Not done: RFC 7517 §7: encrypted keys: others publish public ones, and ours are sealed in a form of our own.
// Not done: RFC 8725 §3.6: compression: nothing is encrypted, so nothing is compressed before.
mod claims;
mod error;
pub mod json;
mod jwk;
mod jwk_set;
mod jws;
mod public_key;
mod signature;
mod thumbprint;
#[cfg(test)]
mod wycheproof;

pub use crate::records::JwsAlgorithm;
pub use claims::{Audience, NumericDate, Registered, Window};
pub use error::JoseError;
pub use jwk::Jwk;
pub use jwk_set::{JwkSet, MAX_KEYS};
pub use jws::{Header, Jws, MAX_BYTES, Unsecured, Verified, With};
pub(crate) use public_key::is_strong;
pub(crate) use signature::{forget_errors, verify};
pub use thumbprint::thumbprint;
