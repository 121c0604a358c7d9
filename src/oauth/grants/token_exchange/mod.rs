//! The `token-exchange` grant: one token for another that can do less, or is for somebody else. RFC 8693.
//!
//! What comes out never has more scope, never lives longer and never stands on another grant than what went in. It names
//! the tokens from which it was exchanged ([`AccessToken::exchanged_from`]), so whatever ends one of these, its own
//! revocation too, ends it. Who may exchange what for whom is the client's setting
//! ([`crate::records::TokenExchange`]); where nothing is set, a client may narrow its own tokens and no more.
//!
//! Not done: RFC 8693 §2.1, `id_token`, `refresh_token` and SAML types of ours as subject: an ID token tells a client
//! who signed in and gives no right to anything, so whoever holds one must not get an access token for it.

mod actor;
mod request;
mod subject;
mod target;
#[cfg(test)]
mod tests;

pub use request::{Request, Shown, TokenType, parse, read};

use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::tokens::{AccessToken, Issued, access_token_ttl};
use crate::oauth::{ErrorCode, OAuthError, Rules, authorization_details, one_time, scope};
use crate::records::Scope;
use crate::storage::{Stop, Txn};
use serde_json::Value;
use subject::Subject;

/// The registered name.
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// Longer chains, of actors or of tokens exchanged one from the other, are nobody's honest way.
const LONGEST_CHAIN: usize = 8;

/// RFC 8693 §2.2.2: a subject or actor token that is not valid, or that policy does not allow, is an invalid request.
fn refuse(cause: &'static str) -> OAuthError {
    let description = match cause {
        "token_exchange.type_unknown" => {
            "subject_token_type and actor_token_type must be the URN of access_token, jwt or id_token."
        }
        "token_exchange.id_token" => "An ID token of this server cannot be exchanged: use the access token.",
        "token_exchange.foreign_access_token" => {
            "The token is not of this server: a trusted issuer's is of the type jwt or id_token."
        }
        "token_exchange.foreign_actor" => "The actor token must be an access token of this server.",
        "token_exchange.may_not_act" => "may_act of the subject token does not name who is to act.",
        "token_exchange.chain_too_long" => "The subject token was handed on too often.",
        "token_exchange.issuer_not_allowed" => {
            "The client may not exchange tokens of this issuer (token_exchange_subject_issuers)."
        }
        // One text for all: of a token that is none of its business a client does not learn whether it lives.
        _ => {
            "The token is invalid, expired or revoked, bound to a key that was not proved, or neither of this client nor \
             for one of its token_exchange_subject_audiences."
        }
    };
    OAuthError::new(ErrorCode::InvalidRequest, description, cause)
}

/// The same refusal, in the words of RFC 8693 §2.2.2. What is wrong with a trusted issuer's token stays as it was told.
pub fn refused(error: OAuthError) -> OAuthError {
    if error.code == ErrorCode::InvalidGrant {
        OAuthError { code: ErrorCode::InvalidRequest, ..error }
    } else {
        refuse(error.cause)
    }
}

/// Exchanges a verified token.
///
/// # Errors
/// `invalid_request` for a token that is revoked, expired, not meant for this client or otherwise not acceptable;
/// `invalid_scope` and `invalid_target` for more than it allows.
pub fn decide(
    txn: &mut dyn Txn,
    act: &Act,
    rules: &Rules,
    client: &AuthenticatedClient,
    request: &Request,
) -> Result<Issued, Stop<OAuthError>> {
    // RFC 8693 §2.1: each token is validated as its type demands.
    let subject = subject::load(txn, act, client, request)?;
    if subject.exp <= act.now.unix_timestamp() {
        // Its clock may be behind ours, but what we issue would be dead already.
        return Err(Stop::Refused(OAuthError::invalid_request(
            "The subject token has expired.",
            "token_exchange.subject_expired",
        )));
    }
    subject.check_origins().map_err(Stop::Refused)?;
    let actor = actor::load(txn, act, client, request)?;
    let chain = actor::chain(rules, client, &subject, actor).map_err(Stop::Refused)?;
    // RFC 8693 §2.1: no more than the subject's token has, nor than the client may ask for.
    let allowed = if subject.is_own {
        subject.scope.clone()
    } else {
        subject.scope.filtered(|token| client.scope.contains(token))
    };
    // What only a person can give is never a workload's.
    let allowed = allowed.filtered(|token| subject.user_id.is_some() || !scope::concerns_a_person(token));
    let scope = scope::narrow(&allowed, request.scope.as_ref()).map_err(Stop::Refused)?;
    let audience = target::choose(client, &subject, request).map_err(Stop::Refused)?;
    let details = details(client, &subject, request)?;
    one_time::spend(txn, act, subject.spend.as_slice())?;

    let access = AccessToken { aud: audience, act: chain, ..issue(act, rules, client, &subject, scope) }
        .with_details(details);
    let mut entry = Entry::new(act, Event::AuthnTokenCreated)
        .because(GRANT_TYPE)
        .actor(subject.user_id.map_or_else(|| access.sub.clone(), |id| id.to_string()))
        .client(&client.client_id)
        .jti(access.jti.as_str())
        .scope(&access.scope)
        .audience(access.aud.iter());
    if let Some(grant_id) = access.grant_id {
        entry = entry.grant(grant_id);
    }
    entry.append(txn)?;
    let algorithm = client.access_token_signed_response_alg;
    Ok(Issued::exchanged(access, algorithm, request.issued.as_str()))
}

/// RFC 9396 §6, §10: of what the subject's token allows, what the request names, and what this client is registered for.
fn details(
    client: &AuthenticatedClient,
    subject: &Subject,
    request: &Request,
) -> Result<Vec<Value>, Stop<OAuthError>> {
    let registered = &client.requests.authorization_details_types;
    let may = |detail: &&Value| {
        subject.is_own || detail["type"].as_str().is_some_and(|name| registered.iter().any(|own| own == name))
    };
    let allowed: Vec<_> = subject.authorization_details.iter().filter(may).cloned().collect();
    authorization_details::choose(&allowed, request.details.as_deref()).map_err(Stop::Refused)
}

/// All of the new token but for whom it is and who acts.
fn issue(
    act: &Act,
    rules: &Rules,
    client: &AuthenticatedClient,
    subject: &Subject,
    scope: Scope,
) -> AccessToken {
    let ends = (act.now + access_token_ttl(&rules.policy, client)).unix_timestamp();
    AccessToken {
        sub: subject.sub.clone(),
        exp: ends.min(subject.exp),
        grant_id: subject.grant_id,
        auth_time: subject.auth_time,
        amr: subject.amr.clone(),
        acr: subject.acr.clone(),
        roles: subject.roles.clone(),
        groups: subject.groups.clone(),
        exchanged_from: subject.exchanged_from.clone(),
        ..AccessToken::for_client(act, &rules.policy, client, scope, &[])
    }
}
