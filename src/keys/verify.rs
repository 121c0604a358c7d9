//! Verifying our own tokens, strictly: RFC 7515 §5.2, RFC 7519 §7.2, RFC 8725 §3, RFC 9068 §4.
//!
//! The algorithm comes from the key, never from the token; the type must be the one that is expected; nothing that
//! we would not have written is accepted.

use super::{Snapshot, VerifyingKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::fmt;
use time::{Duration, OffsetDateTime};

/// A longer token is none of ours: they stay under 4 KiB.
const MAX_BYTES: usize = 16 * 1024;

/// What a token must say. The audience is the caller's to check.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The type, compared exactly. RFC 8725 §3.11.
    pub typ: &'a str,
    /// The issuer, compared exactly.
    pub issuer: &'a str,
    /// The present instant.
    pub now: OffsetDateTime,
    /// How far clocks may differ; not negative.
    pub leeway: Duration,
}

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifyError {
    /// Not three parts of base64url, or too long.
    Malformed,
    /// A header that we would not have written.
    Header,
    /// A header parameter is marked critical; we know none. RFC 7515 §4.1.11.
    Critical,
    /// No published key has this kid: never ours, removed, or revoked.
    UnknownKey,
    /// The header names another algorithm than the key has.
    Algorithm,
    /// Another type of token.
    Type,
    /// The signature is wrong.
    Signature,
    /// The claims are not those of such a token.
    Claims,
    /// Another issuer.
    Issuer,
    /// It has expired.
    Expired,
    /// It is not valid yet.
    NotYetValid,
}

impl VerifyError {
    /// The private cause, for the audit trail and `inspect`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "token.malformed",
            Self::Header => "token.header",
            Self::Critical => "token.critical",
            Self::UnknownKey => "token.unknown_key",
            Self::Algorithm => "token.algorithm",
            Self::Type => "token.type",
            Self::Signature => "token.signature",
            Self::Claims => "token.claims",
            Self::Issuer => "token.issuer",
            Self::Expired => "token.expired",
            Self::NotYetValid => "token.not_yet_valid",
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl std::error::Error for VerifyError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    typ: String,
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Registered {
    iss: String,
    exp: i64,
    nbf: Option<i64>,
}

impl Snapshot {
    /// The claims of one of our own tokens, once everything that [`Expected`] names has been checked. Retired keys
    /// verify; revoked ones do not.
    ///
    /// # Errors
    /// The first check that failed.
    pub fn verify_own<C: DeserializeOwned>(
        &self,
        token: &str,
        expected: &Expected<'_>,
    ) -> Result<C, VerifyError> {
        if token.len() > MAX_BYTES {
            return Err(VerifyError::Malformed);
        }
        let (signing_input, signature) = token.rsplit_once('.').ok_or(VerifyError::Malformed)?;
        let (header, claims) = signing_input.split_once('.').ok_or(VerifyError::Malformed)?;
        let key = self.check_header(&decode(header)?, expected)?;
        if !key.verify(signing_input.as_bytes(), &decode(signature)?) {
            return Err(VerifyError::Signature);
        }
        let claims = decode(claims)?;
        check_claims(&claims, expected)?;
        serde_json::from_slice(&claims).map_err(|_| VerifyError::Claims)
    }

    fn check_header(&self, header: &[u8], expected: &Expected<'_>) -> Result<&VerifyingKey, VerifyError> {
        let header: Header = serde_json::from_slice(header).map_err(|_| VerifyError::Header)?;
        if header.crit.is_some() {
            return Err(VerifyError::Critical);
        }
        // RFC 7515 §10.7, RFC 8725 §3.1: the key says the algorithm.
        let key = self.verifying_key(&header.kid).ok_or(VerifyError::UnknownKey)?;
        if header.alg != key.algorithm().as_str() {
            return Err(VerifyError::Algorithm);
        }
        if header.typ != expected.typ {
            return Err(VerifyError::Type);
        }
        Ok(key)
    }
}

fn check_claims(claims: &[u8], expected: &Expected<'_>) -> Result<(), VerifyError> {
    let claims: Registered = serde_json::from_slice(claims).map_err(|_| VerifyError::Claims)?;
    if claims.iss != expected.issuer {
        return Err(VerifyError::Issuer);
    }
    let instant = |seconds| OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| VerifyError::Claims);
    // RFC 7519 §4.1.4: on or after `exp` it is refused.
    if expected.now >= instant(claims.exp)?.saturating_add(expected.leeway) {
        return Err(VerifyError::Expired);
    }
    // RFC 7519 §4.1.5: before `nbf` it is refused.
    if let Some(nbf) = claims.nbf
        && expected.now.saturating_add(expected.leeway) < instant(nbf)?
    {
        return Err(VerifyError::NotYetValid);
    }
    Ok(())
}

fn decode(part: &str) -> Result<Vec<u8>, VerifyError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| VerifyError::Malformed)
}
