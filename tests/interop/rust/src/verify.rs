//! How a service verifies an access token with openidconnect: the JWKS is all that it needs. RFC 9068 §4.

use crate::forge::decode;
use openidconnect::core::{
    CoreGenderClaim, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
};
use openidconnect::{AdditionalClaims, ClientId, IdToken, IdTokenClaims, IssuerUrl, JsonWebTokenType, Nonce};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::error::Error;

/// The claims of RFC 9068 §2.2 that an ID token has not.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct AccessClaims {
    pub client_id: String,
    pub scope: Option<String>,
    pub jti: String,
}
impl AdditionalClaims for AccessClaims {}

/// An access token; the library's type for a signed token with issuer, audience and times is called `IdToken`.
type AccessToken =
    IdToken<AccessClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
pub type Claims = IdTokenClaims<AccessClaims, CoreGenderClaim>;

pub fn algorithms() -> [CoreJwsSigningAlgorithm; 3] {
    use CoreJwsSigningAlgorithm as Algorithm;
    [Algorithm::EcdsaP256Sha256, Algorithm::RsaSsaPkcs1V15Sha256, Algorithm::EdDsa]
}

/// Knows one issuer and one audience.
pub struct AccessTokenVerifier<'a>(CoreIdTokenVerifier<'a>);

impl AccessTokenVerifier<'_> {
    /// `audience` stands where the library expects a client identifier, since it was written for ID tokens.
    pub fn new(issuer: &str, audience: &str, keys: &CoreJsonWebKeySet) -> Result<Self, Box<dyn Error>> {
        let at_jwt = JsonWebTokenType::new("application/at+jwt".to_owned()).normalize()?;
        let verifier = CoreIdTokenVerifier::new_public_client(
            ClientId::new(audience.to_owned()),
            IssuerUrl::new(issuer.to_owned())?,
            keys.clone(),
        );
        Ok(Self(verifier.set_allowed_algs(algorithms()).set_allowed_jose_types([at_jwt])))
    }

    /// The claims of a good access token; an error for every other.
    pub fn verify(&self, token: &str) -> Result<Claims, Box<dyn Error>> {
        // The library lets a token without `typ` pass, and reads the claims before it looks; RFC 9068 §4 does neither.
        let header = decode(token.split('.').next().unwrap_or_default())?;
        if !matches!(header.get("typ").and_then(Value::as_str), Some("at+jwt" | "application/at+jwt")) {
            return Err("unexpected or unsupported JWT type".into());
        }
        let token: AccessToken = token.parse()?;
        let no_nonce = |_: Option<&Nonce>| Ok(());
        Ok(token.into_claims(&self.0, no_nonce)?)
    }
}
