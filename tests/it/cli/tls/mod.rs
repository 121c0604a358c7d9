//! TLS of the real server: what is spoken, which certificates are shown and taken.

mod client;
mod clients;
mod files;
mod spoken;
