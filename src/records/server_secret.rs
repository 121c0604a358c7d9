//! Secrets of the server itself, sealed under the key-encryption key.

use super::Record;
use serde::{Deserialize, Serialize};

/// A secret of the server, such as the pepper of refresh tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ServerSecret {
    /// What it is for; part of what the seal authenticates.
    pub name: String,
    /// The sealed bytes, as `keys::sealing` writes them.
    pub sealed: serde_json::Value,
}

impl Record for ServerSecret {
    const SPACE: &'static str = "server_secret";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        self.name.clone()
    }
}
