//! A model of a server, its clock, and verifiers that cache: what happens to keys over years, in moments.
//!
//! The keys are stand-ins without cryptography: what is tried is the plan and the units of work that carry it out.

use super::epoch;
use latchkey::keys::lifecycle::{self, Emergency, KeyPolicy, Moment, Step};
use latchkey::keys::{Algorithm, NewKey};
use latchkey::records::{KeyState, PublicKey, SigningKey, Tenant};
use latchkey::storage::{Store, Txn};
use std::collections::{HashMap, HashSet};
use time::{Duration, OffsetDateTime};

/// A verifier: it fetches when its copy is older than its max-age, and never earlier.
#[derive(Default)]
struct Verifier {
    kids: HashSet<String>,
    fresh_until: Option<i64>,
}

struct Token {
    kid: String,
    issued_at: OffsetDateTime,
    expires_at: OffsetDateTime,
}

pub(super) struct World {
    store: Store,
    pub(super) policy: KeyPolicy,
    /// The server's clock.
    now: OffsetDateTime,
    /// Seconds that have passed, whatever the clock was set to.
    elapsed: i64,
    steady_since: OffsetDateTime,
    /// What the server serves and signs with.
    view: Vec<SigningKey>,
    /// When each key was first served, and the lead time that was promised then.
    served_since: HashMap<String, (i64, i64)>,
    /// First keys of a new server: they sign at once, and verifiers know them none the less.
    founders: HashSet<String>,
    /// Keys that an emergency called: neither the lead time nor the verifiers' copies bind them.
    called: HashSet<String>,
    /// Every key that has ever stopped.
    stopped: HashSet<String>,
    /// Algorithms that have had an active key and were offered ever since.
    running: HashSet<Algorithm>,
    tokens: Vec<Token>,
    verifiers: Vec<Verifier>,
    made: u64,
    pub(super) turns: usize,
}

impl World {
    pub(super) fn start(policy: KeyPolicy) -> Self {
        let mut world = Self {
            store: Store::memory(),
            policy,
            now: epoch(),
            elapsed: 0,
            steady_since: epoch(),
            view: Vec::new(),
            served_since: HashMap::new(),
            founders: HashSet::new(),
            called: HashSet::new(),
            stopped: HashSet::new(),
            running: HashSet::new(),
            tokens: Vec::new(),
            verifiers: (0..3).map(|_| Verifier::default()).collect(),
            made: 0,
            turns: 0,
        };
        world.settle(false);
        world
    }

    /// Lets seconds pass with the server up; its job wakes at every `every`th.
    pub(super) fn run(&mut self, seconds: i64, every: i64) {
        for second in 1..=seconds {
            self.pass(1);
            if second % every == 0 {
                self.settle(true);
            }
            self.use_keys();
        }
    }

    /// Lets seconds pass with the store refusing writes: tokens are signed on with what is there.
    pub(super) fn run_without_disk(&mut self, seconds: i64) {
        for _ in 0..seconds {
            self.pass(1);
            self.use_keys();
        }
    }

    /// The server is off for so long, and comes up with this policy.
    pub(super) fn restart(&mut self, seconds: i64, policy: KeyPolicy) {
        self.pass(seconds);
        self.running.retain(|algorithm| policy.algorithms.contains(algorithm));
        self.policy = policy;
        self.steady_since = self.now;
        self.settle(false);
        self.use_keys();
    }

    /// The clock is set back. Tokens that it had issued ahead of time are nobody's promise.
    pub(super) fn set_back(&mut self, seconds: i64) {
        self.now -= Duration::seconds(seconds);
        self.steady_since = self.now;
        let now = self.now;
        self.tokens.retain(|token| token.issued_at <= now);
        self.settle(true);
        self.use_keys();
    }

    /// The operator revokes one of the keys.
    pub(super) fn revoke(&mut self, index: usize) {
        let standing: Vec<_> = self.view.iter().filter(|key| key.state != KeyState::Revoked).collect();
        let Some(key) = standing.get(index % standing.len().max(1)) else { return };
        let (kid, algorithm) = (key.kid.clone(), key.algorithm);
        let emergency = Emergency { kid: kid.clone(), now: self.now, replacement: self.make(algorithm) };
        let policy = self.policy.clone();
        self.unit(move |txn| {
            lifecycle::revoke(txn, &Tenant::default_tenant(), &policy, &emergency).map(drop)
        });
        self.tokens.retain(|token| token.kid != kid);
        self.refresh();
        let active =
            self.view.iter().filter(|key| key.state == KeyState::Active && key.algorithm == algorithm);
        self.called.extend(active.map(|key| key.kid.clone()));
        self.settle(true);
        self.use_keys();
    }

    /// The operator asks for an early turn.
    pub(super) fn rotate_now(&mut self, algorithm: Algorithm) {
        let now = self.now;
        self.unit(move |txn| lifecycle::rotate_now(txn, &Tenant::default_tenant(), algorithm, now).map(drop));
        self.refresh();
        self.settle(true);
        self.use_keys();
    }

    fn pass(&mut self, seconds: i64) {
        self.now += Duration::seconds(seconds);
        self.elapsed += seconds;
    }

    /// What the job does: look, plan, carry out, until nothing is due.
    fn settle(&mut self, slow: bool) {
        for _ in 0..16 {
            let moment = Moment { now: self.now, steady_since: self.steady_since };
            let plan = lifecycle::plan(&self.view, &self.policy, moment);
            let is_slow = |step: &Step| matches!(step, Step::Create { algorithm: Algorithm::Rs256, .. });
            let steps: Vec<Step> = plan.steps.into_iter().filter(|step| slow || !is_slow(step)).collect();
            if steps.is_empty() {
                assert!(plan.next_due.is_none_or(|due| due > self.now));
                return;
            }
            self.carry_out(steps);
        }
        panic!("the plan does not come to rest");
    }

    fn carry_out(&mut self, steps: Vec<Step>) {
        let mut made = Vec::new();
        for step in &steps {
            if let Step::Create { algorithm, first } = step {
                let new = self.make(*algorithm);
                if *first {
                    self.founders.insert(new.kid.clone());
                }
                made.push(new);
            }
            self.turns += usize::from(matches!(step, Step::Activate(_)));
        }
        let (policy, now) = (self.policy.clone(), self.now);
        self.unit(move |txn| {
            lifecycle::apply(txn, &Tenant::default_tenant(), &policy, now, &steps, &made).map(drop)
        });
        self.refresh();
    }

    fn make(&mut self, algorithm: Algorithm) -> NewKey {
        self.made += 1;
        let kid = format!("{}-{}", algorithm.as_str(), self.made);
        let public = PublicKey::Okp { crv: "Ed25519".to_owned(), x: kid.clone() };
        NewKey { kid, algorithm, public, sealed: serde_json::json!("sealed") }
    }

    fn unit(
        &self,
        mut unit: impl FnMut(&mut dyn Txn) -> Result<(), latchkey::storage::Fault> + Send + 'static,
    ) {
        self.store.run_blocking::<(), (), _>(move |txn| Ok(unit(txn)?)).unwrap();
    }

    /// Swaps in the stored keys, and notes what is served from now on.
    fn refresh(&mut self) {
        self.view = lifecycle::load_all(&self.store, &Tenant::default_tenant()).unwrap();
        let lead = self.policy.publish_ahead.whole_seconds();
        for key in self.view.iter().filter(|key| key.state.is_public()) {
            self.served_since.entry(key.kid.clone()).or_insert((self.elapsed, lead));
        }
        for key in &self.view {
            let may_sign = matches!(key.state, KeyState::Pending | KeyState::Published | KeyState::Active);
            assert_eq!(
                key.sealed.is_some(),
                may_sign,
                "the private half of {} key {}",
                key.state.as_str(),
                key.kid
            );
            if !may_sign {
                self.stopped.insert(key.kid.clone());
            }
        }
    }

    /// Signs with every active key, and has every verifier check every token that has not expired.
    fn use_keys(&mut self) {
        self.check_active_keys();
        let life = self.policy.longest_signed_life.whole_seconds();
        let active: Vec<SigningKey> = self
            .view
            .iter()
            .filter(|key| key.state == KeyState::Active && self.policy.algorithms.contains(&key.algorithm))
            .cloned()
            .collect();
        for key in active {
            self.check_lead_time(&key);
            assert!(!self.stopped.contains(&key.kid), "{} signs after it had stopped", key.kid);
            let life = life.min(i64::from(key.token_life));
            self.tokens.push(Token {
                kid: key.kid,
                issued_at: self.now,
                expires_at: self.now + Duration::seconds(life),
            });
        }
        let now = self.now;
        self.tokens.retain(|token| now < token.expires_at);
        self.check_tokens();
    }

    fn check_active_keys(&mut self) {
        for algorithm in Algorithm::ALL {
            let active =
                self.view.iter().filter(|key| key.algorithm == algorithm && key.state == KeyState::Active);
            let count = active.count();
            assert!(count <= 1, "{count} active keys of {algorithm:?}");
            let offered = self.policy.algorithms.contains(&algorithm);
            assert!(count == 1 || !self.running.contains(&algorithm), "no active key of {algorithm:?}");
            if offered && count == 1 {
                self.running.insert(algorithm);
            }
        }
    }

    fn check_lead_time(&self, key: &SigningKey) {
        let (since, lead) = self.served_since[&key.kid];
        let published_for = self.elapsed - since;
        assert!(
            published_for >= lead || self.founders.contains(&key.kid) || self.called.contains(&key.kid),
            "{} signs after {published_for} s in the JWKS, {lead} s were promised",
            key.kid
        );
    }

    fn check_tokens(&mut self) {
        let public: HashSet<String> =
            self.view.iter().filter(|key| key.state.is_public()).map(|key| key.kid.clone()).collect();
        let max_age =
            if lifecycle::is_founding(&self.view) { 0 } else { self.policy.jwks_max_age.whole_seconds() };
        for (index, verifier) in self.verifiers.iter_mut().enumerate() {
            // Each looks at its own rhythm, so their copies differ in age.
            if self.elapsed % (i64::try_from(index).unwrap() + 1) != 0 {
                continue;
            }
            if verifier.fresh_until.is_none_or(|until| self.elapsed >= until) {
                verifier.kids.clone_from(&public);
                verifier.fresh_until = Some(self.elapsed + max_age);
            }
            for token in &self.tokens {
                assert!(public.contains(&token.kid), "the key of an unexpired token, {}, is gone", token.kid);
                let known = verifier.kids.contains(&token.kid) || self.called.contains(&token.kid);
                assert!(known, "verifier {index} does not know {}", token.kid);
            }
        }
    }
}
