//! Revoking grants and tokens. RFC 7009.

use super::client_auth::AuthenticatedClient;
use super::tokens::{AccessToken, RefreshToken};
use super::{OAuthError, Params, Rules};
use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::records::{Grant, Revocation, RevokedToken, find, insert, update};
use crate::storage::{Fault, Stop, Txn};
use secrecy::{ExposeSecret as _, SecretString};
use time::OffsetDateTime;
use uuid::Uuid;

/// What is to be revoked.
#[derive(Debug, Clone)]
pub enum Request {
    /// An access token of ours, verified.
    AccessToken(Box<AccessToken>),
    /// Any other text: a refresh token, perhaps.
    Other(SecretString),
}

/// Reads the `token` parameter. RFC 7009 §2.1; `token_type_hint` is not needed, since our tokens differ in form.
///
/// # Errors
/// `invalid_request` where the token is missing or a parameter stands twice.
pub fn parse(params: &Params) -> Result<SecretString, OAuthError> {
    params.refuse_duplicates()?;
    let missing = OAuthError::invalid_request("token is missing.", "token.missing");
    Ok(params.required("token", missing)?.to_owned().into())
}

/// Revokes a token of this client. A token that we do not know is as good as revoked: RFC 7009 §2.2.
///
/// A refresh token takes its whole grant with it (RFC 7009 §2.1); an access token takes along what was exchanged
/// from it (RFC 8693), and no more.
///
/// # Errors
/// `invalid_grant` for another client's token: RFC 7009 §2.1.
pub fn decide(
    txn: &mut dyn Txn,
    act: &Act,
    rules: &Rules,
    client: &AuthenticatedClient,
    request: &Request,
) -> Result<(), Stop<OAuthError>> {
    match request {
        Request::AccessToken(token) if token.client_id != client.client_id => {
            Err(Stop::Refused(OAuthError::invalid_grant("revocation.foreign_client")))
        }
        // RFC 7009 §2.1: access tokens are revoked too.
        // Not done: RFC 7009 §2.1: taking the refresh token along with an access token: clients drop old access tokens
        // and stay.
        Request::AccessToken(token) => Ok(revoke_access_token(txn, act, token)?),
        Request::Other(text) => {
            let Some(token) = RefreshToken::parse(text.expose_secret()) else { return Ok(()) };
            let Some(grant) = find::<Grant>(txn, &act.tenant, &token.grant_id.to_string())? else {
                return Ok(());
            };
            let genuine =
                grant.refresh.as_ref().is_some_and(|state| token.is_genuine(&grant, state, &rules.pepper));
            if !genuine {
                return Ok(());
            }
            if grant.client_id != client.client_id {
                return Err(Stop::Refused(OAuthError::invalid_grant("revocation.foreign_client")));
            }
            Ok(revoke_grant(txn, act, grant.id, Event::AuthnTokenRevoked, "revocation.client")?)
        }
    }
}

/// Revokes a grant with all that follows from it: one write. Does nothing where it is revoked already or gone.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn revoke_grant(
    txn: &mut dyn Txn,
    act: &Act,
    grant_id: Uuid,
    event: Event,
    cause: &'static str,
) -> Result<(), Fault> {
    let Some(mut grant) = find::<Grant>(txn, &act.tenant, &grant_id.to_string())? else { return Ok(()) };
    if grant.revoked.is_none() {
        grant.revoked = Some(Revocation { at: act.now, cause: cause.to_owned() });
        update(txn, &act.tenant, &grant)?;
    }
    Entry::new(act, event)
        .because(cause)
        .target(grant.user_id)
        .client(&grant.client_id)
        .grant(grant.id)
        .session(grant.sid)
        .append(txn)
}

fn revoke_access_token(txn: &mut dyn Txn, act: &Act, token: &AccessToken) -> Result<(), Fault> {
    let expires_at = OffsetDateTime::from_unix_timestamp(token.exp).unwrap_or(act.now);
    insert(txn, &act.tenant, &RevokedToken { jti: token.jti.clone(), expires_at })?;
    Entry::new(act, Event::AuthnTokenRevoked)
        .because("revocation.client")
        .target(&token.sub)
        .client(&token.client_id)
        .jti(token.jti.as_str())
        .append(txn)
}
