//! The `client_credentials` grant: a client acts for itself. RFC 6749 §4.4.

use super::super::scope;
use crate::act::Act;
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::tokens::{AccessToken, Issued};
use crate::oauth::{ErrorCode, OAuthError, Params, Rules, authorization_details, resource};
use crate::records::Scope;
use serde_json::Value;

/// The registered name.
pub const GRANT_TYPE: &str = "client_credentials";

/// What the client asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The scope; all that the client may have, where it names none.
    pub scope: Option<Scope>,
    /// The resources. RFC 8707 §2.2.
    pub resources: Vec<String>,
    /// What it wants to do in detail. RFC 9396 §6.
    pub details: Vec<Value>,
}

/// Reads the request. RFC 6749 §4.4.2.
///
/// # Errors
/// `invalid_scope` or `invalid_target` for a malformed value.
pub fn parse(params: &Params) -> Result<Request, OAuthError> {
    Ok(Request {
        scope: scope::parse(params)?,
        resources: resource::parse(params)?,
        details: authorization_details::parse_narrower(params)?.unwrap_or_default(),
    })
}

/// Decides; needs no store, since nothing changes.
///
/// # Errors
/// `unauthorized_client` for a public client (RFC 6749 §4.4), `invalid_scope`, `invalid_target`.
pub fn decide(
    act: &Act,
    rules: &Rules,
    client: &AuthenticatedClient,
    request: &Request,
) -> Result<Issued, OAuthError> {
    if client.is_public() {
        return Err(OAuthError::new(
            ErrorCode::UnauthorizedClient,
            "A public client cannot act for itself.",
            "client_credentials.public_client",
        ));
    }
    // What only a person can give is never a client's own.
    let own = client.scope.filtered(|token| !scope::concerns_a_person(token));
    let scope = scope::narrow(&own, request.scope.as_ref())?;
    resource::permit(&client.resources, &request.resources)?;
    // Nobody is asked: what the client may do is what it was registered for.
    authorization_details::permit(&request.details, client, &rules.policy.requests.details)?;
    let access = AccessToken::for_client(act, &rules.policy, client, scope, &request.resources)
        .with_details(request.details.clone());
    // RFC 6749 §4.4.3: no refresh token.
    Ok(Issued::access_alone(access, client.access_token_signed_response_alg))
}
