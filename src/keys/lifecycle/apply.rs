//! Carrying out a plan, in one unit of work.
//!
//! Every step looks at the stored key again and does nothing where it no longer fits: another node, or an operator,
//! may have been faster. So the unit is pure and may run twice, and two nodes never leave two active keys.

use super::super::{Algorithm, NewKey};
use super::{KeyPolicy, Step, Transition};
use crate::records::{self, KeyState, SigningKey, Tenant};
use crate::storage::{Fault, Read, Txn};
use time::OffsetDateTime;

/// Rows read at once.
const PAGE: usize = 100;

/// Every stored key of the tenant, tombstones of revoked ones included.
///
/// # Errors
/// A [`Fault`] where the store fails or a record is damaged.
pub fn load_all(read: &(impl Read + ?Sized), tenant: &Tenant) -> Result<Vec<SigningKey>, Fault> {
    let mut keys: Vec<SigningKey> = Vec::new();
    loop {
        let after = keys.last().map(|key| key.kid.clone());
        let page = records::list::<SigningKey>(read, tenant, "", after.as_deref(), PAGE)?;
        let is_last = page.len() < PAGE;
        keys.extend(page);
        if is_last {
            return Ok(keys);
        }
    }
}

/// Does `steps` at `now`. `made` holds a new key for each [`Step::Create`]; one without its key is left for the next
/// plan. Gives what changed.
///
/// # Errors
/// A [`Fault`] where the store fails or a record is damaged.
pub fn apply(
    txn: &mut (impl Txn + ?Sized),
    tenant: &Tenant,
    policy: &KeyPolicy,
    now: OffsetDateTime,
    steps: &[Step],
    made: &[NewKey],
) -> Result<Vec<Transition>, Fault> {
    let mut unit = Unit::begin(txn, tenant, policy, now)?;
    for step in steps {
        match step {
            Step::Create { algorithm, first } => {
                if let Some(new) = made.iter().find(|new| new.algorithm == *algorithm) {
                    unit.create(new, *first)?;
                }
            }
            Step::Publish(kid) => unit.publish(kid)?,
            Step::Serve(kid) => unit.serve(kid)?,
            Step::Activate(kid) => unit.activate(kid)?,
            Step::Retire(kid) => unit.retire(kid)?,
            Step::Remove(kid) => unit.remove(kid),
            Step::Lengthen(kid) => unit.lengthen(kid)?,
        }
    }
    Ok(unit.changes)
}

/// A unit of work on the keys of a tenant: what is stored, kept in step with what is written.
pub(super) struct Unit<'a, T: ?Sized> {
    txn: &'a mut T,
    tenant: &'a Tenant,
    policy: &'a KeyPolicy,
    now: OffsetDateTime,
    pub(super) keys: Vec<SigningKey>,
    pub(super) changes: Vec<Transition>,
}

impl<'a, T: Txn + ?Sized> Unit<'a, T> {
    pub(super) fn begin(
        txn: &'a mut T,
        tenant: &'a Tenant,
        policy: &'a KeyPolicy,
        now: OffsetDateTime,
    ) -> Result<Self, Fault> {
        let keys = load_all(txn, tenant)?;
        Ok(Self { txn, tenant, policy, now, keys, changes: Vec::new() })
    }

    pub(super) fn find(&self, algorithm: Algorithm, state: KeyState) -> Option<SigningKey> {
        self.keys.iter().find(|key| key.algorithm == algorithm && key.state == state).cloned()
    }

    fn in_state(&self, kid: &str, state: KeyState) -> Option<SigningKey> {
        self.keys.iter().find(|key| key.kid == kid && key.state == state).cloned()
    }

    /// Writes `key` in its new state.
    pub(super) fn save(&mut self, key: SigningKey, from: Option<KeyState>) -> Result<(), Fault> {
        if from != Some(key.state) {
            self.changes.push(Transition::new(&key, from, Some(key.state)));
        }
        records::update(&mut *self.txn, self.tenant, &key)?;
        self.keys.retain(|other| other.kid != key.kid);
        self.keys.push(key);
        Ok(())
    }

    /// Stores a new key: active where it is the first, or else pending, unless one already stands in its place.
    pub(super) fn create(&mut self, new: &NewKey, first: bool) -> Result<(), Fault> {
        let known = self.keys.iter().any(|key| key.kid == new.kid);
        let has = |state| self.find(new.algorithm, state).is_some();
        let taken = has(KeyState::Pending) || has(KeyState::Published) || (first && has(KeyState::Active));
        if known || taken {
            return Ok(());
        }
        let key = self.lay_out(new, first);
        self.save(key, None)
    }

    /// A new key with its absolute times.
    fn lay_out(&self, new: &NewKey, first: bool) -> SigningKey {
        let active = self.find(new.algorithm, KeyState::Active);
        let earliest = self.now.saturating_add(self.policy.publish_ahead);
        let planned = active.map_or(earliest, |active| active.retire_at.max(earliest));
        let activate_at = if first { self.now } else { planned };
        let retire_at = activate_at.saturating_add(self.policy.rotate_every);
        let token_life = self.policy.signed_life();
        SigningKey {
            kid: new.kid.clone(),
            algorithm: new.algorithm,
            state: if first { KeyState::Active } else { KeyState::Pending },
            public: new.public.clone(),
            sealed: Some(new.sealed.clone()),
            first,
            token_life,
            created_at: self.now,
            publish_at: self.now,
            ready_at: first.then_some(self.now),
            activate_at,
            retire_at,
            remove_at: retire_at.saturating_add(self.policy.kept_for(token_life)),
            revoked_at: None,
        }
    }

    pub(super) fn publish(&mut self, kid: &str) -> Result<(), Fault> {
        let Some(mut key) = self.in_state(kid, KeyState::Pending) else { return Ok(()) };
        key.state = KeyState::Published;
        key.publish_at = self.now;
        self.save(key, Some(KeyState::Pending))
    }

    /// The JWKS with this key is being served: the lead time begins, and never gets shorter by a later policy.
    fn serve(&mut self, kid: &str) -> Result<(), Fault> {
        let Some(mut key) = self.in_state(kid, KeyState::Published) else { return Ok(()) };
        if key.ready_at.is_some() && key.publish_at <= self.now {
            return Ok(());
        }
        key.publish_at = self.now;
        key.ready_at = Some(self.now.saturating_add(self.policy.publish_ahead));
        self.save(key, Some(KeyState::Published))
    }

    /// Lets the spare sign, and retires the key that signed so far, in one write.
    pub(super) fn activate(&mut self, kid: &str) -> Result<(), Fault> {
        let Some(mut key) = self.in_state(kid, KeyState::Published) else { return Ok(()) };
        if let Some(active) = self.find(key.algorithm, KeyState::Active) {
            self.retire(&active.kid)?;
        }
        let delay = self.now - key.activate_at;
        key.state = KeyState::Active;
        key.activate_at = self.now;
        key.retire_at = key.retire_at.saturating_add(delay);
        key.remove_at = key.retire_at.saturating_add(self.policy.kept_for(key.token_life));
        self.save(key, Some(KeyState::Published))
    }

    /// Stops signing and destroys the private half.
    fn retire(&mut self, kid: &str) -> Result<(), Fault> {
        let Some(mut key) = self.in_state(kid, KeyState::Active) else { return Ok(()) };
        key.state = KeyState::Retired;
        key.sealed = None;
        key.retire_at = self.now;
        key.remove_at = self.now.saturating_add(self.policy.kept_for(key.token_life));
        self.save(key, Some(KeyState::Active))
    }

    /// Deletes a retired key, or one that never signed.
    fn remove(&mut self, kid: &str) {
        let removable = |key: &&SigningKey| {
            key.kid == kid && matches!(key.state, KeyState::Retired | KeyState::Published | KeyState::Pending)
        };
        let Some(key) = self.keys.iter().find(removable).cloned() else { return };
        self.changes.push(Transition::new(&key, Some(key.state), None));
        records::remove::<SigningKey>(&mut *self.txn, self.tenant, kid);
        self.keys.retain(|other| other.kid != kid);
    }

    fn lengthen(&mut self, kid: &str) -> Result<(), Fault> {
        let Some(mut key) = self.keys.iter().find(|key| key.kid == kid).cloned() else { return Ok(()) };
        key.token_life = key.token_life.max(self.policy.signed_life());
        key.remove_at = key.remove_at.max(key.retire_at.saturating_add(self.policy.kept_for(key.token_life)));
        let state = key.state;
        self.save(key, Some(state))
    }
}
