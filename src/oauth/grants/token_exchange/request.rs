//! What the client sends. RFC 8693 §2.1.

use super::{refuse, refused};
use crate::act::Act;
use crate::jose::{Jws, Registered};
use crate::keys::Snapshot;
use crate::oauth::tokens::AccessToken;
use crate::oauth::trust::{self, Assertion, Candidate};
use crate::oauth::{
    ErrorCode, OAuthError, Params, Rules, TokenPolicy, authorization_details, bearer, resource, scope,
};
use crate::records::Scope;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

/// More audiences than this in one request are refused, and longer ones.
const MAX_AUDIENCES: usize = 8;
const MAX_AUDIENCE: usize = 512;

/// The types of tokens that we know. RFC 8693 §3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenType {
    /// An access token.
    AccessToken,
    /// Any JWT. Our access tokens are JWTs, too.
    Jwt,
    /// An ID token.
    IdToken,
}

impl TokenType {
    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "urn:ietf:params:oauth:token-type:access_token",
            Self::Jwt => "urn:ietf:params:oauth:token-type:jwt",
            Self::IdToken => "urn:ietf:params:oauth:token-type:id_token",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::AccessToken, Self::Jwt, Self::IdToken].into_iter().find(|one| one.as_str() == name)
    }
}

/// A token that the client shows.
#[derive(Debug, Clone)]
pub enum Shown {
    /// As it came.
    Unread(SecretString, TokenType),
    /// An access token of ours, whose signature, issuer and times are right.
    Own(Box<AccessToken>),
    /// A token of a trusted issuer, verified.
    Foreign(Box<Assertion>),
}

impl Shown {
    /// What a trusted issuer may have signed; none for what is verified already.
    ///
    /// # Errors
    /// `invalid_request` where no trusted issuer may have.
    pub fn candidate<'a>(&'a self, policy: &'a TokenPolicy) -> Result<Option<Candidate<'a>>, OAuthError> {
        match self {
            Self::Unread(token, _) => trust::find(policy, token.expose_secret()).map(Some).map_err(refused),
            Self::Own(_) | Self::Foreign(_) => Ok(None),
        }
    }
}

/// Reads a token that may be ours: verified, if it is. What another issuer signed stays as it came.
///
/// # Errors
/// `invalid_request` where it is ours, or must be, and cannot be accepted.
pub fn read(act: &Act, rules: &Rules, keys: &Snapshot, shown: Shown) -> Result<Shown, OAuthError> {
    let Shown::Unread(token, kind) = shown else { return Ok(shown) };
    let issuer = Jws::parse(token.expose_secret()).and_then(|token| token.unverified_claims::<Registered>());
    let is_ours = issuer.is_ok_and(|claims| claims.iss.as_deref() == Some(&*rules.policy.issuer));
    match kind {
        // M15: whoever holds an ID token of ours may know who signed in, and no more.
        TokenType::IdToken if is_ours => Err(refuse("token_exchange.id_token")),
        TokenType::AccessToken | TokenType::Jwt if is_ours => {
            bearer::verify(act, rules, keys, token.expose_secret())
                .map(|token| Shown::Own(Box::new(token)))
                .map_err(refused)
        }
        // RFC 9068 §2.1: an access token of another server is for that server's audience.
        TokenType::AccessToken => Err(refuse("token_exchange.foreign_access_token")),
        TokenType::Jwt | TokenType::IdToken => Ok(Shown::Unread(token, kind)),
    }
}

/// A request for an exchange.
#[derive(Debug, Clone)]
pub struct Request {
    /// For whom the new token is to speak.
    pub subject: Shown,
    /// Who is to act, where that is not the client itself.
    pub actor: Option<Shown>,
    /// As which type the new token is asked for.
    pub(super) issued: TokenType,
    pub(super) scope: Option<Scope>,
    /// The resources and audiences that it is to be for.
    pub(super) targets: Vec<String>,
    /// What of the subject token's details is wanted; all, where it is not said. RFC 9396 §6.
    pub(super) details: Option<Vec<Value>>,
}

/// Reads the request.
///
/// # Errors
/// `invalid_request` for a parameter that is missing, or a type that we do not take or issue; `invalid_scope`,
/// `invalid_target`.
pub fn parse(params: &Params) -> Result<Request, OAuthError> {
    let token = |name, kind| -> Result<Option<Shown>, OAuthError> {
        let (token, kind) = (params.get(name)?, params.get(kind)?);
        match (token, kind) {
            (None, None) => Ok(None),
            // RFC 8693 §2.1: a token has its type beside it, and a type its token.
            (Some(token), Some(kind)) => {
                let kind = TokenType::parse(kind).ok_or(refuse("token_exchange.type_unknown"))?;
                Ok(Some(Shown::Unread(token.into(), kind)))
            }
            (Some(_), None) | (None, Some(_)) => Err(OAuthError::invalid_request(
                "A token and its type go together.",
                "token_exchange.type_missing",
            )),
        }
    };
    let missing = OAuthError::invalid_request("subject_token is missing.", "token_exchange.subject_missing");
    Ok(Request {
        subject: token("subject_token", "subject_token_type")?.ok_or(missing)?,
        actor: token("actor_token", "actor_token_type")?,
        issued: issued(params)?,
        scope: scope::parse(params)?,
        targets: targets(params)?,
        details: authorization_details::parse_narrower(params)?,
    })
}

/// RFC 8693 §2.1, `requested_token_type`: access tokens are what we issue, and these are JWTs.
fn issued(params: &Params) -> Result<TokenType, OAuthError> {
    let Some(name) = params.get("requested_token_type")? else { return Ok(TokenType::AccessToken) };
    TokenType::parse(name).filter(|one| *one != TokenType::IdToken).ok_or(OAuthError::invalid_request(
        "This server issues access tokens alone in an exchange.",
        "token_exchange.requested_type",
    ))
}

fn targets(params: &Params) -> Result<Vec<String>, OAuthError> {
    let mut targets = resource::parse(params)?;
    let audiences: Vec<&str> = params.all("audience").collect();
    let is_name =
        |name: &&str| name.len() <= MAX_AUDIENCE && name.bytes().all(|byte| byte.is_ascii_graphic());
    if audiences.len() > MAX_AUDIENCES || !audiences.iter().all(is_name) {
        return Err(OAuthError::new(
            ErrorCode::InvalidTarget,
            "At most eight audiences, each of printable characters.",
            "token_exchange.audience_malformed",
        ));
    }
    for audience in audiences {
        if !targets.iter().any(|known| known == audience) {
            targets.push(audience.to_owned());
        }
    }
    Ok(targets)
}
