//! What other servers publish, kept for a while: the key sets of clients and of other providers.
//!
//! Used by the edge before a unit of work begins; nothing in the domain waits for a network.

mod freshness;
mod keys;

pub use freshness::lifetime;
pub use keys::{RemoteError, RemoteKeys};
