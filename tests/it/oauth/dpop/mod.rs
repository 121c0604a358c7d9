//! Proof of possession of a key. RFC 9449. attacks: F01-F16, M34.

mod nonce;
mod pushed;
mod resource;
mod token;
