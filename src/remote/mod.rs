//! What other servers publish: the key sets of clients and of other providers, and pictures of clients, kept for a while, and turns in fetching what
//! is kept elsewhere.
//!
//! Used by the edge before a unit of work begins; nothing in the domain waits for a network.

mod freshness;
mod keys;
mod picture;
mod pictures;
mod places;
mod rest;
mod turns;

pub use freshness::lifetime;
pub use keys::{RemoteError, RemoteKeys};
pub use picture::Picture;
pub use pictures::{Known, Pictures};
pub use turns::{Turns, Unavailable};
