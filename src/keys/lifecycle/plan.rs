//! What is to be done now, and when to look again: a pure function of the stored keys.

use super::super::Algorithm;
use super::KeyPolicy;
use crate::records::{KeyState, SigningKey};
use time::OffsetDateTime;

/// The time at which a plan is made.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The present instant.
    pub now: OffsetDateTime,
    /// Since when this process has served these keys without its clock having been set back.
    pub steady_since: OffsetDateTime,
}

/// One thing to do. Each is safe to do twice, and safe to do late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Make a key: the first of a new server, active at once, or else a pending one.
    Create {
        /// Its algorithm.
        algorithm: Algorithm,
        /// Whether it is active at once.
        first: bool,
    },
    /// Put a pending key into the JWKS.
    Publish(String),
    /// Note that the served JWKS holds the key: its lead time begins.
    Serve(String),
    /// Let the spare sign; the key that signed so far retires.
    Activate(String),
    /// Stop signing with a key whose algorithm is not offered any more.
    Retire(String),
    /// Take a key out of the JWKS for good.
    Remove(String),
    /// Bind a key to the longer token life of a changed policy.
    Lengthen(String),
}

/// What is to be done at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What is due now.
    pub steps: Vec<Step>,
    /// The next instant at which something falls due; none where the steps come first and bring their own.
    pub next_due: Option<OffsetDateTime>,
}

/// Makes the plan for one tenant's keys. Those in `keys` count as served, so the view that follows from them must
/// have been swapped in before.
// OIDC Core §10.1.1: keys turn, published ahead, and the old ones stay as long as what they signed.
pub fn plan(keys: &[SigningKey], policy: &KeyPolicy, moment: Moment) -> Plan {
    let mut planner = Planner { keys, policy, moment, plan: Plan { steps: Vec::new(), next_due: None } };
    for algorithm in Algorithm::ALL {
        if policy.algorithms.contains(&algorithm) {
            planner.turn(algorithm);
        } else {
            planner.wind_down(algorithm);
        }
    }
    planner.lengthen();
    planner.remove_retired();
    planner.plan
}

/// Whether the tenant's first keys are still being made. Until one of each algorithm stands, the JWKS is served with
/// a max-age of zero, so no verifier holds one without them, and they may sign at once.
///
/// It ends for good when the first spare's lead time begins.
pub fn is_founding(keys: &[SigningKey]) -> bool {
    keys.iter().all(|key| key.first || key.ready_at.is_none())
}

struct Planner<'a> {
    keys: &'a [SigningKey],
    policy: &'a KeyPolicy,
    moment: Moment,
    plan: Plan,
}

impl Planner<'_> {
    /// Keeps one active key and one spare.
    fn turn(&mut self, algorithm: Algorithm) {
        let active = self.find(algorithm, KeyState::Active);
        if let Some(pending) = self.find(algorithm, KeyState::Pending) {
            self.plan.steps.push(Step::Publish(pending.kid.clone()));
            return;
        }
        let Some(spare) = self.find(algorithm, KeyState::Published) else {
            let first = active.is_none() && self.may_found(algorithm);
            self.plan.steps.push(Step::Create { algorithm, first });
            return;
        };
        match spare.ready_at {
            // Published "later than now": the clock was set back, and the lead time begins anew.
            Some(_) if spare.publish_at > self.moment.now => {
                self.plan.steps.push(Step::Serve(spare.kid.clone()));
            }
            None if self.awaits_first_keys() => {}
            None => self.plan.steps.push(Step::Serve(spare.kid.clone())),
            Some(ready_at) => {
                let settled = self.moment.steady_since.saturating_add(self.policy.jwks_max_age * 2);
                let retire_at = active.map_or(ready_at, |active| active.retire_at);
                let due = ready_at.max(settled).max(retire_at).max(spare.activate_at);
                self.when(due, Step::Activate(spare.kid.clone()));
            }
        }
    }

    /// Whether a first key of this algorithm may sign at once: no verifier can hold a JWKS that lacks it.
    fn may_found(&self, algorithm: Algorithm) -> bool {
        is_founding(self.keys) && !self.keys.iter().any(|key| key.algorithm == algorithm)
    }

    fn awaits_first_keys(&self) -> bool {
        self.policy.algorithms.iter().any(|algorithm| self.may_found(*algorithm))
    }

    /// Lets the keys of an algorithm that is not offered any more live to their end, without successors.
    fn wind_down(&mut self, algorithm: Algorithm) {
        let keys = self.keys;
        for key in keys.iter().filter(|key| key.algorithm == algorithm) {
            match key.state {
                KeyState::Pending | KeyState::Published => {
                    self.when(key.activate_at, Step::Remove(key.kid.clone()));
                }
                KeyState::Active => self.when(key.retire_at, Step::Retire(key.kid.clone())),
                KeyState::Retired | KeyState::Revoked => {}
            }
        }
    }

    fn lengthen(&mut self) {
        let life = self.policy.signed_life();
        let short = |key: &&SigningKey| {
            key.token_life < life && matches!(key.state, KeyState::Active | KeyState::Published)
        };
        let steps = self.keys.iter().filter(short).map(|key| Step::Lengthen(key.kid.clone()));
        self.plan.steps.extend(steps);
    }

    fn remove_retired(&mut self) {
        let keys = self.keys;
        for key in keys.iter().filter(|key| key.state == KeyState::Retired) {
            let settled = self.moment.steady_since.saturating_add(self.policy.kept_for(key.token_life));
            self.when(key.remove_at.max(settled), Step::Remove(key.kid.clone()));
        }
    }

    fn find(&self, algorithm: Algorithm, state: KeyState) -> Option<&SigningKey> {
        self.keys.iter().find(|key| key.algorithm == algorithm && key.state == state)
    }

    /// Takes the step if it is due, and otherwise remembers when it will be.
    fn when(&mut self, due: OffsetDateTime, step: Step) {
        if self.moment.now >= due {
            self.plan.steps.push(step);
        } else {
            self.plan.next_due = Some(self.plan.next_due.map_or(due, |next| next.min(due)));
        }
    }
}
