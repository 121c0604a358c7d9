//! The `device_code` grant: a device fetches what a person allowed at another screen. RFC 8628 §3.4, §3.5.

use super::remaining::Remaining;
use super::{binding, record, refreshable_until};
use crate::act::Act;
use crate::audit::Event;
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::tokens::{AccessToken, IdToken, Issued, RefreshToken, standing};
use crate::oauth::{ErrorCode, OAuthError, Params, Rules, authorization_details, resource, revocation};
use crate::records::{DeviceAnswer, DeviceAuthorization, Grant, find, hash_of, update};
use crate::storage::{Fault, Stop, Txn};
use secrecy::{ExposeSecret as _, SecretString};
use time::Duration;
use uuid::Uuid;

/// The registered name.
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// By which a leaked code is found, and told from every other kind of token.
pub const PREFIX: &str = "lkd_";

/// RFC 8628 §3.5: how much longer a device must wait after each poll that came too early.
const SLOWER_BY: u32 = 5;

/// A poll may be so much early: what a network does to two requests.
const JITTER: Duration = Duration::milliseconds(500);

/// What the device sends.
#[derive(Debug, Clone)]
pub struct Request {
    device_code: SecretString,
    resources: Vec<String>,
    details: Option<Vec<serde_json::Value>>,
}

/// Reads the request. RFC 8628 §3.4, RFC 8707 §2.2.
///
/// # Errors
/// `invalid_request` where the code is missing, `invalid_target`.
pub fn parse(params: &Params) -> Result<Request, OAuthError> {
    let missing = OAuthError::invalid_request("device_code is missing.", "device_code.missing");
    Ok(Request {
        device_code: params.required("device_code", missing)?.to_owned().into(),
        resources: resource::parse(params)?,
        details: authorization_details::parse_narrower(params)?,
    })
}

/// Redeems the code, once, if the person has said yes.
///
/// # Errors
/// `authorization_pending` while nobody has answered, `slow_down` where the device asks too often, `access_denied`,
/// `expired_token`; `invalid_grant` for a code that is unknown, used or another client's, and where the person is no
/// longer what they were when they said yes.
pub fn decide(
    txn: &mut dyn Txn,
    act: &Act,
    rules: &Rules,
    client: &AuthenticatedClient,
    request: &Request,
) -> Result<Issued, Stop<OAuthError>> {
    let (mut device, grant_id) = load(txn, act, client, request)?;
    let grant: Option<Grant> = find(txn, &act.tenant, &grant_id.to_string())?;
    let mut grant = grant.ok_or(Stop::Refused(OAuthError::invalid_grant("grant.unknown")))?;
    // Whoever was disabled, or has signed out, between yes and now gets nothing.
    let user = standing(txn, act, client, &grant)?;
    let Remaining { scope, resources, details } =
        Remaining::of(client, rules, &grant, &device.scope).map_err(Stop::Refused)?;
    let resources = resource::choose(&resources, &request.resources).map_err(Stop::Refused)?;
    let details =
        authorization_details::choose(&details, request.details.as_deref()).map_err(Stop::Refused)?;

    let refresh = grant.refresh.as_ref().map(|state| RefreshToken::derive(grant.id, state, 0, &rules.pepper));
    let id = scope.contains("openid").then(|| IdToken::of(act, rules, client, (&grant, &user), None));
    let access =
        AccessToken::for_user(act, rules, client, (&grant, &user), scope, &resources).with_details(details);

    if binding::bind(&mut grant, client) {
        update(txn, &act.tenant, &grant)?;
    }
    device.consumed_at = Some(act.now);
    update(txn, &act.tenant, &device)?;
    record(txn, act, &grant, &access, GRANT_TYPE)?;
    Ok(Issued::for_user(access, refresh, id, client).refreshable(refreshable_until(rules, &grant)))
}

/// The device authorization and its grant, if this client may redeem it now.
fn load(
    txn: &mut dyn Txn,
    act: &Act,
    client: &AuthenticatedClient,
    request: &Request,
) -> Result<(DeviceAuthorization, Uuid), Stop<OAuthError>> {
    let refuse = |cause| Err(Stop::Refused(OAuthError::invalid_grant(cause)));
    let hash = hash_of(request.device_code.expose_secret().as_bytes());
    let Some(device) = find::<DeviceAuthorization>(txn, &act.tenant, &hash)? else {
        return refuse("device_code.unknown");
    };
    // RFC 8628 §3.4: the code was issued to this client.
    if device.client_id != client.client_id {
        return refuse("device_code.foreign_client");
    }
    if device.consumed_at.is_some() {
        if let Some(DeviceAnswer::Allowed(grant_id)) = device.answer {
            revocation::revoke_grant(txn, act, grant_id, Event::AuthnTokenReuse, "device_code.reused")?;
        }
        return refuse("device_code.reused");
    }
    let stop = |code, description, cause| Err(Stop::Refused(OAuthError::new(code, description, cause)));
    // RFC 8628 §3.5, `expired_token`.
    if act.now >= device.usable_until {
        return stop(ErrorCode::ExpiredToken, "The device code has expired.", "device_code.expired");
    }
    match device.answer {
        Some(DeviceAnswer::Allowed(grant_id)) => Ok((device, grant_id)),
        Some(DeviceAnswer::Denied) => {
            stop(ErrorCode::AccessDenied, "The person did not allow this.", "device_code.denied")
        }
        None if poll(txn, act, device)? => stop(
            ErrorCode::AuthorizationPending,
            "Nobody has answered yet: ask again after the interval.",
            "device_code.pending",
        ),
        None => stop(
            ErrorCode::SlowDown,
            "This was too early: wait five seconds longer from now on.",
            "device_code.slow_down",
        ),
    }
}

/// Notes a poll, and tells whether it came in its time. RFC 8628 §3.5: after each that did not, the interval is five
/// seconds longer, for it and all that follow.
fn poll(txn: &mut dyn Txn, act: &Act, mut device: DeviceAuthorization) -> Result<bool, Fault> {
    let interval = Duration::seconds(device.interval.into());
    let in_time = device.polled_at.is_none_or(|before| act.now - before + JITTER >= interval);
    if !in_time {
        device.interval = device.interval.saturating_add(SLOWER_BY);
    }
    device.polled_at = Some(act.now);
    update(txn, &act.tenant, &device)?;
    Ok(in_time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::fixtures::{act, authenticated, client, grant, rules, standing_store, start};
    use crate::records::{Revocation, insert};
    use crate::storage::Store;
    use proptest::prelude::*;

    const CODE: &str = "lkd_code";
    const LIVES: i64 = 60;

    /// What happens to a code.
    #[derive(Debug, Clone, Copy)]
    enum Step {
        Poll,
        Allow,
        Deny,
    }

    fn asked() -> DeviceAuthorization {
        DeviceAuthorization {
            hash: hash_of(CODE.as_bytes()),
            user_code_hash: hash_of(b"BCDFGHJK"),
            client_id: client().client_id,
            scope: grant().scope,
            resources: Vec::new(),
            authorization_details: Vec::new(),
            interval: 5,
            polled_at: None,
            entered: 0,
            answer: None,
            consumed_at: None,
            created_at: start(),
            usable_until: start() + Duration::seconds(LIVES),
            expires_at: start() + Duration::days(1),
        }
    }

    fn poll_at(store: &Store, now: Duration) -> Result<(), &'static str> {
        let (rules, client) = (rules(), authenticated(store));
        let act = Act { now: start() + now, ..act() };
        let request = Request { device_code: CODE.into(), resources: Vec::new(), details: None };
        match store.run_blocking(move |txn| decide(txn, &act, &rules, &client, &request).map(|_| ())) {
            Ok(()) => Ok(()),
            Err(Stop::Refused(error)) => Err(error.cause),
            Err(Stop::Fault(fault)) => panic!("{fault}"),
        }
    }

    /// What a person says to a device that waits; to another nothing can be said.
    fn answer(store: &Store, answer: DeviceAnswer) {
        let hash = hash_of(CODE.as_bytes());
        let tenant = act().tenant;
        let done = store.run_blocking(move |txn| {
            let mut device: DeviceAuthorization = find(txn, &tenant, &hash)?.unwrap();
            device.answer = Some(answer.clone());
            update(txn, &tenant, &device).map_err(Stop::<()>::Fault)
        });
        done.unwrap();
    }

    fn revoked(store: &Store) -> Option<Revocation> {
        find::<Grant>(store, &act().tenant, &grant().id.to_string()).unwrap().unwrap().revoked
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// RFC 8628 §3.5, written down once more in the plainest words: tokens come once, after a yes and before the
        /// end; whoever asks too early waits five seconds longer each time; a second use takes everything back.
        #[test]
        fn any_order_of_polls_and_answers_follows_the_rule(
            steps in prop::collection::vec(
                (prop_oneof![8 => Just(Step::Poll), 1 => Just(Step::Allow), 1 => Just(Step::Deny)], 0_i64..48),
                1..24,
            ),
        ) {
            let store = standing_store();
            let tenant = act().tenant;
            store.run_blocking(move |txn| insert(txn, &tenant, &asked()).map_err(Stop::<()>::Fault)).unwrap();
            let (mut now, mut interval, mut last) = (0_i64, 5_000, None);
            let (mut said, mut fetched, mut reused) = (None, false, false);
            for (step, later) in steps {
                now += later * 250;
                match step {
                    Step::Allow | Step::Deny if said.is_some() => {}
                    Step::Allow => {
                        answer(&store, DeviceAnswer::Allowed(grant().id));
                        said = Some(true);
                    }
                    Step::Deny => {
                        answer(&store, DeviceAnswer::Denied);
                        said = Some(false);
                    }
                    Step::Poll => {
                        let expected = if fetched {
                            reused = true;
                            Err("device_code.reused")
                        } else if now >= LIVES * 1000 {
                            Err("device_code.expired")
                        } else if said == Some(true) {
                            fetched = true;
                            Ok(())
                        } else if said == Some(false) {
                            Err("device_code.denied")
                        } else {
                            let early = last.is_some_and(|last| now - last + 500 < interval);
                            interval += if early { 5_000 } else { 0 };
                            last = Some(now);
                            Err(if early { "device_code.slow_down" } else { "device_code.pending" })
                        };
                        prop_assert_eq!(poll_at(&store, Duration::milliseconds(now)), expected);
                    }
                }
                prop_assert_eq!(revoked(&store).is_some(), reused);
            }
        }
    }
}
