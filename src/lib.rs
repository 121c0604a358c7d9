//! Latchkey: an identity provider for microservices.
//!
//! People sign in once, at our pages; programs get tokens at our OAuth endpoint; every gateway and service then
//! verifies those short-lived signed tokens by itself, from our JWKS, without calling us.
//!
//! # Layers
//!
//! Imports go downwards only; `tests/it/architecture.rs` fails on any other.
//!
//! ```text
//! main -> cli -> server -> { web, jobs, admin } -> { oauth, identity, keys, audit } -> jose -> records -> storage
//! ```
//!
//! `config` is read by `cli` and `server` alone. `ports` (clock, entropy) and `act` (what one request carries
//! down) may be used by every layer.

pub mod act;
pub mod admin;
pub mod audit;
pub mod cli;
pub mod config;
pub mod digest;
pub mod identity;
pub mod jobs;
pub mod jose;
pub mod keys;
pub mod oauth;
pub mod ports;
pub mod qvalue;
pub mod records;
pub mod remote;
pub mod server;
pub mod storage;
pub mod texts;
pub mod web;
pub mod x509;
