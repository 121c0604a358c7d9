//! The JWKS document. RFC 7517.

use super::{Keys, kek_ring, quick_policy};
use latchkey::jobs::rotate_keys::Work;
use latchkey::keys::{Algorithm, KeyPolicy, KeyRing};
use latchkey::records::Tenant;
use std::sync::Arc;
use time::Duration;

async fn document(policy: KeyPolicy) -> (serde_json::Value, String) {
    let keys = Keys::start(policy).await;
    keys.job.settle(Work::All).await.unwrap();
    let snapshot = keys.ring.load_full();
    let jwks = snapshot.jwks().unwrap();
    (serde_json::from_slice(&jwks.body).unwrap(), jwks.etag.clone())
}

/// RFC 7517 §4, RFC 7518 §6: public members alone, and `kid`, `alg`, `use` in each.
#[tokio::test]
async fn every_key_says_what_it_is_and_nothing_private() {
    let (document, _) = document(KeyPolicy::default()).await;
    let keys = document["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 6, "an active key and a spare for each algorithm");
    for key in keys {
        let mut members: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        let expected: &[&str] = match key["alg"].as_str().unwrap() {
            "ES256" => &["alg", "crv", "kid", "kty", "use", "x", "y"],
            "RS256" => &["alg", "e", "kid", "kty", "n", "use"],
            "EdDSA" => &["alg", "crv", "kid", "kty", "use", "x"],
            other => panic!("unexpected algorithm {other}"),
        };
        assert_eq!(members, expected);
        assert_eq!(key["use"], "sig");
        assert_eq!(key["kid"].as_str().unwrap().len(), 43);
        if key["kty"] == "EC" {
            assert_eq!((key["x"].as_str().unwrap().len(), key["y"].as_str().unwrap().len()), (43, 43));
        }
    }
}

/// RFC 9110 §8.8.3: the entity tag is strong, and changes with the bytes alone.
#[tokio::test]
async fn the_entity_tag_follows_the_bytes() {
    let keys = Keys::start(quick_policy()).await;
    let tag = |keys: &Keys| keys.ring.load().jwks().unwrap().etag.clone();
    let first = tag(&keys);
    assert!(first.starts_with('"') && first.ends_with('"') && first.len() > 20);
    keys.pass(Duration::minutes(10)).await;
    assert_eq!(tag(&keys), first);
    keys.pass(Duration::days(31)).await;
    assert_ne!(tag(&keys), first);
}

#[tokio::test]
async fn no_empty_key_set_is_ever_served() {
    let ring = KeyRing::new(Tenant::default_tenant(), quick_policy(), Arc::new(kek_ring(1)));
    assert!(ring.load().jwks().is_none());
    ring.show(&[]).unwrap();
    assert!(ring.load().jwks().is_none());
    assert!(ring.load().signer(Algorithm::Es256).is_none());
}

/// While the RSA key of a new server is still being made, no verifier may hold on to a document without it.
#[tokio::test]
async fn a_document_without_the_first_rsa_key_is_not_cached() {
    let keys = Keys::start(KeyPolicy::default()).await;
    assert!(keys.ring.load().signer(Algorithm::Rs256).is_none(), "RSA keys are made in the background");
    assert!(keys.ring.load().signer(Algorithm::Es256).is_some());
    assert_eq!(keys.ring.load().jwks().unwrap().max_age, Duration::ZERO);
    keys.job.settle(Work::All).await.unwrap();
    assert!(keys.ring.load().signer(Algorithm::Rs256).is_some());
    assert_eq!(keys.ring.load().jwks().unwrap().max_age, KeyPolicy::default().jwks_max_age);
}
