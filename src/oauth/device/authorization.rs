//! The device authorization endpoint. RFC 8628 §3.1, §3.2.

use super::UserCodeText;
use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::oauth::authorize::{requested_resources, requested_scope};
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::grants::device_code;
use crate::oauth::tokens::access_token_ttl;
use crate::oauth::{ErrorCode, OAuthError, Params, Rules, authorization_details};
use crate::records::{DeviceAuthorization, GrantType, Scope, UserCode, find, hash_of, insert};
use crate::storage::{Fault, Stop, Txn};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

/// So many user codes are tried before we say that there is no room. With a million devices that wait, one try in
/// 25,000 meets a code that is taken.
const ATTEMPTS: u8 = 4;

/// What a device asks for.
#[derive(Debug, Clone)]
pub struct Request {
    scope: Scope,
    resources: Vec<String>,
    details: Vec<Value>,
}

/// The codes: one for the device, one for the person.
#[derive(Debug)]
pub struct Codes {
    /// What the device polls with.
    pub device_code: SecretString,
    /// What the person types.
    pub user_code: UserCodeText,
    /// How many seconds both live.
    pub expires_in: i64,
    /// How many seconds the device waits between two polls.
    pub interval: u32,
}

/// Reads the request. RFC 8628 §3.1; `resource` by RFC 8707 §2.
///
/// # Errors
/// `unauthorized_client` where the client has not registered for the grant; `invalid_request`, `invalid_scope`,
/// `invalid_target`.
pub fn parse(params: &Params, client: &AuthenticatedClient) -> Result<Request, OAuthError> {
    // RFC 8628 §3.1: no parameter twice; what is not known is ignored.
    params.refuse_duplicates()?;
    if !client.may_use(GrantType::DeviceCode) {
        return Err(OAuthError::new(
            ErrorCode::UnauthorizedClient,
            "The client is not registered for this grant type.",
            "grant_type.not_registered",
        ));
    }
    Ok(Request {
        scope: requested_scope(params, client)?,
        resources: requested_resources(params, client)?,
        details: authorization_details::parse_narrower(params)?.unwrap_or_default(),
    })
}

/// Makes the codes.
///
/// # Errors
/// A [`Fault`] where the store fails, or no user code is free.
pub fn decide(
    txn: &mut dyn Txn,
    act: &Act,
    rules: &Rules,
    client: &AuthenticatedClient,
    request: &Request,
) -> Result<Codes, Stop<OAuthError>> {
    let policy = &rules.policy;
    // RFC 9396 §4.
    authorization_details::permit(&request.details, client, &policy.requests.details)
        .map_err(Stop::Refused)?;
    let user_code = free_code(txn, act)?;
    // RFC 8628 §5.2: 256 random bits.
    let device_code: SecretString =
        [device_code::PREFIX, &URL_SAFE_NO_PAD.encode(act.seed.expand("device_code"))].concat().into();
    let usable_until = act.now + policy.device_code_ttl;
    let device = DeviceAuthorization {
        hash: hash_of(device_code.expose_secret().as_bytes()),
        user_code_hash: user_code.hash(),
        client_id: client.client_id.clone(),
        scope: request.scope.clone(),
        resources: request.resources.clone(),
        authorization_details: request.details.clone(),
        interval: u32::try_from(policy.device_poll_interval.whole_seconds()).unwrap_or(u32::MAX),
        polled_at: None,
        entered: 0,
        answer: None,
        consumed_at: None,
        created_at: act.now,
        usable_until,
        // As long again for a device that comes late, and as its tokens live.
        expires_at: usable_until
            + policy.device_code_ttl.max(access_token_ttl(policy, client) + policy.clock_skew),
    };
    let index = UserCode { hash: user_code.hash(), device: device.hash.clone(), expires_at: usable_until };
    insert(txn, &act.tenant, &device)?;
    insert(txn, &act.tenant, &index)?;
    Entry::new(act, Event::DeviceAuthorizationRequested)
        .client(&client.client_id)
        .scope(&device.scope)
        .audience(&device.resources)
        .append(txn)?;
    Ok(Codes {
        device_code,
        user_code,
        expires_in: policy.device_code_ttl.whole_seconds(),
        interval: device.interval,
    })
}

/// A code that no other waiting device shows.
fn free_code(txn: &dyn Txn, act: &Act) -> Result<UserCodeText, Fault> {
    for attempt in 0..ATTEMPTS {
        let Some(code) = UserCodeText::random(&act.seed, attempt) else { continue };
        if find::<UserCode>(txn, &act.tenant, &code.hash())?.is_none() {
            return Ok(code);
        }
    }
    Err(Fault::unavailable("no user code is free"))
}
