//! TLS of the real server: what is spoken, which certificates are shown and taken.

mod client;
mod files;
mod spoken;
