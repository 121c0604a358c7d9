//! What stands around the registration of clients.

mod initial_access_token;
mod unused_client;

pub use initial_access_token::InitialAccessToken;
pub use unused_client::UnusedClient;
