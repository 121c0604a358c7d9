//! Signing keys: their life, sealing, signing, verifying, and `jsonwebtoken` on openssl.

mod jwks;
mod lifecycle;
mod load;
mod orders;
mod policy;
mod provider;
mod rotation;
mod sealing;
mod vectors;
mod verify;
mod world;

use latchkey::jobs::rotate_keys::{RotateKeys, Work};
use latchkey::keys::lifecycle::KeyPolicy;
use latchkey::keys::sealing::{Kek, KekRing};
use latchkey::keys::{Algorithm, KeyRing};
use latchkey::ports::{Clock, FixedEntropy, ManualClock};
use latchkey::records::Tenant;
use latchkey::storage::Store;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

/// An instant from which the tests count.
fn epoch() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()
}

fn kek_ring(byte: u8) -> KekRing {
    KekRing::new(Kek::new([byte; 32]), Vec::new())
}

/// Every algorithm but RS256, whose keys take long to make.
fn quick_policy() -> KeyPolicy {
    KeyPolicy { algorithms: vec![Algorithm::Es256, Algorithm::EdDsa], ..KeyPolicy::default() }
}

/// A tenant's keys with a clock that the test moves.
struct Keys {
    store: Store,
    clock: Arc<ManualClock>,
    ring: Arc<KeyRing>,
    job: RotateKeys,
}

impl Keys {
    async fn start(policy: KeyPolicy) -> Self {
        let clock = Arc::new(ManualClock::at(epoch()));
        Self::start_on(Store::memory(), clock, policy, kek_ring(1)).await.unwrap()
    }

    /// Starts a server's keys on a store, as a new process would.
    async fn start_on(
        store: Store,
        clock: Arc<ManualClock>,
        policy: KeyPolicy,
        keks: KekRing,
    ) -> Result<Self, latchkey::storage::Fault> {
        policy.check().unwrap();
        let ring = Arc::new(KeyRing::new(Tenant::default_tenant(), policy, Arc::new(keks)));
        let shared: Arc<dyn Clock> = Arc::<ManualClock>::clone(&clock);
        let job = RotateKeys::new(Arc::clone(&ring), store.clone(), shared, Arc::new(FixedEntropy::from(1)));
        job.start().await?;
        job.begin_serving();
        job.settle(Work::Quick).await?;
        Ok(Self { store, clock, ring, job })
    }

    /// Lets time pass, and the job see it.
    async fn pass(&self, time: Duration) {
        self.clock.advance(time);
        self.job.settle(Work::All).await.unwrap();
    }

    fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    fn kid(&self, algorithm: Algorithm) -> String {
        self.ring.load().signer(algorithm).unwrap().kid().to_owned()
    }

    /// The kids in the served JWKS.
    fn served(&self) -> Vec<String> {
        let snapshot = self.ring.load_full();
        let body: serde_json::Value = serde_json::from_slice(&snapshot.jwks().unwrap().body).unwrap();
        body["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    }
}
