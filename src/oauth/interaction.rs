//! Interactions: the way of an authorization request through our pages. Each is bound to the browser that began it;
//! its identifier alone opens nothing.

use super::authorize::{Failure, SignedIn, TrustedRedirect, pushed};
use super::{ErrorCode, OAuthError, claims};
use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::records::{Client, Consent, Interaction, find, insert, remove, update};
use crate::storage::{Fault, Read, Stop, Txn};
use uuid::Uuid;

/// Stores a new interaction.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn begin(txn: &mut dyn Txn, act: &Act, interaction: &Interaction) -> Result<(), Fault> {
    insert(txn, &act.tenant, interaction)
}

/// The interaction `id`, for the browser that began it.
///
/// # Errors
/// `invalid_request`, for a page of ours, where there is none, it has expired or ended, or another browser asks.
/// All read the same from outside.
pub fn load(
    read: &(impl Read + ?Sized),
    act: &Act,
    id: &str,
    browser_hash: &str,
) -> Result<Interaction, Stop<OAuthError>> {
    let refuse = |cause| {
        Stop::Refused(OAuthError::new(
            ErrorCode::InvalidRequest,
            "This sign-in has expired or was begun in another browser.",
            cause,
        ))
    };
    let found: Option<Interaction> = find(read, &act.tenant, id)?;
    let interaction = found.ok_or_else(|| refuse("interaction.unknown"))?;
    let same_browser = interaction.browser_hash.len() == browser_hash.len()
        && openssl::memcmp::eq(interaction.browser_hash.as_bytes(), browser_hash.as_bytes());
    if !same_browser {
        return Err(refuse("interaction.foreign_browser"));
    }
    if act.now >= interaction.expires_at {
        return Err(refuse("interaction.expired"));
    }
    Ok(interaction)
}

/// Writes down that the person signed in for this interaction, with this browser session.
///
/// # Errors
/// What [`load`] gives.
pub fn signed_in(
    txn: &mut dyn Txn,
    act: &Act,
    id: &str,
    browser_hash: &str,
    sid: Uuid,
) -> Result<(), Stop<OAuthError>> {
    let mut interaction = load(txn, act, id, browser_hash)?;
    interaction.signed_in = Some(sid);
    Ok(update(txn, &act.tenant, &interaction)?)
}

/// The person goes on with the account that is signed in. OIDC Core §3.1.2.1, `select_account`.
///
/// # Errors
/// What [`load`] gives.
pub fn choose(
    txn: &mut dyn Txn,
    act: &Act,
    id: &str,
    browser_hash: &str,
    person: &SignedIn,
) -> Result<(), Stop<OAuthError>> {
    let mut interaction = load(txn, act, id, browser_hash)?;
    interaction.chosen = Some(person.session.sid);
    Ok(update(txn, &act.tenant, &interaction)?)
}

/// The person allows what the interaction asks for. Remembered, and added to what they allowed before.
///
/// # Errors
/// What [`load`] gives.
pub fn allow(
    txn: &mut dyn Txn,
    act: &Act,
    id: &str,
    browser_hash: &str,
    person: &SignedIn,
) -> Result<(), Stop<OAuthError>> {
    let mut interaction = load(txn, act, id, browser_hash)?;
    let target = TrustedRedirect::of_interaction(txn, act, &interaction)?;
    interaction.consented = Some(person.user.id);
    remember_consent(txn, act, target.client(), &interaction, person)?;
    update(txn, &act.tenant, &interaction)?;
    Ok(Entry::new(act, Event::ConsentAnswered)
        .actor(person.user.id)
        .client(&interaction.client_id)
        .session(person.session.sid)
        // OIDC Core §17.2: who was told what, and when, stands in the audit trail.
        .scope(&interaction.scope)
        .audience(&interaction.resources)
        .append(txn)?)
}

/// Adds what the interaction asks for to what the person allowed this client before.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub(super) fn remember_consent(
    txn: &mut dyn Txn,
    act: &Act,
    client: &Client,
    interaction: &Interaction,
    person: &SignedIn,
) -> Result<(), Fault> {
    let consent_id = Consent::id_of(person.user.id, &interaction.client_id);
    let before: Option<Consent> = find(txn, &act.tenant, &consent_id)?;
    let before = before.filter(|consent| consent.given_at >= client.created_at);
    update(txn, &act.tenant, &merge(act, person.user.id, before, interaction))
}

/// The person refuses, or cancels the sign-in. Ends the interaction and gives what the client is told: RFC 6749
/// §4.1.2.1, `access_denied`.
///
/// # Errors
/// What [`load`] gives, and `invalid_request` where the client is no more.
pub fn deny(txn: &mut dyn Txn, act: &Act, id: &str, browser_hash: &str) -> Result<Failure, Stop<OAuthError>> {
    let interaction = load(txn, act, id, browser_hash)?;
    let target = TrustedRedirect::of_interaction(txn, act, &interaction)?;
    if let Some(pushed) = &interaction.pushed {
        pushed::consume(txn, act, pushed)?;
    }
    remove::<Interaction>(txn, &act.tenant, id);
    let error = OAuthError::new(ErrorCode::AccessDenied, "The person did not allow this.", "consent.denied");
    Entry::new(act, Event::ConsentAnswered)
        .refused(error.cause)
        .client(&interaction.client_id)
        .append(txn)?;
    Ok(Failure { target, error, openid: interaction.scope.contains("openid") })
}

fn merge(act: &Act, user_id: Uuid, before: Option<Consent>, interaction: &Interaction) -> Consent {
    let (scope, resources, claims) =
        before.map(|consent| (consent.scope, consent.resources, consent.claims)).unwrap_or_default();
    Consent {
        user_id,
        client_id: interaction.client_id.clone(),
        scope: scope.union(&interaction.scope),
        resources: joined(resources, interaction.resources.clone()),
        claims: joined(claims, claims::beyond_scope(interaction.claims.as_ref(), &interaction.scope)),
        given_at: act.now,
    }
}

/// What was allowed before, and what is new.
fn joined(mut before: Vec<String>, more: Vec<String>) -> Vec<String> {
    for name in more {
        if !before.contains(&name) {
            before.push(name);
        }
    }
    before
}
