//! The real loop on the real clock, times scaled down, under verifiers that never refetch early.

use super::kek_ring;
use latchkey::jobs::rotate_keys::RotateKeys;
use latchkey::keys::{Algorithm, Expected, KeyPolicy, KeyRing, Snapshot};
use latchkey::ports::{Clock, SystemClock, SystemEntropy};
use latchkey::records::Tenant;
use latchkey::storage::Store;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use time::Duration;

fn scaled_down() -> KeyPolicy {
    KeyPolicy {
        algorithms: vec![Algorithm::Es256, Algorithm::EdDsa],
        rotate_every: Duration::milliseconds(300),
        publish_ahead: Duration::milliseconds(200),
        jwks_max_age: Duration::milliseconds(100),
        longest_signed_life: Duration::SECOND,
        skew: Duration::ZERO,
        rsa_bits: 2048,
    }
}

/// What a verifier holds: the keys as they were at its last fetch, for exactly max-age.
struct Verifier {
    cached: Arc<Snapshot>,
    until: tokio::time::Instant,
}

impl Verifier {
    fn check(&mut self, ring: &KeyRing, token: &str, expected: &Expected<'_>) {
        if tokio::time::Instant::now() >= self.until {
            self.cached = ring.load_full();
            let max_age = self.cached.jwks().unwrap().max_age;
            self.until = tokio::time::Instant::now() + std::time::Duration::try_from(max_age).unwrap();
        }
        if let Err(error) = self.cached.verify_own::<Value>(token, expected) {
            panic!("a verifier met {error}");
        }
    }
}

#[tokio::test]
async fn five_turns_pass_without_one_failure() {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ring = Arc::new(KeyRing::new(Tenant::default_tenant(), scaled_down(), Arc::new(kek_ring(1))));
    let job =
        RotateKeys::new(Arc::clone(&ring), Store::memory(), Arc::clone(&clock), Arc::new(SystemEntropy));
    job.start().await.unwrap();
    let running = tokio::spawn(job.run());
    let mut verifiers: Vec<Verifier> =
        (0..5).map(|_| Verifier { cached: ring.load_full(), until: tokio::time::Instant::now() }).collect();
    let mut signed_by = HashSet::new();
    let mut last = Vec::new();
    for round in 0.. {
        let now = clock.now();
        let snapshot = ring.load_full();
        for algorithm in scaled_down().algorithms {
            let claims = json!({ "iss": "i", "exp": now.unix_timestamp() + 1 });
            last.push((
                now,
                snapshot.sign_jwt(algorithm, "JWT", &claims, now, now + Duration::SECOND).unwrap(),
            ));
        }
        signed_by.insert(snapshot.signer(Algorithm::Es256).unwrap().kid().to_owned());
        let expected = Expected { typ: "JWT", issuer: "i", now, leeway: Duration::ZERO };
        last.retain(|(at, _)| {
            now < *at + Duration::milliseconds(900) && now.unix_timestamp() < at.unix_timestamp() + 1
        });
        for (_, token) in &last {
            verifiers[round % 5].check(&ring, token, &expected);
        }
        if signed_by.len() > 5 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    }
    running.abort();
}
