//! Proof that whoever sends a request holds a key. RFC 9449.
//!
//! A proof is a small signed token in the `DPoP` header, made for one request: it names method, URL and time, and where
//! an access token goes along, that token too. The token is bound to the key, so that a stolen one alone is worth
//! nothing.
//!
//! Not done: RFC 9449 §11.4, §11.5: scripts that sign with a client's key, and proofs made in advance, are the client's to
//! prevent; a nonce bounds the latter.

mod nonce;
mod proof;
mod url;

pub use nonce::Nonces;
pub use proof::{Expected, Proof, missing, shows_nonce, verify};

/// What the server's configuration says about proofs.
#[derive(Debug, Clone)]
pub struct DpopPolicy {
    /// What proofs are made fresh with.
    pub nonces: Nonces,
    /// Whether a proof without a nonce of ours is refused. RFC 9449 §8.
    pub require_nonce: bool,
}
