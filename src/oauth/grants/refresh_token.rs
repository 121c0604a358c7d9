//! The `refresh_token` grant. RFC 6749 §6; rotation and replay: RFC 9700 §4.14.2.
//!
//! A family stands at generation `n`. Redeeming `n` moves it to `n + 1`. Redeeming `n` again shortly after, while
//! `n + 1` is unused, gives the same `n + 1` again: a lost reply or a second tab logs nobody out. Anything older
//! was stolen or replayed, and revokes the family.

use super::{invalid_grant, invalid_request, standing};
use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::tokens::{AccessToken, IdToken, Issued, RefreshToken};
use crate::oauth::{OAuthError, Params, Rules, TokenPolicy, resource, revocation, scope};
use crate::records::{Grant, RefreshState, Scope, find, update};
use crate::storage::{Fault, Stop, Txn};
use secrecy::{ExposeSecret as _, SecretString};
use time::Duration;

/// The registered name.
pub const GRANT_TYPE: &str = "refresh_token";

/// Where refresh tokens do not rotate, their last use is written down no more often than this.
const SEEN_EVERY: Duration = Duration::minutes(1);

/// What the client sends.
#[derive(Debug, Clone)]
pub struct Request {
    refresh_token: SecretString,
    scope: Option<Scope>,
    resources: Vec<String>,
}

/// Reads the request. RFC 6749 §6, RFC 8707 §2.2.
///
/// # Errors
/// `invalid_request` where the token is missing, `invalid_scope`, `invalid_target`.
pub fn parse(params: &Params) -> Result<Request, OAuthError> {
    let missing = invalid_request("refresh_token is missing.", "refresh_token.missing");
    Ok(Request {
        refresh_token: params.required("refresh_token", missing)?.to_owned().into(),
        scope: scope::parse(params)?,
        resources: resource::parse(params)?,
    })
}

/// What a genuine token is to its family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    /// The newest: the family moves on, where it rotates.
    Newest,
    /// The one before, again, within the grace and while the newest is unused.
    Retry,
    /// Anything else.
    Replayed,
}

/// Redeems a refresh token.
///
/// # Errors
/// `invalid_grant` for a token that is unknown, replayed (its family is then revoked), expired, another client's, or
/// whose grant no longer stands; `invalid_scope`, `invalid_target` for more than was granted.
pub fn decide(
    txn: &mut dyn Txn,
    act: &Act,
    rules: &Rules,
    client: &AuthenticatedClient,
    request: &Request,
) -> Result<Issued, Stop<OAuthError>> {
    let refuse = |cause| Stop::Refused(invalid_grant(cause));
    let token = RefreshToken::parse(request.refresh_token.expose_secret())
        .ok_or_else(|| refuse("refresh_token.malformed"))?;
    let grant: Option<Grant> = find(txn, &act.tenant, &token.grant_id.to_string())?;
    let mut grant = grant.ok_or_else(|| refuse("refresh_token.unknown"))?;
    let mut state = grant.refresh.clone().ok_or_else(|| refuse("refresh_token.unknown"))?;
    if !token.is_genuine(&grant, &state, &rules.pepper) {
        return Err(refuse("refresh_token.forged"));
    }
    // RFC 6749 §6: bound to the client to which it was issued.
    if grant.client_id != client.client_id {
        return Err(refuse("refresh_token.foreign_client"));
    }
    let position = position(&state, token.generation, act, &rules.policy);
    if position == Position::Replayed {
        revocation::revoke_grant(txn, act, grant.id, Event::AuthnTokenReuse, "refresh_token.reused")?;
        return Err(refuse("refresh_token.reused"));
    }
    if act.now >= state.rotated_at + rules.policy.refresh_idle_ttl {
        return Err(refuse("refresh_token.idle"));
    }
    let user = standing(txn, act, client, &grant)?;
    let scope = scope::narrow(&grant.scope, request.scope.as_ref()).map_err(Stop::Refused)?;
    let resources = resource::choose(&grant.resources, &request.resources).map_err(Stop::Refused)?;

    let moved = advance(&mut state, client, position, act);
    let refresh = rotates(client)
        .then(|| RefreshToken::derive(grant.id, &state, state.generation, &rules.pepper))
        .transpose()?;
    let access =
        AccessToken::for_user(act, &rules.policy, client, (&grant, &user), scope.clone(), &resources);
    let id = scope.contains("openid").then(|| IdToken::of(act, &rules.policy, client, &grant, None));
    if moved {
        grant.refresh = Some(state);
        update(txn, &act.tenant, &grant)?;
    }
    note(txn, act, &grant, &access, position)?;
    Ok(Issued::for_user(access, refresh, id, client))
}

fn position(state: &RefreshState, shown: u32, act: &Act, policy: &TokenPolicy) -> Position {
    let in_grace = act.now <= state.rotated_at + policy.refresh_retry_grace;
    if shown == state.generation {
        Position::Newest
    } else if Some(state.generation) == shown.checked_add(1) && in_grace {
        Position::Retry
    } else {
        Position::Replayed
    }
}

/// RFC 9700 §4.14.2: tokens of public clients rotate or are sender-constrained.
fn rotates(client: &AuthenticatedClient) -> bool {
    client.rotate_refresh_tokens || client.is_public()
}

/// Moves the family on. Gives whether there is anything to store.
fn advance(state: &mut RefreshState, client: &AuthenticatedClient, position: Position, act: &Act) -> bool {
    match position {
        Position::Newest if rotates(client) => {
            state.generation = state.generation.saturating_add(1);
            state.rotated_at = act.now;
            true
        }
        Position::Newest if act.now >= state.rotated_at + SEEN_EVERY => {
            state.rotated_at = act.now;
            true
        }
        Position::Newest | Position::Retry | Position::Replayed => false,
    }
}

fn note(
    txn: &mut dyn Txn,
    act: &Act,
    grant: &Grant,
    access: &AccessToken,
    position: Position,
) -> Result<(), Fault> {
    let cause = if position == Position::Retry { "refresh_token.retried" } else { GRANT_TYPE };
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
