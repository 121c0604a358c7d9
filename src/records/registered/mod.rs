//! What stands around the registration of clients, and the APIs that they call.

mod initial_access_token;
mod protected_resource;
mod unused_client;

pub use initial_access_token::InitialAccessToken;
pub use protected_resource::ProtectedResource;
pub use unused_client::UnusedClient;
