//! A secret that is shown as it is: `client_secret_basic` and `client_secret_post`. RFC 6749 §2.3.1.

use super::{OAuthError, invalid_client};
use crate::act::Act;
use crate::records::{Client, hash_of};
use secrecy::{ExposeSecret as _, SecretString};

/// Checks that the secret is one of the client's that are valid now.
pub(super) fn check(client: &Client, shown: &SecretString, act: &Act) -> Result<(), OAuthError> {
    // OIDC Core §16.12.
    // The secret has 256 random bits, so a plain hash of it tells nothing; the comparison takes constant time.
    // OAuth 2.1 §2.4.1: nor is there anything to guess within the age of the world.
    let hash = hash_of(shown.expose_secret().as_bytes());
    let right = client
        .secrets
        .iter()
        .filter(|known| known.expires_at.is_none_or(|at| act.now < at))
        .filter(|known| known.hash.len() == hash.len())
        .any(|known| openssl::memcmp::eq(known.hash.as_bytes(), hash.as_bytes()));
    if right { Ok(()) } else { Err(invalid_client("client_auth.secret_wrong")) }
}
