//! Resource indicators. RFC 8707.

use super::{ErrorCode, OAuthError, Params};

/// More resources than this in one request are refused.
const MAX_RESOURCES: usize = 8;

/// Reads every `resource` parameter: absolute URIs without a fragment. One that is named twice is one: RFC 8707 §2.
///
/// # Errors
/// `invalid_target` where one is no such URI, or there are more than 8.
pub fn parse(params: &Params) -> Result<Vec<String>, OAuthError> {
    let mut resources: Vec<String> = Vec::new();
    for resource in params.all("resource") {
        if !resources.iter().any(|named| named == resource) {
            resources.push(resource.to_owned());
        }
    }
    let well_formed = resources.iter().all(|resource| {
        url::Url::parse(resource).is_ok_and(|uri| uri.fragment().is_none()) && resource.len() <= 512
    });
    if well_formed && resources.len() <= MAX_RESOURCES {
        Ok(resources)
    } else {
        Err(refuse(
            "At most 8 resources, each an absolute URI without a fragment and of at most 512 bytes.",
            "resource.malformed",
        ))
    }
}

/// Refuses resources that are not among the allowed ones. Compared as strings.
///
/// # Errors
/// `invalid_target`.
pub fn permit(allowed: &[String], asked: &[String]) -> Result<(), OAuthError> {
    // RFC 8707 §3.
    if asked.iter().all(|resource| allowed.contains(resource)) {
        Ok(())
    } else {
        Err(refuse("The client may not ask for tokens for this resource.", "resource.not_allowed"))
    }
}

const fn refuse(description: &'static str, cause: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidTarget, description, cause)
}

/// Which of the granted resources a token is for: those that the token request names, or all. RFC 8707 §2.2.
///
/// # Errors
/// `invalid_target` where one was not granted.
pub fn choose(granted: &[String], asked: &[String]) -> Result<Vec<String>, OAuthError> {
    if asked.is_empty() {
        return Ok(granted.to_vec());
    }
    permit(granted, asked)?;
    Ok(asked.to_vec())
}
