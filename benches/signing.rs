//! What a token costs: `Snapshot::sign_jwt` beside the bare openssl signature with the same kept key, and
//! `verify_own` beside the bare verification.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a benchmark fails by panicking")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use latchkey::jobs::rotate_keys::{RotateKeys, Work};
use latchkey::keys::sealing::{Kek, KekRing};
use latchkey::keys::{Algorithm, Expected, KeyPolicy, KeyRing};
use latchkey::ports::{Clock, SystemClock, SystemEntropy};
use latchkey::records::Tenant;
use latchkey::storage::Store;
use openssl::ec::EcKey;
use openssl::ecdsa::EcdsaSig;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::sign::Signer;
use std::hint::black_box;
use std::sync::Arc;
use time::Duration;

const ISSUER: &str = "https://id.example";

/// The claims of a usual access token. RFC 9068 §2.2.
#[derive(serde::Serialize, serde::Deserialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    client_id: &'a str,
    scope: &'a str,
    jti: &'a str,
    iat: i64,
    exp: i64,
}

fn ring() -> Arc<KeyRing> {
    let keks = Arc::new(KekRing::new(Kek::new([1; 32]), Vec::new()));
    let ring = Arc::new(KeyRing::new(Tenant::default_tenant(), KeyPolicy::default(), keks));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let job = RotateKeys::new(Arc::clone(&ring), Store::memory(), clock, Arc::new(SystemEntropy));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(job.settle(Work::All)).unwrap();
    ring
}

/// One signature with a kept key, as bare as the `openssl` crate allows.
enum Bare {
    Es256(EcKey<Private>),
    Rs256(PKey<Private>),
    EdDsa(PKey<Private>),
}

impl Bare {
    fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Es256 => Self::Es256(PKey::ec_gen("prime256v1").unwrap().ec_key().unwrap()),
            Algorithm::Rs256 => Self::Rs256(PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap()),
            Algorithm::EdDsa => Self::EdDsa(PKey::generate_ed25519().unwrap()),
        }
    }

    fn sign(&self, input: &[u8]) -> usize {
        match self {
            Self::Es256(key) => {
                let signature = EcdsaSig::sign(&openssl::sha::sha256(input), key).unwrap();
                signature.r().num_bytes().unsigned_abs() as usize
            }
            Self::Rs256(key) => {
                let mut signer = Signer::new(MessageDigest::sha256(), key).unwrap();
                signer.sign_oneshot_to_vec(input).unwrap().len()
            }
            Self::EdDsa(key) => {
                Signer::new_without_digest(key).unwrap().sign_oneshot_to_vec(input).unwrap().len()
            }
        }
    }
}

fn signing(criterion: &mut Criterion) {
    let ring = ring();
    let now = SystemClock.now();
    let expires_at = now + Duration::minutes(5);
    let claims = Claims {
        iss: ISSUER,
        sub: "2f1c7a52-3f5e-4d8e-9d0c-0b6d3f7f9a10",
        aud: "https://api.example",
        client_id: "service",
        scope: "orders.read orders.write",
        jti: "0b6d3f7f9a102f1c7a523f5e4d8e9d0c",
        iat: now.unix_timestamp(),
        exp: expires_at.unix_timestamp(),
    };
    for algorithm in Algorithm::ALL {
        let sign = || ring.load().sign_jwt(algorithm, "at+jwt", &claims, now, expires_at).unwrap();
        let token = sign();
        let input = token.rsplit_once('.').unwrap().0.as_bytes();
        let bare = Bare::new(algorithm);
        let mut group = criterion.benchmark_group(algorithm.as_str());
        group.throughput(Throughput::Elements(1));
        group
            .bench_function("bare openssl signature", |bencher| bencher.iter(|| bare.sign(black_box(input))));
        group.bench_function("sign_jwt", |bencher| bencher.iter(sign));
        let expected = Expected { typ: "at+jwt", issuer: ISSUER, now, leeway: Duration::ZERO };
        group.bench_function("verify_own", |bencher| {
            bencher.iter(|| {
                let claims: serde_json::Value = ring.load().verify_own(black_box(&token), &expected).unwrap();
                claims
            });
        });
        group.finish();
    }
    criterion.bench_function("load a snapshot", |bencher| {
        bencher.iter(|| black_box(ring.load()).jwks().is_some());
    });
}

criterion_group!(benches, signing);
criterion_main!(benches);
