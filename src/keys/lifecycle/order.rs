//! What an operator orders: an emergency revocation, a turn ahead of time, a rewrap.

use super::super::generate::context;
use super::super::sealing::{KekRing, Sealed};
use super::super::{Algorithm, KeyError, NewKey};
use super::apply::Unit;
use super::{KeyPolicy, Transition, load_all};
use crate::ports::Seed;
use crate::records::{self, KeyState, SigningKey, Tenant};
use crate::storage::{Fault, Txn};
use time::OffsetDateTime;

/// A revocation: which key, when, and a new key of the same algorithm that was made before the unit of work.
#[derive(Debug, Clone)]
pub struct Emergency {
    /// The key to revoke.
    pub kid: String,
    /// The present instant.
    pub now: OffsetDateTime,
    /// Takes the place of the revoked key, or of the spare that takes it.
    pub replacement: NewKey,
}

/// Revokes a key at once: it leaves the JWKS, its private half is destroyed, its record stays as a tombstone.
///
/// Was it active, the spare signs from now on, however long it has been published: verifiers have most likely seen
/// it, and any other key they have surely not. Without a spare the replacement signs. A verifier that caches the
/// JWKS accepts the revoked key until its copy expires: that is max-age, and why it is short.
///
/// Gives what changed: nothing, where there is no such key or it is revoked already.
///
/// # Errors
/// A [`Fault`] where the store fails or a record is damaged.
pub fn revoke(
    txn: &mut (impl Txn + ?Sized),
    tenant: &Tenant,
    policy: &KeyPolicy,
    emergency: &Emergency,
) -> Result<Vec<Transition>, Fault> {
    let mut unit = Unit::begin(txn, tenant, policy, emergency.now)?;
    let standing = |key: &&SigningKey| key.kid == emergency.kid && key.state != KeyState::Revoked;
    let Some(mut key) = unit.keys.iter().find(standing).cloned() else { return Ok(Vec::new()) };
    let (from, algorithm) = (key.state, key.algorithm);
    key.state = KeyState::Revoked;
    key.sealed = None;
    key.revoked_at = Some(emergency.now);
    unit.save(key, Some(from))?;
    let new = &emergency.replacement;
    let replaces = policy.algorithms.contains(&algorithm) && new.algorithm == algorithm;
    match from {
        KeyState::Active if replaces => promote_spare(&mut unit, new)?,
        KeyState::Published | KeyState::Pending if replaces => {
            unit.create(new, false)?;
            unit.publish(&new.kid)?;
        }
        KeyState::Active
        | KeyState::Published
        | KeyState::Pending
        | KeyState::Retired
        | KeyState::Revoked => {}
    }
    Ok(unit.changes)
}

/// Lets the spare sign and publishes `new` as the next one; without a spare, `new` signs.
fn promote_spare<T: Txn + ?Sized>(unit: &mut Unit<'_, T>, new: &NewKey) -> Result<(), Fault> {
    let pending = unit.find(new.algorithm, KeyState::Pending);
    if let Some(pending) = &pending {
        unit.publish(&pending.kid)?;
    }
    let Some(spare) = unit.find(new.algorithm, KeyState::Published) else { return unit.create(new, true) };
    unit.activate(&spare.kid)?;
    unit.create(new, false)?;
    unit.publish(&new.kid)
}

/// What an order to turn came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Whether a stored key was changed: not where the algorithm has none.
    pub changed: bool,
    /// The earliest instant of the turn; none where the spare is not served yet, or there is none.
    pub ready_at: Option<OffsetDateTime>,
}

/// Asks for a turn ahead of time: as soon as the spare has stood in the JWKS for its lead time, and not before.
///
/// # Errors
/// A [`Fault`] where the store fails or a record is damaged.
pub fn rotate_now(
    txn: &mut (impl Txn + ?Sized),
    tenant: &Tenant,
    algorithm: Algorithm,
    now: OffsetDateTime,
) -> Result<Turn, Fault> {
    let keys = load_all(txn, tenant)?;
    let mut turn = Turn { changed: false, ready_at: None };
    for mut key in keys.into_iter().filter(|key| key.algorithm == algorithm) {
        match key.state {
            KeyState::Active => key.retire_at = key.retire_at.min(now),
            KeyState::Published => {
                let early = key.activate_at - key.activate_at.min(now);
                key.activate_at -= early;
                key.retire_at -= early;
                key.remove_at -= early;
                turn.ready_at = key.ready_at.map(|at| at.max(now));
            }
            KeyState::Pending | KeyState::Retired | KeyState::Revoked => continue,
        }
        records::update(txn, tenant, &key)?;
        turn.changed = true;
    }
    Ok(turn)
}

/// Seals every private half anew that is not under the active key-encryption key. Gives how many there were.
///
/// # Errors
/// A [`Fault`] where the store fails, or a seal cannot be opened.
pub fn rewrap(
    txn: &mut (impl Txn + ?Sized),
    tenant: &Tenant,
    keks: &KekRing,
    seed: &Seed,
) -> Result<usize, Fault> {
    let mut count = 0;
    for mut key in load_all(txn, tenant)? {
        let Some(sealed) = key.sealed.take() else { continue };
        let damaged = || KeyError::Damaged { kid: key.kid.clone() };
        let sealed: Sealed = serde_json::from_value(sealed).map_err(|_| damaged())?;
        if keks.is_outdated(&sealed) {
            let plaintext = keks.open(&context(&key.kid), &sealed)?;
            let again = keks.seal(&context(&key.kid), &plaintext, seed)?;
            key.sealed = Some(serde_json::to_value(again).map_err(|_| damaged())?);
            records::update(txn, tenant, &key)?;
            count += 1;
        }
    }
    Ok(count)
}
