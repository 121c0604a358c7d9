//! From what a token says to the signed string: the one place of this layer that touches keys.

use super::{ACCESS_TOKEN_TYP, AccessToken, IdToken};
use crate::keys::{KeyError, Snapshot};
use crate::oauth::bearer::Scheme;
use crate::records::{Client, Scope, SignatureAlgorithm};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use time::OffsetDateTime;

/// What a grant gives: unsigned data, with the algorithms that the client asked for.
#[derive(Debug)]
pub struct Issued {
    /// The access token.
    pub access: AccessToken,
    access_algorithm: SignatureAlgorithm,
    refresh: Option<SecretString>,
    id: Option<(IdToken, SignatureAlgorithm)>,
    exchanged_as: Option<&'static str>,
    refreshable: Option<Refreshable>,
}

/// Until when a refresh token can be used, if it is not used before, and until when what it stands for is allowed.
#[derive(Debug, Clone, Copy)]
pub struct Refreshable {
    /// When the token ends that nobody uses.
    pub timeout: OffsetDateTime,
    /// When the grant ends, whatever happens.
    pub authorization: OffsetDateTime,
}

impl Issued {
    /// An access token and nothing else.
    pub fn access_alone(access: AccessToken, algorithm: SignatureAlgorithm) -> Self {
        Self {
            access,
            access_algorithm: algorithm,
            refresh: None,
            id: None,
            exchanged_as: None,
            refreshable: None,
        }
    }

    /// What an exchange gives. RFC 8693 §2.2.1: `issued_token_type` says what it is; a refresh token is never with it.
    pub fn exchanged(
        access: AccessToken,
        algorithm: SignatureAlgorithm,
        issued_token_type: &'static str,
    ) -> Self {
        Self { exchanged_as: Some(issued_token_type), ..Self::access_alone(access, algorithm) }
    }

    #[cfg(test)]
    pub(crate) fn into_refresh(self) -> Option<SecretString> {
        self.refresh
    }

    /// What a client gets that acts for a person.
    pub fn for_user(
        access: AccessToken,
        refresh: Option<SecretString>,
        id: Option<IdToken>,
        client: &Client,
    ) -> Self {
        Self {
            access,
            access_algorithm: client.access_token_signed_response_alg,
            refresh,
            id: id.map(|id| (id, client.id_token_signed_response_alg)),
            exchanged_as: None,
            refreshable: None,
        }
    }

    /// The same, saying until when its refresh token can be used.
    #[must_use]
    pub fn refreshable(self, refreshable: Option<Refreshable>) -> Self {
        Self { refreshable, ..self }
    }
}

/// A successful answer of the token endpoint. RFC 6749 §5.1, OIDC Core §3.1.3.3. Never printed.
#[derive(Serialize)]
pub struct TokenResponse {
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_token_type: Option<&'static str>,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// The same as the next, by the name that it had in earlier drafts, and has at other servers.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token_expires_in: Option<i64>,
    /// How many seconds the refresh token can be used, if it is not used before. Refresh Token Expiration §6.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token_timeout: Option<i64>,
    /// How many seconds the grant stands. Refresh Token Expiration §6.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_expires_in: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    #[serde(skip_serializing_if = "Scope::is_empty")]
    scope: Scope,
    /// RFC 9396 §7.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_details: Vec<serde_json::Value>,
}

impl std::fmt::Debug for TokenResponse {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("TokenResponse(..)")
    }
}

/// Signs what was decided.
///
/// # Errors
/// A [`KeyError`], such as for an algorithm whose first key is still being made.
pub fn seal(issued: Issued, keys: &Snapshot) -> Result<TokenResponse, KeyError> {
    let Issued { access, access_algorithm, refresh, id, exchanged_as, refreshable } = issued;
    let (iat, exp) = (instant(access.iat), instant(access.exp));
    let access_token = keys.sign_jwt(access_algorithm, ACCESS_TOKEN_TYP, &access, iat, exp)?;
    let id_token = id
        .map(|(mut id, algorithm)| {
            // OIDC Core §16.11: an access token that was put in the place of the first is noticed.
            id.at_hash = half_hash(&access_token, algorithm);
            // OIDC Core §2, §10.1, §16.3: signed, and the header holds `alg`, `kid` and `typ` alone.
            keys.sign_jwt(algorithm, "JWT", &id, instant(id.iat), instant(id.exp))
        })
        .transpose()?;
    // Refresh Token Expiration §6.1: both wherever a refresh token is given.
    let refreshable = refreshable.filter(|_| refresh.is_some());
    let left = |until: OffsetDateTime| (until.unix_timestamp() - access.iat).max(0);
    let timeout = refreshable.map(|told| left(told.timeout));
    Ok(TokenResponse {
        access_token,
        issued_token_type: exchanged_as,
        // RFC 6749 §7.1.
        // RFC 8693 §2.2.1: never `N_A`, as all that is issued is an access token.
        token_type: Scheme::of(access.cnf.as_ref()).as_str(),
        expires_in: access.exp - access.iat,
        refresh_token_expires_in: timeout,
        refresh_token_timeout: timeout,
        authorization_expires_in: refreshable.map(|told| left(told.authorization)),
        refresh_token: refresh.map(|token| token.expose_secret().to_owned()),
        id_token,
        scope: access.scope,
        // Not done: RFC 9396 §7.1: enriching: what was asked for and allowed is what is told.
        authorization_details: access.authorization_details,
    })
}

fn instant(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// OIDC Core §3.1.3.6: the left half of the access token's hash, with the hash function of the ID token's algorithm
/// (for Ed25519 that is SHA-512: RFC 8032 §5.1).
fn half_hash(access_token: &str, algorithm: SignatureAlgorithm) -> Option<String> {
    let bytes = access_token.as_bytes();
    let half = |digest: &[u8]| digest.get(..digest.len() / 2).map(|half| URL_SAFE_NO_PAD.encode(half));
    match algorithm {
        SignatureAlgorithm::Es256 | SignatureAlgorithm::Rs256 => half(&openssl::sha::sha256(bytes)),
        SignatureAlgorithm::EdDsa => half(&openssl::sha::sha512(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_hash_is_the_left_half_of_the_hash() {
        // OIDC Core, appendix A.3: the example's access token and its at_hash.
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(half_hash(token, SignatureAlgorithm::Rs256).unwrap(), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(half_hash(token, SignatureAlgorithm::EdDsa).unwrap().len(), 43);
    }
}
