//! What a person says to a device that waits. RFC 8628 §3.3, §5.4.

use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::identity::sign_out;
use crate::oauth::authorize::{SignedIn, is_fresh_enough, open_grant};
use crate::oauth::tokens::access_token_ttl;
use crate::oauth::{OAuthError, Rules, interaction};
use crate::records::{
    Client, DeviceAnswer, DeviceAuthorization, GrantType, Interaction, UserCode, find, insert, remove, update,
};
use crate::storage::{Read, Stop, Txn};

/// The device that the interaction `id` is about, if it still waits, with the client that runs on it.
///
/// # Errors
/// What [`interaction::load`] gives; `invalid_request`, for a page of ours, where nothing waits any more.
pub fn load(
    read: &(impl Read + ?Sized),
    act: &Act,
    id: &str,
    browser_hash: &str,
) -> Result<(Interaction, DeviceAuthorization, Client), Stop<OAuthError>> {
    let refuse =
        |cause| Stop::Refused(OAuthError::invalid_request("This device does not wait any more.", cause));
    let interaction = interaction::load(read, act, id, browser_hash)?;
    let hash = interaction.device.as_ref().map(|device| device.hash.as_str());
    let hash = hash.ok_or_else(|| refuse("interaction.unknown"))?;
    let device: Option<DeviceAuthorization> = find(read, &act.tenant, hash)?;
    let device = device.filter(|device| device.answer.is_none() && act.now < device.usable_until);
    let device = device.ok_or_else(|| refuse("interaction.expired"))?;
    let client: Option<Client> = find(read, &act.tenant, &device.client_id)?;
    let client = client.filter(|client| !client.disabled && client.may_use(GrantType::DeviceCode));
    Ok((interaction, device, client.ok_or_else(|| refuse("client.unknown"))?))
}

/// Whether the person has signed in recently enough for what the interaction asks.
pub fn is_fresh(act: &Act, interaction: &Interaction, person: &SignedIn) -> bool {
    is_fresh_enough(act, interaction, &person.session)
}

/// The person allows what the device asks for: its grant is made, for the device to fetch.
///
/// # Errors
/// What [`load`] gives; `invalid_request` where the person must sign in anew first.
pub fn allow(
    txn: &mut dyn Txn,
    act: &Act,
    rules: &Rules,
    (id, browser_hash): (&str, &str),
    person: &SignedIn,
) -> Result<(), Stop<OAuthError>> {
    let (interaction, mut device, client) = load(txn, act, id, browser_hash)?;
    if !is_fresh(act, &interaction, person) {
        let stale = OAuthError::invalid_request("The sign-in is too old.", "interaction.expired");
        return Err(Stop::Refused(stale));
    }
    let mut grant = open_grant(act, &rules.policy, &client, &interaction, person);
    if grant.refresh.is_none() {
        // It stands as long as the device may fetch its one token, and that token lives.
        let policy = &rules.policy;
        grant.expires_at = device.usable_until + access_token_ttl(policy, &client) + policy.clock_skew;
    }
    interaction::remember_consent(txn, act, &client, &interaction, person)?;
    insert(txn, &act.tenant, &grant)?;
    sign_out::take_part(txn, act, &person.session, &client)?;
    device.answer = Some(DeviceAnswer::Allowed(grant.id));
    end(txn, act, &interaction, &device)?;
    Ok(Entry::new(act, Event::ConsentAnswered)
        .because("device")
        .actor(person.user.id)
        .client(&grant.client_id)
        .grant(grant.id)
        .session(grant.sid)
        .scope(&grant.scope)
        .audience(&grant.resources)
        .amr(&grant.amr)
        .append(txn)?)
}

/// The person refuses: the device is told `access_denied`.
///
/// # Errors
/// What [`load`] gives.
pub fn deny(txn: &mut dyn Txn, act: &Act, id: &str, browser_hash: &str) -> Result<(), Stop<OAuthError>> {
    let (interaction, mut device, client) = load(txn, act, id, browser_hash)?;
    device.answer = Some(DeviceAnswer::Denied);
    end(txn, act, &interaction, &device)?;
    Ok(Entry::new(act, Event::ConsentAnswered)
        .refused("consent.denied")
        .client(&client.client_id)
        .append(txn)?)
}

/// The user code is of no more use, nor is the interaction.
fn end(
    txn: &mut dyn Txn,
    act: &Act,
    interaction: &Interaction,
    device: &DeviceAuthorization,
) -> Result<(), crate::storage::Fault> {
    update(txn, &act.tenant, device)?;
    remove::<UserCode>(txn, &act.tenant, &device.user_code_hash);
    remove::<Interaction>(txn, &act.tenant, &interaction.id);
    Ok(())
}
