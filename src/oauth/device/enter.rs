//! A person types the code that a device shows. RFC 8628 §3.3.

use super::{UserCodeText, guesses};
use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::oauth::{OAuthError, Rules, interaction};
use crate::records::{
    Client, Confirmation, DeviceAnswer, DeviceAuthorization, GrantType, Interaction, ResponseMode, UserCode,
    WaitingDevice, find, remove, update,
};
use crate::storage::{Stop, Txn};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The cause of the refusal where somebody types too many wrong codes.
pub const TYPED_TOO_OFTEN: &str = "user_code.typed_too_often";

/// A code that is entered more often than this is everybody's: its device is told that it was refused.
const MOST_ENTERED: u32 = 8;

/// Begins the interaction for the device that shows this code, in this browser. `who` types: whoever is signed in, or
/// else the browser.
///
/// # Errors
/// `invalid_request` where no device waits for this code, `slow_down` where too many wrong ones were typed; for a
/// page of ours.
pub fn enter(
    txn: &mut dyn Txn,
    act: &Act,
    rules: &Rules,
    typed: Option<&UserCodeText>,
    (browser_hash, who): (&str, &str),
) -> Result<Interaction, Stop<OAuthError>> {
    guesses::check(txn, act, who)?;
    let (mut device, client) = match find_waiting(txn, act, typed) {
        Ok(found) => found,
        Err(Stop::Refused(error)) => {
            guesses::count(txn, act, who)?;
            return Err(Stop::Refused(error));
        }
        Err(fault) => return Err(fault),
    };
    device.entered = device.entered.saturating_add(1);
    if device.entered > MOST_ENTERED {
        device.answer = Some(DeviceAnswer::Denied);
        remove::<UserCode>(txn, &act.tenant, &device.user_code_hash);
    }
    update(txn, &act.tenant, &device)?;
    if device.answer.is_some() {
        return Err(refuse("user_code.worn_out"));
    }
    let shown = typed.map(UserCodeText::shown).unwrap_or_default();
    let interaction = interaction(act, rules, &client, (device, shown), browser_hash);
    interaction::begin(txn, act, &interaction)?;
    Entry::new(act, Event::UserCodeEntered).client(&interaction.client_id).append(txn)?;
    Ok(interaction)
}

/// The device that waits for this code, with its client.
fn find_waiting(
    txn: &dyn Txn,
    act: &Act,
    typed: Option<&UserCodeText>,
) -> Result<(DeviceAuthorization, Client), Stop<OAuthError>> {
    let code = typed.ok_or_else(|| refuse("user_code.malformed"))?;
    let index = find::<UserCode>(txn, &act.tenant, &code.hash())?;
    let index = index.ok_or_else(|| refuse("user_code.unknown"))?;
    let device = find::<DeviceAuthorization>(txn, &act.tenant, &index.device)?;
    let device = device.ok_or_else(|| refuse("user_code.unknown"))?;
    if act.now >= device.usable_until {
        return Err(refuse("user_code.expired"));
    }
    let client = find::<Client>(txn, &act.tenant, &device.client_id)?;
    let client = client.filter(|client| !client.disabled && client.may_use(GrantType::DeviceCode));
    Ok((device, client.ok_or_else(|| refuse("user_code.client_disabled"))?))
}

const fn refuse(cause: &'static str) -> Stop<OAuthError> {
    Stop::Refused(OAuthError::invalid_request("No device waits for this code.", cause))
}

fn interaction(
    act: &Act,
    rules: &Rules,
    client: &Client,
    (device, user_code): (DeviceAuthorization, String),
    browser_hash: &str,
) -> Interaction {
    Interaction {
        id: URL_SAFE_NO_PAD.encode(act.seed.expand_16("interaction")),
        browser_hash: browser_hash.to_owned(),
        client_id: device.client_id,
        redirect_uri: String::new(),
        scope: device.scope,
        resources: device.resources,
        authorization_details: device.authorization_details,
        claims: None,
        acr_values: client.requests.default_acr_values.clone(),
        ui_locales: None,
        device: Some(WaitingDevice { hash: device.hash, user_code }),
        response_mode: ResponseMode::Query,
        confirmation: Confirmation::default(),
        pushed: None,
        state: None,
        nonce: None,
        code_challenge: None,
        login_hint: None,
        hinted: None,
        max_age: client.requests.default_max_age,
        fresh_login: false,
        fresh_consent: true,
        chosen: None,
        choose_account: false,
        signed_in: None,
        consented: None,
        created_at: act.now,
        expires_at: device.usable_until.min(act.now + rules.policy.interaction_ttl),
    }
}
