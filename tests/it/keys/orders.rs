//! What the operator orders: emergency revocation, an early turn, a rewrap.

use super::{Keys, kek_ring, quick_policy};
use latchkey::act::Act;
use latchkey::jobs::rotate_keys::RotateKeys;
use latchkey::keys::lifecycle::load_all;
use latchkey::keys::sealing::{Kek, KekRing};
use latchkey::keys::{Algorithm, Expected, VerifyError};
use latchkey::oauth::clients;
use latchkey::ports::Seed;
use latchkey::records::{Client, KeyState, Tenant};
use serde_json::{Value, json};
use time::Duration;

const ES256: Algorithm = Algorithm::Es256;

fn act(keys: &Keys) -> Act {
    Act::internal(Tenant::default_tenant(), keys.now(), Seed::new([5; 32]), "test".to_owned())
}

fn token(keys: &Keys) -> String {
    let now = keys.now();
    let claims = json!({ "iss": "i", "exp": now.unix_timestamp() + 300 });
    keys.ring.load().sign_jwt(ES256, "JWT", &claims, now, now + Duration::minutes(5)).unwrap()
}

fn verify(keys: &Keys, token: &str) -> Result<(), VerifyError> {
    let expected = Expected { typ: "JWT", issuer: "i", now: keys.now(), leeway: Duration::ZERO };
    keys.ring.load().verify_own::<Value>(token, &expected).map(drop)
}

fn state_of(keys: &Keys, kid: &str) -> Option<KeyState> {
    let all = load_all(&keys.store, &Tenant::default_tenant()).unwrap();
    all.iter().find(|key| key.kid == kid).map(|key| key.state)
}

#[tokio::test]
async fn a_revoked_active_key_is_replaced_by_its_published_spare_without_a_wait() {
    let keys = Keys::start(quick_policy()).await;
    let (old, token) = (keys.kid(ES256), token(&keys));
    let published = keys.served();
    let changes = keys.job.revoke(&act(&keys), &old).await.unwrap();
    let reached: Vec<&str> = changes.iter().map(latchkey::keys::lifecycle::Transition::reached).collect();
    assert_eq!(reached, ["revoked", "active", "pending", "published"]);
    assert!(published.contains(&keys.kid(ES256)), "verifiers know the key that signs now");
    assert!(!keys.served().contains(&old));
    assert_eq!(verify(&keys, &token), Err(VerifyError::UnknownKey));
    assert_eq!(keys.served().len(), 4);
    // The tombstone stays, without a private half, whatever time passes.
    keys.pass(Duration::days(400)).await;
    assert_eq!(state_of(&keys, &old), Some(KeyState::Revoked));
    assert!(keys.job.revoke(&act(&keys), &old).await.unwrap().is_empty());
    assert!(keys.job.revoke(&act(&keys), "unknown").await.unwrap().is_empty());
}

#[tokio::test]
async fn every_key_may_be_revoked_one_after_the_other() {
    let keys = Keys::start(quick_policy()).await;
    for _ in 0..5 {
        keys.job.revoke(&act(&keys), &keys.kid(ES256)).await.unwrap();
        assert_eq!(verify(&keys, &token(&keys)), Ok(()));
    }
    assert_eq!(keys.served().len(), 4);
}

#[tokio::test]
async fn a_revoked_spare_is_replaced_and_the_lead_time_begins_anew() {
    let keys = Keys::start(quick_policy()).await;
    let (active, spare) = (keys.kid(ES256), spare(&keys));
    keys.pass(Duration::days(30) - Duration::HOUR).await;
    keys.job.revoke(&act(&keys), &spare).await.unwrap();
    keys.pass(Duration::hours(23)).await;
    assert_eq!(keys.kid(ES256), active, "the old key signs on until the new spare is ready");
    assert_eq!(verify(&keys, &token(&keys)), Ok(()));
    keys.pass(Duration::HOUR).await;
    assert_ne!(keys.kid(ES256), active);
}

fn spare(keys: &Keys) -> String {
    let all = load_all(&keys.store, &Tenant::default_tenant()).unwrap();
    all.into_iter().find(|key| key.algorithm == ES256 && key.state == KeyState::Published).unwrap().kid
}

#[tokio::test]
async fn a_revoked_retired_key_verifies_no_more() {
    let keys = Keys::start(quick_policy()).await;
    keys.pass(Duration::days(30) - Duration::SECOND).await;
    let (old, token) = (keys.kid(ES256), token(&keys));
    keys.pass(Duration::SECOND).await;
    assert_ne!(keys.kid(ES256), old);
    assert_eq!(verify(&keys, &token), Ok(()), "a retired key verifies");
    keys.job.revoke(&act(&keys), &old).await.unwrap();
    assert_eq!(verify(&keys, &token), Err(VerifyError::UnknownKey));
}

#[tokio::test]
async fn an_early_turn_waits_for_the_lead_time_alone() {
    let keys = Keys::start(quick_policy()).await;
    let old = keys.kid(ES256);
    let at = keys.job.rotate_now(&act(&keys), ES256).await.unwrap();
    assert_eq!(at, Some(keys.now() + Duration::days(1)));
    let trail = keys.store.audit(0, usize::MAX).unwrap();
    let orders = trail.iter().filter(|entry| entry.event.contains("rotation_ordered")).count();
    assert_eq!(orders, 1, "the order is in the audit trail");
    keys.pass(Duration::days(1) - Duration::SECOND).await;
    assert_eq!(keys.kid(ES256), old);
    keys.pass(Duration::SECOND).await;
    assert_ne!(keys.kid(ES256), old);
    // The next spare was published with this turn; after its lead time the next order is done at once.
    keys.pass(Duration::days(2)).await;
    let second = keys.kid(ES256);
    assert_eq!(keys.job.rotate_now(&act(&keys), ES256).await.unwrap(), Some(keys.now()));
    keys.pass(Duration::ZERO).await;
    assert_ne!(keys.kid(ES256), second);
}

#[tokio::test]
async fn after_a_rewrap_the_old_kek_is_not_needed() {
    let keys = Keys::start(quick_policy()).await;
    let kid = keys.kid(ES256);
    let both = KekRing::new(Kek::new([2; 32]), vec![Kek::new([1; 32])]);
    let keys = Keys::start_on(keys.store, keys.clock, quick_policy(), both).await.unwrap();
    assert_eq!(keys.job.rewrap(&act(&keys)).await.unwrap(), 4);
    assert_eq!(keys.job.rewrap(&act(&keys)).await.unwrap(), 0);
    let keys = Keys::start_on(keys.store, keys.clock, quick_policy(), kek_ring(2)).await.unwrap();
    assert_eq!(keys.kid(ES256), kid);
    assert_eq!(verify(&keys, &token(&keys)), Ok(()));
}

/// The secrets of clients that sign with them are sealed too; more clients than one unit of work looks at.
#[tokio::test]
async fn a_rewrap_covers_the_secrets_of_clients() {
    let keys = Keys::start(quick_policy()).await;
    for n in 0..205 {
        let method = if n % 100 == 4 { "client_secret_jwt" } else { "client_secret_basic" };
        let client: Client = serde_json::from_value(json!({
            "client_id": format!("client{n:03}"), "grant_types": ["client_credentials"], "scope": "read",
            "token_endpoint_auth_method": method, "require_pkce": true, "rotate_refresh_tokens": true,
            "access_token_signed_response_alg": "ES256", "id_token_signed_response_alg": "ES256",
            "created_at": 1, "updated_at": 1,
        }))
        .unwrap();
        let (act, ring) = (act(&keys), keys.ring.clone());
        let added = keys
            .store
            .run_blocking(move |txn| clients::register(txn, &act, "operator", client.clone(), ring.keks()));
        added.unwrap();
    }
    let both = KekRing::new(Kek::new([2; 32]), vec![Kek::new([1; 32])]);
    let keys = Keys::start_on(keys.store, keys.clock, quick_policy(), both).await.unwrap();
    assert_eq!(keys.job.rewrap(&act(&keys)).await.unwrap(), 4 + 3);
    assert_eq!(keys.job.rewrap(&act(&keys)).await.unwrap(), 0);
}

#[tokio::test]
async fn while_nobody_serves_the_keys_no_lead_time_begins() {
    let keys = Keys::start(quick_policy()).await;
    // As an order is carried out while the server is stopped.
    let entropy = std::sync::Arc::new(latchkey::ports::FixedEntropy::from(9));
    let clock = std::sync::Arc::clone(&keys.clock);
    let offline = RotateKeys::new(keys.ring.clone(), keys.store.clone(), clock, entropy);
    offline.revoke(&act(&keys), &spare(&keys)).await.unwrap();
    let ready = |keys: &Keys| {
        let all = load_all(&keys.store, &Tenant::default_tenant()).unwrap();
        let new = spare(keys);
        all.into_iter().find(|key| key.kid == new).unwrap().ready_at
    };
    assert_eq!(ready(&keys), None);
    // It begins with the server.
    keys.pass(Duration::hours(5)).await;
    assert_eq!(ready(&keys), Some(keys.now() + Duration::days(1)));
}
