//! Scope as a request parameter: reading and narrowing. RFC 6749 §3.3.

use super::{ErrorCode, OAuthError, Params};
use crate::records::Scope;

/// The scope values of OIDC Core §5.4 and §11 that we serve, in the order in which discovery lists them.
pub const OPENID_SCOPES: [&str; 6] = ["openid", "profile", "email", "address", "phone", "offline_access"];

/// Whether a scope value speaks of a person, so that only a person can grant it.
pub fn concerns_a_person(token: &str) -> bool {
    OPENID_SCOPES.contains(&token)
}

/// Reads the `scope` parameter.
///
/// # Errors
/// `invalid_scope` where it is malformed.
pub fn parse(params: &Params) -> Result<Option<Scope>, OAuthError> {
    let Some(text) = params.get("scope")? else { return Ok(None) };
    Scope::parse(text).map(Some).map_err(|_| refuse("The scope is malformed.", "scope.malformed"))
}

/// What is issued: all of `allowed` where nothing is asked for, else what is asked for.
///
/// # Errors
/// `invalid_scope` where more is asked for than is allowed.
pub fn narrow(allowed: &Scope, asked: Option<&Scope>) -> Result<Scope, OAuthError> {
    match asked {
        None => Ok(allowed.clone()),
        Some(asked) if asked.is_within(allowed) => Ok(asked.clone()),
        Some(_) => Err(refuse("The scope asks for more than is allowed.", "scope.exceeds")),
    }
}

pub(super) const fn refuse(description: &'static str, cause: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidScope, description, cause)
}
