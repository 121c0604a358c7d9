//! What the server does by itself, beside answering requests.

pub mod deliver_logout;
pub mod expire_clients;
pub mod rotate_keys;
pub mod sweep_expired;
pub mod tell_suppressed;
