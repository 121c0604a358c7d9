//! What userinfo tells about a person. OIDC Core §5.3, §5.4.

use super::released;
use crate::act::Act;
use crate::keys::{KeyError, Snapshot};
use crate::oauth::tokens::AccessToken;
use crate::oauth::{ErrorCode, OAuthError, Rules, bearer};
use crate::records::{RequestedClaim, SignatureAlgorithm};
use crate::storage::{Read, Stop};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// What is told.
#[derive(Debug)]
pub struct UserInfo {
    /// The person, for the audit trail; the client may know them by another name.
    pub user_id: Uuid,
    /// Which client is told.
    pub client_id: String,
    claims: Map<String, Value>,
    signed: Option<SignatureAlgorithm>,
}

/// The answer's body.
#[derive(Debug)]
pub enum Body {
    /// OIDC Core §5.3.2: a JSON object.
    Json(Map<String, Value>),
    /// A JWT.
    Jwt(String),
}

/// Answers a verified access token with the claims of its person.
///
/// # Errors
/// `invalid_token` where the token is not for us, was revoked or speaks for no person; `insufficient_scope` without
/// `openid`: RFC 6750 §3.1; `insufficient_user_authentication` where the sign-in is too old for us: RFC 9470 §3.
pub fn decide(
    read: &(impl Read + ?Sized),
    act: &Act,
    rules: &Rules,
    token: AccessToken,
) -> Result<UserInfo, Stop<OAuthError>> {
    let refuse = |why, cause| Stop::Refused(OAuthError::new(ErrorCode::InvalidToken, why, cause));
    // RFC 9068 §4: the resource server is among the audience. Our tokens with `openid` always name the issuer.
    if !token.aud.contains(&rules.policy.issuer) {
        return Err(refuse(
            "The access token is not for userinfo: ask for the scope openid.",
            "token.audience",
        ));
    }
    let accepted = bearer::accept(read, act, token)?;
    let (token, Some(user)) = (accepted.token, accepted.user) else {
        return Err(refuse("The access token speaks for no person.", "token.no_person"));
    };
    if !token.scope.contains("openid") {
        return Err(Stop::Refused(OAuthError::new(
            ErrorCode::InsufficientScope,
            "The access token lacks the scope openid.",
            "scope.openid_missing",
        )));
    }
    check_age(act, rules, &token).map_err(Stop::Refused)?;
    // What was asked for one by one was asked for by the client of the grant, and is told to nobody else.
    let asked: BTreeMap<String, RequestedClaim> = accepted
        .grant
        .filter(|grant| grant.client_id == token.client_id)
        .and_then(|grant| grant.claims)
        .map(|claims| claims.userinfo)
        .unwrap_or_default();
    let mut claims = released(&user, &token.scope, &asked);
    // OIDC Core §5.3.2: always there, and the same as in the ID token.
    claims.insert("sub".to_owned(), token.sub.into());
    Ok(UserInfo {
        user_id: user.id,
        client_id: token.client_id,
        claims,
        signed: accepted.client.responses.userinfo_signed_response_alg,
    })
}

/// RFC 9470 §3: as a resource server, we may want a sign-in that is young.
fn check_age(act: &Act, rules: &Rules, token: &AccessToken) -> Result<(), OAuthError> {
    let Some(max_age) = rules.policy.userinfo_max_age else { return Ok(()) };
    let oldest = (act.now - max_age).unix_timestamp();
    if token.auth_time.is_some_and(|auth_time| auth_time >= oldest) {
        return Ok(());
    }
    Err(OAuthError::new(
        ErrorCode::InsufficientUserAuthentication,
        "The person signed in too long ago for this.",
        "userinfo.sign_in_too_old",
    ))
}

/// Puts the answer into the form that the client registered. OIDC Core §5.3.2: a signed one names its issuer, and the
/// client as its audience. It has no `exp`, so that nobody takes it for an ID token.
///
/// # Errors
/// A [`KeyError`], such as for an algorithm whose first key is still being made.
pub fn seal(told: UserInfo, rules: &Rules, keys: &Snapshot, now: OffsetDateTime) -> Result<Body, KeyError> {
    let UserInfo { mut claims, client_id, signed, .. } = told;
    let Some(algorithm) = signed else { return Ok(Body::Json(claims)) };
    claims.insert("iss".to_owned(), rules.policy.issuer.as_ref().into());
    claims.insert("aud".to_owned(), client_id.into());
    claims.insert("iat".to_owned(), now.unix_timestamp().into());
    keys.sign_jwt(algorithm, "JWT", &claims, now, now).map(Body::Jwt)
}
