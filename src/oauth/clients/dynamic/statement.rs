//! Software statements: what somebody whom the operator trusts says of a program. RFC 7591 §2.3, §3.1.1.

use super::{RegistrationPolicy, StatementIssuer};
use crate::act::Act;
use crate::jose::json::Object;
use crate::jose::{JoseError, JwkSet, Jws, JwsAlgorithm, Registered, With};
use crate::oauth::{ErrorCode, OAuthError};
use serde::Deserialize;
use serde_json::Value;
use time::Duration;

/// What a statement says of itself, and not of the program; and what nobody may say for a client.
const NOT_METADATA: [&str; 10] =
    ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "client_secret", "software_statement"];

#[derive(Deserialize)]
struct Issuer {
    iss: Option<String>,
}

/// Whose statement it is, by its own word, if that is somebody whose word counts.
///
/// # Errors
/// `invalid_software_statement`, `unapproved_software_statement`.
pub fn issuer<'a>(
    policy: &'a RegistrationPolicy,
    statement: &str,
) -> Result<&'a StatementIssuer, OAuthError> {
    let issuer = Jws::parse(statement).and_then(|jws| jws.unverified_claims::<Issuer>());
    // RFC 7591 §2.3: `iss` must be there.
    let named = issuer.map_err(|error| invalid(error.as_str()))?.iss;
    let named = named.ok_or(invalid("software_statement.issuer"))?;
    policy.statement_issuers.iter().find(|known| known.issuer == named).ok_or(OAuthError::new(
        ErrorCode::UnapprovedSoftwareStatement,
        "software_statement: its issuer is not one of those whose word counts here.",
        "software_statement.unknown_issuer",
    ))
}

/// Verifies a statement with the keys of its [`issuer`], and lays what it says over what the client says of itself:
/// RFC 7591 §2.3, the statement wins.
///
/// # Errors
/// `invalid_software_statement`.
pub fn lay_over(
    mut document: Object,
    statement: &str,
    keys: &JwkSet,
    (act, skew): (&Act, Duration),
) -> Result<Object, OAuthError> {
    let said = verify(statement, keys, (act, skew)).map_err(|error| invalid(error.as_str()))?;
    let said = said.into_iter().filter(|(name, _)| !NOT_METADATA.contains(&name.as_str()));
    document.extend(said);
    Ok(document)
}

/// Whether the keys lack the one that a statement names, so that fetching them again may help.
pub fn names_another_key(statement: &str, keys: &JwkSet) -> bool {
    let verified = Jws::parse(statement)
        .and_then(|jws| jws.verify(With::Set(keys), &JwsAlgorithm::ALL_ASYMMETRIC).map(|_| ()));
    verified == Err(JoseError::UnknownKey)
}

/// Where a registration needs a statement and has none. RFC 7591 §3.2.2.
pub const fn missing() -> OAuthError {
    OAuthError::new(
        ErrorCode::InvalidSoftwareStatement,
        "software_statement: is needed here.",
        "software_statement.missing",
    )
}

/// Where the keys of the issuer cannot be had.
pub const fn unverifiable(cause: &'static str) -> OAuthError {
    invalid(cause)
}

fn verify(statement: &str, keys: &JwkSet, (act, skew): (&Act, Duration)) -> Result<Object, JoseError> {
    let jws = Jws::parse(statement)?;
    // RFC 8725 §3.11: a token of another type is none of these.
    if jws.header().typ.is_some() && !jws.header().is_type("jwt") {
        return Err(JoseError::Header);
    }
    // RFC 7591 §2.3: signed. Not done: RFC 7591 §2.3: by MAC: no secret is shared with those who issue them.
    let verified = jws.verify(With::Set(keys), &JwsAlgorithm::ALL_ASYMMETRIC)?;
    let times: Registered = verified.claims()?;
    let latest = act.now.saturating_add(skew);
    // RFC 7591 §2.3: a statement need not end; where it says when, that holds.
    if times.exp.is_some_and(|exp| act.now >= exp.0.saturating_add(skew)) {
        return Err(JoseError::Expired);
    }
    if [times.nbf, times.iat].into_iter().flatten().any(|from| from.0 > latest) {
        return Err(JoseError::NotYetValid);
    }
    let mut claims: Object = verified.claims()?;
    claims.retain(|_, value| *value != Value::Null);
    Ok(claims)
}

const fn invalid(cause: &'static str) -> OAuthError {
    OAuthError::new(
        ErrorCode::InvalidSoftwareStatement,
        "software_statement: is malformed, expired, or not signed by its issuer.",
        cause,
    )
}
