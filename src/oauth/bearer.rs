//! Accepting an access token of ours at an endpoint of ours. RFC 6750, RFC 9068 §4.

use super::tokens::{ACCESS_TOKEN_TYP, AccessToken, standing};
use super::{OAuthError, Rules};
use crate::act::Act;
use crate::keys::{Expected, Snapshot};
use crate::records::{Client, Confirmation, Grant, RevokedToken, User, find};
use crate::storage::{Fault, Read, Stop};

/// The scheme by which an access token is shown. RFC 6750 §2.1, RFC 9449 §7.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Whoever holds the token may use it.
    Bearer,
    /// Whoever holds its key may.
    Dpop,
}

impl Scheme {
    /// The scheme of this name; names do not mind case (RFC 9110 §11.1).
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Bearer, Self::Dpop].into_iter().find(|scheme| scheme.as_str().eq_ignore_ascii_case(name))
    }

    /// The registered name; that of the token type too.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
        }
    }

    /// The scheme by which a token with this confirmation is shown: its `token_type`. RFC 9449 §5, §6.2.
    pub fn of(confirmation: Option<&Confirmation>) -> Self {
        let by_proof = confirmation.is_some_and(|confirmation| confirmation.jkt.is_some());
        if by_proof { Self::Dpop } else { Self::Bearer }
    }
}

/// An access token that is genuine and alive, with the person for whom it speaks (none where a client acts for
/// itself).
#[derive(Debug)]
pub struct Accepted {
    /// Its claims.
    pub token: AccessToken,
    /// The person.
    pub user: Option<User>,
    /// The grant that it follows from.
    pub grant: Option<Grant>,
    /// Whose it is.
    pub client: Client,
}

/// Reads one of our access tokens and checks everything that the token itself can tell: type, signature, issuer and
/// times. Whether it was revoked is [`accept`]'s question.
///
/// # Errors
/// `invalid_token` with the cause.
pub fn verify(act: &Act, rules: &Rules, keys: &Snapshot, token: &str) -> Result<AccessToken, OAuthError> {
    let expected = Expected {
        typ: ACCESS_TOKEN_TYP,
        issuer: &rules.policy.issuer,
        now: act.now,
        leeway: time::Duration::ZERO,
    };
    keys.verify_own(token, &expected).map_err(|error| OAuthError::invalid_token(error.as_str()))
}

/// Checks that a verified token is shown by the scheme that it was issued for, and that whoever shows it proves the key
/// that it is bound to.
///
/// # Errors
/// `invalid_token`: RFC 9449 §7.1, §7.2; RFC 8705 §3.
pub fn check_binding(token: &AccessToken, scheme: Scheme, proved: &Confirmation) -> Result<(), OAuthError> {
    match (scheme, Scheme::of(token.cnf.as_ref())) {
        // RFC 9449 §7.2: a bound token is no bearer's, or a stolen one would be good.
        (Scheme::Bearer, Scheme::Dpop) => return Err(OAuthError::invalid_token("token.bound_to_key")),
        (Scheme::Dpop, Scheme::Bearer) => return Err(OAuthError::invalid_token("token.not_bound_to_key")),
        (Scheme::Bearer, Scheme::Bearer) | (Scheme::Dpop, Scheme::Dpop) => {}
    }
    let Some(bound) = &token.cnf else { return Ok(()) };
    // RFC 9449 §6, §7.1; RFC 8705 §3: the key of the token is the key that is proved.
    bound.check(proved).map_err(OAuthError::invalid_token)
}

/// Checks that a verified token is still good: not revoked, its client still enabled, its grant still standing.
///
/// # Errors
/// `invalid_token` with the cause.
pub fn accept(
    read: &(impl Read + ?Sized),
    act: &Act,
    token: AccessToken,
) -> Result<Accepted, Stop<OAuthError>> {
    let refuse = |cause| Err(Stop::Refused(OAuthError::invalid_token(cause)));
    if let Err(cause) = unrevoked(read, act, &token)? {
        return refuse(cause);
    }
    let client = match alive(read, act, &token.client_id, token.iat)? {
        Ok(client) => client,
        Err(cause) => return refuse(cause),
    };
    let Some(grant_id) = token.grant_id else {
        // RFC 8693 §1.1: exchanged from a token of another client that acts for itself, which must stand too. Subjects
        // of other issuers have a `#` in their names or are SPIFFE's, and no client is called so.
        let is_foreign = token.sub.contains('#') || token.sub.starts_with("spiffe://");
        let is_other_client = token.sub != token.client_id && !is_foreign;
        if is_other_client && let Err(cause) = alive(read, act, &token.sub, token.iat)? {
            return refuse(cause);
        }
        return Ok(Accepted { token, user: None, grant: None, client });
    };
    let Some(grant) = find::<Grant>(read, &act.tenant, &grant_id.to_string())? else {
        return refuse("grant.unknown");
    };
    // An exchanged token stands on the grant of the client that it was first issued to.
    let holder = if grant.client_id == client.client_id {
        Ok(client.clone())
    } else {
        alive(read, act, &grant.client_id, token.iat)?
    };
    let holder = match holder {
        Ok(holder) => holder,
        Err(cause) => return refuse(cause),
    };
    match standing(read, act, &holder, &grant) {
        Ok(user) => Ok(Accepted { token, user: Some(user), grant: Some(grant), client }),
        Err(Stop::Refused(error)) => refuse(error.cause),
        Err(Stop::Fault(fault)) => Err(Stop::Fault(fault)),
    }
}

/// Whether the token was revoked, or one from which it was exchanged, whose client must stand as well.
fn unrevoked(
    read: &(impl Read + ?Sized),
    act: &Act,
    token: &AccessToken,
) -> Result<Result<(), &'static str>, Fault> {
    let is_revoked = |jti: &str| Ok::<_, Fault>(find::<RevokedToken>(read, &act.tenant, jti)?.is_some());
    if is_revoked(&token.jti)? {
        return Ok(Err("token.revoked"));
    }
    for origin in &token.exchanged_from {
        // RFC 7009 §2.1: an entry is kept until its token expires, and no token outlives the one it was exchanged from.
        if is_revoked(&origin.jti)? {
            return Ok(Err("token.origin_revoked"));
        }
        if let Err(cause) = alive(read, act, &origin.client_id, token.iat)? {
            return Ok(Err(cause));
        }
    }
    Ok(Ok(()))
}

/// The client, if it is still the one that it was when the token was issued.
fn alive(
    read: &(impl Read + ?Sized),
    act: &Act,
    client_id: &str,
    iat: i64,
) -> Result<Result<Client, &'static str>, Fault> {
    let client: Option<Client> = find(read, &act.tenant, client_id)?;
    Ok(match client.filter(|client| !client.disabled) {
        None => Err("client.disabled"),
        Some(client) if iat < client.created_at.unix_timestamp() => Err("client.replaced"),
        Some(client) => Ok(client),
    })
}
