//! What tokens say. Unsigned data here; only [`seal`] turns it into strings.

mod access_token;
mod id_token;
pub mod inspect;
mod refresh_token;
mod seal;
mod standing;

pub(crate) use access_token::ttl as access_token_ttl;
pub use access_token::{AccessToken, Audience, Origin, TYP as ACCESS_TOKEN_TYP};
pub use id_token::IdToken;
pub use refresh_token::RefreshToken;
pub use seal::{Issued, Refreshable, TokenResponse, seal};
pub use standing::standing;
