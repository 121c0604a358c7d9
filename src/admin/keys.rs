//! Orders about signing keys.

use super::{Answer, Change, Instant, Refusal, Services};
use crate::keys::lifecycle::Transition;
use crate::keys::{Algorithm, lifecycle};
use crate::records::{KeyState, SigningKey};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// An order about signing keys.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyOrder {
    /// Lists the keys.
    List,
    /// Asks for a turn as soon as the spare's lead time allows.
    Rotate {
        /// Of which algorithm.
        alg: Algorithm,
    },
    /// Withdraws a key at once.
    Revoke {
        /// Which.
        kid: String,
    },
    /// Seals every private key and server secret under the active key-encryption key.
    Rewrap,
}

/// A signing key as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyView {
    /// Its identifier.
    pub kid: String,
    /// Its algorithm.
    pub alg: Algorithm,
    /// Where it stands: `pending`, `published`, `active`, `retired` or `revoked`.
    pub state: KeyState,
    /// When it was made.
    pub created_at: Instant,
    /// What happens to it next; none for a revoked key.
    pub next: Option<NextStep>,
}

/// What happens to a key next, and when at the earliest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextStep {
    /// `publish`, `activate`, `retire` or `remove`.
    pub step: String,
    /// When.
    pub at: Instant,
}

/// The keys as the operator sees them, in the same order.
fn views(keys: &[SigningKey]) -> Vec<KeyView> {
    let turn = |key: &SigningKey| key.ready_at.unwrap_or(key.activate_at).max(key.activate_at);
    keys.iter()
        .map(|key| {
            let spare = keys
                .iter()
                .find(|spare| spare.algorithm == key.algorithm && spare.state == KeyState::Published);
            KeyView::of(key, turn(key), spare.map_or(key.retire_at, |spare| turn(spare).max(key.retire_at)))
        })
        .collect()
}

impl KeyView {
    /// The view of a key that may become active at `turn`, or retires once its successor may at `relieved`.
    fn of(key: &SigningKey, turn: OffsetDateTime, relieved: OffsetDateTime) -> Self {
        let at = |step: &str, at: OffsetDateTime| Some(NextStep { step: step.to_owned(), at: at.into() });
        let next = match key.state {
            KeyState::Pending => at("publish", key.publish_at),
            KeyState::Published => at("activate", turn),
            KeyState::Active => at("retire", relieved),
            KeyState::Retired => at("remove", key.remove_at),
            KeyState::Revoked => None,
        };
        let created_at = key.created_at.into();
        Self { kid: key.kid.clone(), alg: key.algorithm, state: key.state, created_at, next }
    }
}

pub(super) async fn execute(services: &Services, order: KeyOrder) -> Result<Answer, Refusal> {
    let act = services.act();
    match order {
        KeyOrder::List => {
            let mut keys = lifecycle::load_all(&services.store, &services.tenant)?;
            keys.sort_by(|a, b| {
                (a.algorithm.as_str(), a.created_at, &a.kid).cmp(&(
                    b.algorithm.as_str(),
                    b.created_at,
                    &b.kid,
                ))
            });
            Ok(Answer::Keys(views(&keys)))
        }
        KeyOrder::Rotate { alg } => {
            let at = services.rotation.rotate_now(&act, alg).await?;
            Ok(Answer::Rotation(at.map(Instant::from)))
        }
        KeyOrder::Revoke { kid } => {
            let changes = services.rotation.revoke(&act, &kid).await?;
            if changes.is_empty() {
                return Err(Refusal::new(
                    "there is no such key, or it is revoked: `latchkey key list` shows all",
                ));
            }
            // A new key is made and published in one go: what counts is where it stands in the end.
            let mut last: Vec<Transition> = Vec::new();
            for change in changes {
                last.retain(|before| before.kid != change.kid);
                last.push(change);
            }
            let changes = last.into_iter().map(|change| Change {
                alg: change.algorithm.as_str().to_owned(),
                state: change.reached().to_owned(),
                kid: change.kid,
            });
            Ok(Answer::Changed(changes.collect()))
        }
        KeyOrder::Rewrap => Ok(Answer::Rewrapped(services.rotation.rewrap(&act).await?)),
    }
}
