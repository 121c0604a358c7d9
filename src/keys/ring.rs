//! The current keys of a tenant, for every reader at once.

use super::lifecycle::KeyPolicy;
use super::sealing::KekRing;
use super::{KeyError, Snapshot};
use crate::records::{SigningKey, Tenant};
use arc_swap::{ArcSwap, Guard};
use std::sync::Arc;

/// The keys of one tenant. Reading is wait-free and never touches the store.
#[derive(Debug)]
pub struct KeyRing {
    tenant: Tenant,
    policy: KeyPolicy,
    keks: Arc<KekRing>,
    current: ArcSwap<Snapshot>,
}

impl KeyRing {
    /// A ring that holds no key yet; [`KeyRing::show`] fills it.
    pub fn new(tenant: Tenant, policy: KeyPolicy, keks: Arc<KekRing>) -> Self {
        Self { tenant, policy, keks, current: ArcSwap::from_pointee(Snapshot::default()) }
    }

    /// The tenant whose keys these are.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// The policy that the keys follow.
    pub fn policy(&self) -> &KeyPolicy {
        &self.policy
    }

    /// The key-encryption keys that open them.
    pub fn keks(&self) -> &KekRing {
        &self.keks
    }

    /// The current keys, for a short use within one function.
    pub fn load(&self) -> Guard<Arc<Snapshot>> {
        self.current.load()
    }

    /// The current keys, to hold for longer.
    pub fn load_full(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Swaps in the view that follows from these stored keys. They must have been read in one unit of work, and after
    /// a change: once it is committed.
    ///
    /// # Errors
    /// A [`KeyError`] where a key cannot be opened; the view then stays as it was.
    pub fn show(&self, keys: &[SigningKey]) -> Result<(), KeyError> {
        let next = Snapshot::build(keys, &self.policy, &self.keks, &self.load())?;
        self.current.store(Arc::new(next));
        Ok(())
    }
}
