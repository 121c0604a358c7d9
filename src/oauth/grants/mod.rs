//! The grants of the token endpoint: a closed list, one file each. RFC 6749 §4.

pub mod authorization_code;
mod binding;
pub mod client_credentials;
pub mod device_code;
pub mod jwt_bearer;
pub mod refresh_token;
mod remaining;
pub mod token_exchange;

use super::client_auth::AuthenticatedClient;
use super::tokens::{AccessToken, Issued, Refreshable};
use super::{ErrorCode, OAuthError, Params, Rules};
use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::records::{Grant, GrantType};
use crate::storage::{Fault, Stop, Txn};

/// A token request whose grant type is known and whose parameters have been read.
#[derive(Debug, Clone)]
pub enum Request {
    /// RFC 6749 §4.1.3.
    AuthorizationCode(authorization_code::Request),
    /// RFC 6749 §6.
    RefreshToken(refresh_token::Request),
    /// RFC 6749 §4.4.2.
    ClientCredentials(client_credentials::Request),
    /// RFC 8628 §3.4.
    DeviceCode(device_code::Request),
    /// RFC 7523 §2.1.
    JwtBearer(jwt_bearer::Request),
    /// RFC 8693 §2.1.
    TokenExchange(token_exchange::Request),
}

impl Request {
    /// Reads a token request. RFC 6749 §3.2.
    ///
    /// # Errors
    /// `invalid_request` for a missing or repeated parameter, `unsupported_grant_type` for a grant that we do not
    /// have, and what the grant's own `parse` gives.
    pub fn parse(params: &Params) -> Result<Self, OAuthError> {
        let missing = OAuthError::invalid_request("grant_type is missing.", "grant_type.missing");
        let grant_type = params.required("grant_type", missing)?;
        // RFC 8693 §2.1: several audiences may be asked for at once, here alone.
        let repeatable: &[&str] =
            if grant_type == token_exchange::GRANT_TYPE { &["resource", "audience"] } else { &["resource"] };
        params.refuse_duplicates_but(repeatable)?;
        match grant_type {
            authorization_code::GRANT_TYPE => authorization_code::parse(params).map(Self::AuthorizationCode),
            refresh_token::GRANT_TYPE => refresh_token::parse(params).map(Self::RefreshToken),
            client_credentials::GRANT_TYPE => client_credentials::parse(params).map(Self::ClientCredentials),
            device_code::GRANT_TYPE => device_code::parse(params).map(Self::DeviceCode),
            jwt_bearer::GRANT_TYPE => jwt_bearer::parse(params).map(Self::JwtBearer),
            token_exchange::GRANT_TYPE => token_exchange::parse(params).map(Self::TokenExchange),
            // RFC 6749 §4.5: the others that have a file here go by their URIs.
            // Not done: RFC 6749 §4.3, §10.7: the password grant: RFC 9700 §2.4 forbids it.
            _ => Err(OAuthError::new(
                // FAPI 2.0 Security Profile §5.3.2.1, OAuth 2.1 §10: the password grant among them.
                ErrorCode::UnsupportedGrantType,
                "This grant type is not supported.",
                "grant_type.unsupported",
            )),
        }
    }

    /// Which grant it is.
    pub const fn grant_type(&self) -> GrantType {
        match self {
            Self::AuthorizationCode(_) => GrantType::AuthorizationCode,
            Self::RefreshToken(_) => GrantType::RefreshToken,
            Self::ClientCredentials(_) => GrantType::ClientCredentials,
            Self::DeviceCode(_) => GrantType::DeviceCode,
            Self::JwtBearer(_) => GrantType::JwtBearer,
            Self::TokenExchange(_) => GrantType::TokenExchange,
        }
    }

    /// Refuses a client that has not registered for this grant (RFC 6749 §5.2), or does not prove what its tokens are
    /// bound to.
    ///
    /// # Errors
    /// `unauthorized_client`, `invalid_request`.
    pub fn permit(&self, client: &AuthenticatedClient) -> Result<(), OAuthError> {
        if client.may_use(self.grant_type()) {
            return binding::demand(client);
        }
        Err(OAuthError::new(
            ErrorCode::UnauthorizedClient,
            "The client is not registered for this grant type.",
            "grant_type.not_registered",
        ))
    }

    /// Decides inside a unit of work. The client credentials grant changes nothing, so it may also be decided
    /// without one: [`client_credentials::decide`].
    ///
    /// # Errors
    /// What the grant's own `decide` gives.
    pub fn decide(
        &self,
        txn: &mut dyn Txn,
        act: &Act,
        rules: &Rules,
        client: &AuthenticatedClient,
    ) -> Result<Issued, Stop<OAuthError>> {
        self.permit(client).map_err(Stop::Refused)?;
        match self {
            Self::AuthorizationCode(request) => authorization_code::decide(txn, act, rules, client, request),
            Self::RefreshToken(request) => refresh_token::decide(txn, act, rules, client, request),
            Self::DeviceCode(request) => device_code::decide(txn, act, rules, client, request),
            Self::JwtBearer(request) => jwt_bearer::decide(txn, act, rules, client, request),
            Self::TokenExchange(request) => token_exchange::decide(txn, act, rules, client, request),
            Self::ClientCredentials(request) => {
                client_credentials::decide(act, rules, client, request).map_err(Stop::Refused)
            }
        }
    }
}

/// Until when the newest refresh token of the grant can be used, if it is not used before, and the grant.
fn refreshable_until(rules: &Rules, grant: &Grant) -> Option<Refreshable> {
    let state = grant.refresh.as_ref()?;
    // Refresh Token Expiration §5: never longer than the grant.
    let timeout = grant.expires_at.min(state.rotated_at + rules.policy.refresh_idle_ttl);
    Some(Refreshable { timeout, authorization: grant.expires_at })
}

/// Appends that tokens were issued for a person, and why: the grant type, or what was special about it.
fn record(
    txn: &mut dyn Txn,
    act: &Act,
    grant: &Grant,
    access: &AccessToken,
    cause: &'static str,
) -> Result<(), Fault> {
    Entry::new(act, Event::AuthnTokenCreated)
        .because(cause)
        .actor(grant.user_id)
        .client(&grant.client_id)
        .grant(grant.id)
        .session(grant.sid)
        .jti(access.jti.as_str())
        .scope(&access.scope)
        .audience(access.aud.iter())
        .append(txn)
}
