//! The `refresh_token` grant. RFC 6749 §6; rotation and replay: RFC 9700 §4.14.2.
//!
//! A family stands at generation `n`. Redeeming `n` moves it to `n + 1`. Redeeming `n` again shortly after, while
//! `n + 1` is unused, gives the same `n + 1` again: a lost reply or a second tab logs nobody out. Anything older
//! was stolen or replayed, and revokes the family.

use super::remaining::Remaining;
use super::{binding, record, refreshable_until};
use crate::act::Act;
use crate::audit::Event;
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::tokens::{AccessToken, IdToken, Issued, RefreshToken, standing};
use crate::oauth::{
    OAuthError, Params, Rules, TokenPolicy, authorization_details, resource, revocation, scope,
};
use crate::records::{Grant, RefreshState, Scope, find, update};
use crate::storage::{Stop, Txn};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
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
    details: Option<Vec<Value>>,
}

/// Reads the request. RFC 6749 §6, RFC 8707 §2.2.
///
/// # Errors
/// `invalid_request` where the token is missing, `invalid_scope`, `invalid_target`.
pub fn parse(params: &Params) -> Result<Request, OAuthError> {
    let missing = OAuthError::invalid_request("refresh_token is missing.", "refresh_token.missing");
    Ok(Request {
        refresh_token: params.required("refresh_token", missing)?.to_owned().into(),
        scope: scope::parse(params)?,
        resources: resource::parse(params)?,
        details: authorization_details::parse_narrower(params)?,
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
    let refuse = |cause| Stop::Refused(OAuthError::invalid_grant(cause));
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
    let position = position(&state, token.generation, client, act, &rules.policy);
    if position == Position::Replayed {
        // RFC 9700 §2.2.2, RFC 6749 §10.4.
        revocation::revoke_grant(txn, act, grant.id, Event::AuthnTokenReuse, "refresh_token.reused")?;
        return Err(refuse("refresh_token.reused"));
    }
    // After the former: an old token gives its family away, whatever key its holder can or cannot prove.
    binding::check(&grant, client).map_err(Stop::Refused)?;
    // OAuth 2.1 §4.3.3, Browser-Based Apps §6.3.2.3: one that lies unused ends; Refresh Token Expiration §5.
    if act.now >= state.rotated_at + rules.policy.refresh_idle_ttl {
        return Err(refuse("refresh_token.idle"));
    }
    let user = standing(txn, act, client, &grant)?;
    let remaining = Remaining::of(client, rules, &grant, &grant.scope).map_err(Stop::Refused)?;
    let scope = scope::narrow(&remaining.scope, request.scope.as_ref()).map_err(Stop::Refused)?;
    let resources = resource::choose(&remaining.resources, &request.resources).map_err(Stop::Refused)?;
    let details = authorization_details::choose(&remaining.details, request.details.as_deref())
        .map_err(Stop::Refused)?;

    let moved = advance(&mut state, client, position, act);
    let refresh =
        rotates(client).then(|| RefreshToken::derive(grant.id, &state, state.generation, &rules.pepper));
    let access = AccessToken::for_user(act, rules, client, (&grant, &user), scope.clone(), &resources)
        .with_details(details);
    // OIDC Core §12.1, §12.2: same issuer, subject, audience and `auth_time`; no nonce.
    let id = scope.contains("openid").then(|| IdToken::of(act, rules, client, (&grant, &user), None));
    let bound = binding::bind(&mut grant, client);
    grant.refresh = Some(state);
    if moved || bound {
        update(txn, &act.tenant, &grant)?;
    }
    let cause = if position == Position::Retry { "refresh_token.retried" } else { GRANT_TYPE };
    record(txn, act, &grant, &access, cause)?;
    Ok(Issued::for_user(access, refresh, id, client).refreshable(refreshable_until(rules, &grant)))
}

fn position(
    state: &RefreshState,
    shown: u32,
    client: &AuthenticatedClient,
    act: &Act,
    policy: &TokenPolicy,
) -> Position {
    let in_grace = act.now <= state.rotated_at + policy.refresh_retry_grace;
    if shown == state.generation {
        Position::Newest
    } else if Some(state.generation) == shown.checked_add(1) && in_grace && proves_the_same(state, client) {
        Position::Retry
    } else {
        Position::Replayed
    }
}

/// Whether a retry proves the key that the first try proved: who proves another is another.
fn proves_the_same(state: &RefreshState, client: &AuthenticatedClient) -> bool {
    state.proved == client.confirmation().unwrap_or_default()
}

/// RFC 9700 §4.14.2: tokens of public clients rotate or are sender-constrained.
fn rotates(client: &AuthenticatedClient) -> bool {
    // OAuth 2.1 §4.3.1, Browser-Based Apps §6.3.2.3, MCP Authorization "Token Theft".
    client.rotate_refresh_tokens || client.is_public()
}

/// Moves the family on. Gives whether there is anything to store.
fn advance(state: &mut RefreshState, client: &AuthenticatedClient, position: Position, act: &Act) -> bool {
    match position {
        Position::Newest if rotates(client) => {
            state.generation = state.generation.saturating_add(1);
            state.rotated_at = act.now;
            state.proved = client.confirmation().unwrap_or_default();
            true
        }
        Position::Newest if act.now >= state.rotated_at + SEEN_EVERY => {
            state.rotated_at = act.now;
            true
        }
        Position::Newest | Position::Retry | Position::Replayed => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::fixtures::{act, authenticated, grant, rules, standing_store, start};
    use crate::storage::Store;
    use proptest::prelude::*;

    /// Redeems token `n` of the fixture's family at a time; gives the number of the next one, or the cause.
    fn redeem(store: &Store, n: u32, seconds: i64) -> Result<u32, &'static str> {
        let (rules, client) = (rules(), authenticated(store));
        let family = grant();
        let token = RefreshToken::derive(family.id, family.refresh.as_ref().unwrap(), n, &rules.pepper);
        let act = Act { now: start() + Duration::seconds(seconds), ..act() };
        let request = Request { refresh_token: token, scope: None, resources: Vec::new(), details: None };
        let issued = store
            .run_blocking(move |txn| decide(txn, &act, &rules, &client, &request).map(Issued::into_refresh));
        match issued {
            Ok(next) => Ok(RefreshToken::parse(next.unwrap().expose_secret()).unwrap().generation),
            Err(Stop::Refused(error)) => Err(error.cause),
            Err(Stop::Fault(fault)) => panic!("{fault}"),
        }
    }

    #[test]
    fn a_family_moves_on_with_every_use() {
        let store = standing_store();
        assert_eq!(redeem(&store, 0, 0), Ok(1));
        assert_eq!(redeem(&store, 1, 0), Ok(2));
        assert_eq!(redeem(&store, 2, 9999), Ok(3));
    }

    #[test]
    fn a_retry_within_the_grace_gets_the_same_successor() {
        let store = standing_store();
        assert_eq!(redeem(&store, 0, 0), Ok(1));
        assert_eq!(redeem(&store, 0, 30), Ok(1));
        assert_eq!(redeem(&store, 1, 31), Ok(2));
    }

    #[test]
    fn a_retry_after_the_grace_revokes_the_family() {
        let store = standing_store();
        assert_eq!(redeem(&store, 0, 0), Ok(1));
        assert_eq!(redeem(&store, 0, 31), Err("refresh_token.reused"));
        assert_eq!(redeem(&store, 1, 31), Err("grant.revoked"));
    }

    #[test]
    fn a_token_older_than_the_last_revokes_the_family_at_once() {
        let store = standing_store();
        assert_eq!(redeem(&store, 0, 0), Ok(1));
        assert_eq!(redeem(&store, 1, 0), Ok(2));
        assert_eq!(redeem(&store, 0, 1), Err("refresh_token.reused"));
        assert_eq!(redeem(&store, 2, 1), Err("grant.revoked"));
    }

    #[test]
    fn a_family_that_lay_idle_too_long_has_ended() {
        let store = standing_store();
        assert_eq!(redeem(&store, 0, 14 * 86_400 - 1), Ok(1));
        assert_eq!(redeem(&store, 1, 28 * 86_400 - 1), Err("refresh_token.idle"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// The family against its rule, written down once more in the plainest words.
        #[test]
        fn any_order_of_uses_follows_the_rule(uses in prop::collection::vec((0_u32..6, 0_i64..50), 1..24)) {
            let store = standing_store();
            let (mut newest, mut rotated, mut alive, mut now) = (0, 0, true, 0);
            for (shown, later) in uses {
                now += later;
                let expected = if shown == newest && alive {
                    (newest, rotated) = (newest + 1, now);
                    Ok(newest)
                } else if shown + 1 == newest && now <= rotated + 30 {
                    if alive { Ok(newest) } else { Err("grant.revoked") }
                } else if shown == newest {
                    Err("grant.revoked")
                } else {
                    alive = false;
                    Err("refresh_token.reused")
                };
                prop_assert_eq!(redeem(&store, shown, now), expected);
            }
        }
    }
}
