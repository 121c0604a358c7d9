//! Token introspection. RFC 7662.

use super::bearer::Scheme;
use super::client_auth::AuthenticatedClient;
use super::tokens::{AccessToken, Audience, RefreshToken, standing};
use super::{ErrorCode, OAuthError, Rules, bearer, subject};
use crate::act::Act;
use crate::keys::{KeyError, Snapshot};
use crate::records::{Client, Confirmation, Grant, Scope, SignatureAlgorithm, SubjectType, find};
use crate::storage::{Fault, Read, Stop};
use serde::Serialize;
use std::sync::Arc;
use uuid::Uuid;

/// What is known about a token. RFC 7662 §2.2; times in seconds since the epoch.
#[derive(Debug, Serialize)]
pub struct Introspection {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<Audience>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<Scope>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    amr: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<String>,
    /// The key that its presenter must prove. RFC 8705 §3.2, RFC 9449 §6.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Confirmation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    may_act: Option<serde_json::Value>,
    /// RFC 9396 §9.2.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_details: Vec<serde_json::Value>,
    /// Of a refresh token: how many seconds it may lie unused from now on. Refresh Token Expiration §7.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token_timeout: Option<i64>,
    /// Of a refresh token: how many seconds its grant stands. Refresh Token Expiration §7.
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_expires_in: Option<i64>,
}

impl Introspection {
    /// RFC 7662 §2.2: of an inactive token nothing more is told.
    const INACTIVE: Self = Self {
        active: false,
        token_type: None,
        iss: None,
        sub: None,
        aud: None,
        client_id: None,
        username: None,
        scope: None,
        iat: None,
        exp: None,
        jti: None,
        grant_id: None,
        auth_time: None,
        acr: None,
        amr: Vec::new(),
        roles: Vec::new(),
        groups: Vec::new(),
        cnf: None,
        act: None,
        may_act: None,
        authorization_details: Vec::new(),
        refresh_token_timeout: None,
        authorization_expires_in: None,
    };

    /// Whether the client may know of the token: it was issued to it, or is for it, by its name or one by which it is meant
    /// as well; or the operator trusts it with all of them. What a client may ask tokens *for* (`resources`) does not count.
    fn concerns(&self, client: &Client) -> bool {
        // RFC 9701 §8.2: nothing of a token to whom it is not for.
        let is_own = self.client_id.as_ref() == Some(&client.client_id);
        let exchanged = &client.token_exchange.token_exchange_subject_audiences;
        let served = client.introspects.introspection_audiences.iter().chain(exchanged);
        let mut names = served.chain([&client.client_id]);
        let is_for_client = self.aud.as_ref().is_some_and(|aud| names.any(|name| aud.contains(name)));
        is_own || is_for_client || client.introspects.introspects_any_token
    }

    /// The identifier of an access token, for the audit trail.
    pub fn jti(&self) -> Option<&str> {
        self.jti.as_deref()
    }
}

/// The media type of a signed answer. RFC 9701 §5.
pub const SIGNED_TYPE: &str = "application/token-introspection+jwt";

/// The `typ` of a signed answer. RFC 9701 §5.
const SIGNED_TYP: &str = "token-introspection+jwt";

/// A signed answer. RFC 9701 §5: it says nothing outside of `token_introspection` that could make it pass for a token.
#[derive(Serialize)]
struct Signed<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: i64,
    token_introspection: &'a Introspection,
}

/// The same answer, signed for the client that asks, by the algorithm that it registered.
///
/// # Errors
/// A [`KeyError`], such as for an algorithm whose first key is still being made.
pub fn seal(
    told: &Introspection,
    act: &Act,
    rules: &Rules,
    client: &AuthenticatedClient,
    keys: &Snapshot,
) -> Result<String, KeyError> {
    let signed = Signed {
        iss: &rules.policy.issuer,
        aud: &client.client_id,
        iat: act.now.unix_timestamp(),
        token_introspection: told,
    };
    let registered = client.responses.introspection_signed_response_alg;
    // RFC 9701 §6: RS256 where nothing is registered, as long as this server has a key for it.
    let default = keys.signer(SignatureAlgorithm::Rs256).filter(|_| client.profile.is_none());
    let default = default.map_or(client.id_token_signed_response_alg, |_| SignatureAlgorithm::Rs256);
    let algorithm = registered.unwrap_or(default);
    // RFC 9701 §8.1: a type of its own, so that nobody takes it for an access token.
    keys.sign_jwt(algorithm, SIGNED_TYP, &signed, act.now, act.now)
}

/// What a client is told, and why it is told nothing, where it is.
#[derive(Debug)]
pub struct Told {
    /// The answer.
    pub introspection: Introspection,
    /// The private cause, where the answer is that the token is dead.
    pub cause: Option<&'static str>,
}

/// Tells a confidential client about a token that concerns it: an access token that it has or that is for it, and its own
/// refresh tokens.
///
/// # Errors
/// `unauthorized_client` for a public client: RFC 7662 §2.1 wants the caller authenticated.
pub fn decide(
    read: &(impl Read + ?Sized),
    act: &Act,
    rules: &Rules,
    keys: &Snapshot,
    client: &AuthenticatedClient,
    token: &str,
) -> Result<Told, Stop<OAuthError>> {
    // RFC 7662 §4: nobody scans for tokens without proving who it is.
    // Not done: RFC 7662 §2.1: a bearer token as the proof of the caller: callers are clients here.
    if client.is_public() {
        return Err(Stop::Refused(OAuthError::new(
            ErrorCode::UnauthorizedClient,
            "A public client may not introspect tokens.",
            "introspection.public_client",
        )));
    }
    let introspection = match RefreshToken::parse(token) {
        Some(refresh) => refresh_token(read, act, rules, client, &refresh),
        None => match bearer::verify(act, rules, keys, token) {
            Ok(access) => access_token(read, act, access),
            Err(_) => Ok(Introspection::INACTIVE),
        },
    }?;
    // RFC 7662 §4, RFC 9701 §5: whoever a token does not concern learns nothing of it, not even that it lives.
    Ok(match introspection {
        dead if !dead.active => Told { introspection: dead, cause: Some("token.inactive") },
        alive if alive.concerns(client) => Told { introspection: alive, cause: None },
        _ => Told { introspection: Introspection::INACTIVE, cause: Some("introspection.not_concerned") },
    })
}

fn access_token(read: &(impl Read + ?Sized), act: &Act, token: AccessToken) -> Result<Introspection, Fault> {
    let accepted = match bearer::accept(read, act, token) {
        Ok(accepted) => accepted,
        // RFC 7662 §4: revoked, expired, not standing: all are asked after.
        Err(Stop::Refused(_)) => return Ok(Introspection::INACTIVE),
        Err(Stop::Fault(fault)) => return Err(fault),
    };
    // OIDC Core §8: where the subject is made so that nobody can compare it, the name is not told either; an exchanged
    // token has the subject of the client that it was first issued to.
    // RFC 7662 §5.
    let is_name_told = match &accepted.grant {
        Some(grant) if grant.client_id != accepted.client.client_id => false,
        Some(_) | None => accepted.client.subjects.subject_type == SubjectType::Public,
    };
    let token = accepted.token;
    Ok(Introspection {
        active: true,
        token_type: Some(Scheme::of(token.cnf.as_ref()).as_str()),
        iss: Some(token.iss),
        sub: Some(token.sub),
        aud: Some(token.aud),
        client_id: Some(token.client_id),
        username: accepted.user.map(|user| user.username).filter(|_| is_name_told),
        scope: Some(token.scope).filter(|scope| !scope.is_empty()),
        iat: Some(token.iat),
        exp: Some(token.exp),
        jti: Some(token.jti),
        grant_id: token.grant_id,
        auth_time: token.auth_time,
        // RFC 9470 §6.2.
        acr: token.acr,
        amr: token.amr,
        roles: token.roles,
        groups: token.groups,
        cnf: token.cnf,
        // RFC 8693 §4.1, §4.4.
        act: token.act,
        may_act: token.may_act,
        authorization_details: token.authorization_details,
        ..Introspection::INACTIVE
    })
}

/// A refresh token is alive while it is the newest of a grant that stands.
fn refresh_token(
    read: &(impl Read + ?Sized),
    act: &Act,
    rules: &Rules,
    client: &AuthenticatedClient,
    token: &RefreshToken,
) -> Result<Introspection, Fault> {
    let Some(grant) = find::<Grant>(read, &act.tenant, &token.grant_id.to_string())? else {
        return Ok(Introspection::INACTIVE);
    };
    let Some(state) = grant.refresh.clone() else { return Ok(Introspection::INACTIVE) };
    let idle_end = state.rotated_at + rules.policy.refresh_idle_ttl;
    let usable = grant.client_id == client.client_id
        && token.is_genuine(&grant, &state, &rules.pepper)
        && token.generation == state.generation
        && act.now < idle_end;
    if !usable {
        return Ok(Introspection::INACTIVE);
    }
    match standing(read, act, client, &grant) {
        Ok(user) => Ok(Introspection {
            active: true,
            iss: Some(rules.policy.issuer.clone()),
            sub: Some(subject::of(client, user.id, rules)),
            client_id: Some(grant.client_id),
            username: Some(user.username).filter(|_| client.subjects.subject_type == SubjectType::Public),
            scope: Some(grant.scope),
            iat: Some(state.rotated_at.unix_timestamp()),
            exp: Some(idle_end.min(grant.expires_at).unix_timestamp()),
            grant_id: Some(grant.id),
            authorization_details: grant.authorization_details,
            refresh_token_timeout: Some((idle_end.min(grant.expires_at) - act.now).whole_seconds()),
            authorization_expires_in: Some((grant.expires_at - act.now).whole_seconds()),
            ..Introspection::INACTIVE
        }),
        Err(Stop::Refused(_)) => Ok(Introspection::INACTIVE),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}
