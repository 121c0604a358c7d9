//! What userinfo tells about a person. OIDC Core §5.3, §5.4.

use super::bearer;
use super::tokens::AccessToken;
use super::{ErrorCode, OAuthError, Rules};
use crate::act::Act;
use crate::records::User;
use crate::storage::{Read, Stop};
use serde::Serialize;

/// The claims that the scopes `profile` and `email` release, beside `sub`.
pub const CLAIMS: [&str; 5] = ["name", "preferred_username", "updated_at", "email", "email_verified"];

/// The claims about a person, as far as the scope releases them. OIDC Core §5.1.
#[derive(Debug, Serialize)]
pub struct Claims {
    sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
}

impl Claims {
    /// Whose claims these are.
    pub fn sub(&self) -> &str {
        &self.sub
    }
}

/// Answers a verified access token with the claims of its person.
///
/// # Errors
/// `invalid_token` where the token is not for us, was revoked or speaks for no person; `insufficient_scope` without
/// `openid`: RFC 6750 §3.1.
pub fn decide(
    read: &(impl Read + ?Sized),
    act: &Act,
    rules: &Rules,
    token: AccessToken,
) -> Result<Claims, Stop<OAuthError>> {
    // RFC 9068 §4: the resource server is among the audience. Our tokens with `openid` always name the issuer.
    if !token.aud.contains(&rules.policy.issuer) {
        return Err(Stop::Refused(OAuthError::invalid_token("token.audience")));
    }
    let accepted = bearer::accept(read, act, token)?;
    let Some(user) = accepted.user else {
        return Err(Stop::Refused(OAuthError::invalid_token("token.no_person")));
    };
    if !accepted.token.scope.contains("openid") {
        return Err(Stop::Refused(OAuthError::new(
            ErrorCode::InsufficientScope,
            "The access token lacks the scope openid.",
            "scope.openid_missing",
        )));
    }
    Ok(claims(user, &accepted.token))
}

fn claims(user: User, token: &AccessToken) -> Claims {
    let profile = token.scope.contains("profile");
    let email = user.email.filter(|_| token.scope.contains("email"));
    Claims {
        sub: token.sub.clone(),
        name: user.name.filter(|_| profile),
        preferred_username: profile.then_some(user.username),
        updated_at: profile.then(|| user.updated_at.unix_timestamp()),
        email_verified: email.is_some().then_some(user.email_verified),
        email,
    }
}
