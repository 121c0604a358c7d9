//! Turning the signing keys: the loop that carries out `keys::lifecycle`'s plan, and the operator's orders.
//!
//! Every round reads the stored keys, swaps in the view that follows from them, and only then plans: so what the plan
//! takes for served is served. New keys are made on a thread that may block, before the unit of work that stores
//! them; each unit appends its transitions to the audit trail.

use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::keys::lifecycle::{self, Emergency, Moment, Plan, Step, Transition};
use crate::keys::{Algorithm, KeyRing, NewKey, generate, server_secret};
use crate::oauth::clients::secret;
use crate::ports::{Clock, Entropy};
use crate::records::SigningKey;
use crate::storage::{Fault, Store, Txn};
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use time::OffsetDateTime;
use tokio::sync::{Mutex as AsyncMutex, Notify};

/// The longest sleep: an order on another node, or a clock that was set, is seen by then.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// The wait after a failure. Keys are due long before they are needed, so nothing hurries.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// More rounds than any plan needs to come to rest; a guard against a plan that never does.
const MOST_ROUNDS: usize = 16;

/// How many clients are looked at in one unit of work.
const CLIENTS_AT_ONCE: usize = 200;

/// Keeps the keys of one tenant. Cheap to clone; every clone works on the same ring and wakes the same loop.
#[derive(Clone)]
pub struct RotateKeys(Arc<Inner>);

struct Inner {
    ring: Arc<KeyRing>,
    store: Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    watch: Mutex<Watch>,
    /// Whether anybody can fetch the view: only then does the lead time of a published key begin.
    serving: AtomicBool,
    /// Held from reading the stored keys to swapping them in, so that an older view never follows a newer one.
    showing: AsyncMutex<()>,
    wake: Notify,
}

/// Since when the clock has gone forward without being set back, and what it said last.
struct Watch {
    steady_since: OffsetDateTime,
    last: OffsetDateTime,
}

impl RotateKeys {
    /// A keeper of the ring's tenant's keys; nothing happens before [`RotateKeys::start`].
    pub fn new(ring: Arc<KeyRing>, store: Store, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        let now = clock.now();
        let watch = Mutex::new(Watch { steady_since: now, last: now });
        Self(Arc::new(Inner {
            ring,
            store,
            clock,
            entropy,
            watch,
            serving: AtomicBool::new(false),
            showing: AsyncMutex::default(),
            wake: Notify::new(),
        }))
    }

    /// Loads the keys, makes those that are missing and quickly made (all but RSA), and returns once they can sign.
    ///
    /// # Errors
    /// A [`Fault`] where the store fails, or a stored key cannot be opened: the server must not start.
    pub async fn start(&self) -> Result<(), Fault> {
        self.settle(Work::Quick).await.map(drop)
    }

    /// From now on the view is served, so the lead times of published keys count. [`RotateKeys::run`] begins with it;
    /// an order that is carried out while no server runs never gets here.
    pub fn begin_serving(&self) {
        self.0.serving.store(true, Ordering::Relaxed);
    }

    /// Runs for ever, beside a server that serves the keys: sleeps until something is due, at most a minute, and does it. Failures are logged and tried
    /// again. Dropping the future stops it at any point without harm.
    pub async fn run(self) {
        self.begin_serving();
        loop {
            let sleep = match self.settle(Work::All).await {
                Ok(Some(due)) => self.until(due),
                Ok(None) => LONGEST_SLEEP,
                Err(fault) => {
                    tracing::error!(%fault, "signing keys could not be turned; trying again");
                    RETRY_AFTER
                }
            };
            tokio::select! {
                () = tokio::time::sleep(sleep) => {}
                () = self.0.wake.notified() => {}
            }
        }
    }

    /// Does everything that is due now, save that nothing is noted as served before it is, and gives the instant at which something will be.
    ///
    /// # Errors
    /// A [`Fault`] where the store fails or a key cannot be made or opened.
    pub async fn settle(&self, work: Work) -> Result<Option<OffsetDateTime>, Fault> {
        for _ in 0..MOST_ROUNDS {
            let Plan { mut steps, next_due } = self.look().await?;
            let serving = self.0.serving.load(Ordering::Relaxed);
            steps.retain(|step| serving || !matches!(step, Step::Serve(_)));
            let (slow, quick): (Vec<_>, Vec<_>) = steps.into_iter().partition(is_slow);
            let steps = if quick.is_empty() && work == Work::All { slow } else { quick };
            if steps.is_empty() {
                return Ok(next_due);
            }
            self.carry_out(steps).await?;
        }
        Err(Fault::broken("the plan of the signing keys does not come to rest"))
    }

    /// Swaps in the stored keys, and plans.
    async fn look(&self) -> Result<Plan, Fault> {
        let keys = self.refresh().await?;
        let moment = self.moment();
        Ok(lifecycle::plan(&keys, self.0.ring.policy(), moment))
    }

    /// Reads the stored keys and swaps in the view that follows from them.
    ///
    /// # Errors
    /// A [`Fault`] where the store fails or a key cannot be opened; the view then stays as it was.
    pub async fn refresh(&self) -> Result<Vec<SigningKey>, Fault> {
        let _showing = self.0.showing.lock().await;
        let tenant = self.0.ring.tenant().clone();
        let keys = self.unit(move |txn| lifecycle::load_all(txn, &tenant)).await?;
        self.0.ring.show(&keys)?;
        Ok(keys)
    }

    async fn carry_out(&self, steps: Vec<Step>) -> Result<(), Fault> {
        let mut made = Vec::new();
        for step in &steps {
            if let Step::Create { algorithm, .. } = step {
                made.push(self.make(*algorithm).await?);
            }
        }
        let act = self.act();
        let policy = self.0.ring.policy().clone();
        self.unit(move |txn| {
            let changes = lifecycle::apply(txn, &act.tenant, &policy, act.now, &steps, &made)?;
            record(txn, &act, "server", &changes)
        })
        .await
    }

    /// Revokes a key in an emergency ([`lifecycle::revoke`]); on return the view without it is served.
    /// Gives what changed: nothing where there is no such key, or it is revoked already.
    ///
    /// # Errors
    /// A [`Fault`] where the store fails or the replacement cannot be made.
    pub async fn revoke(&self, act: &Act, kid: &str) -> Result<Vec<Transition>, Fault> {
        let keys = self.refresh().await?;
        let Some(key) = keys.iter().find(|key| key.kid == kid) else { return Ok(Vec::new()) };
        let replacement = self.make(key.algorithm).await?;
        let emergency = Emergency { kid: kid.to_owned(), now: act.now, replacement };
        let (act, policy) = (act.clone(), self.0.ring.policy().clone());
        let changes = self.unit(move |txn| {
            let changes = lifecycle::revoke(txn, &act.tenant, &policy, &emergency)?;
            record(txn, &act, "operator", &changes)?;
            Ok(changes)
        });
        let changes = changes.await?;
        self.settle(Work::Quick).await?;
        self.0.wake.notify_one();
        Ok(changes)
    }

    /// Asks for a turn as soon as the spare's lead time allows ([`lifecycle::rotate_now`]), and gives that instant.
    ///
    /// # Errors
    /// A [`Fault`] where the store fails.
    pub async fn rotate_now(&self, act: &Act, algorithm: Algorithm) -> Result<Option<OffsetDateTime>, Fault> {
        let act = act.clone();
        let ordered = self.unit(move |txn| {
            let ordered = lifecycle::rotate_now(txn, &act.tenant, algorithm, act.now)?;
            if ordered.changed {
                Entry::new(&act, Event::KeyChanged)
                    .actor("operator")
                    .target(algorithm.as_str())
                    .because("rotation_ordered")
                    .append(txn)?;
            }
            Ok(ordered)
        });
        let at = ordered.await?.ready_at;
        self.settle(Work::Quick).await?;
        self.0.wake.notify_one();
        Ok(at)
    }

    /// Seals every private key and server secret under the active key-encryption key, and gives how many were under another.
    ///
    /// # Errors
    /// A [`Fault`] where the store fails or a seal cannot be opened.
    pub async fn rewrap(&self, act: &Act) -> Result<usize, Fault> {
        let clients = self.rewrap_clients(act).await?;
        let (act, ring) = (act.clone(), Arc::clone(&self.0.ring));
        self.unit(move |txn| {
            let count = clients
                + lifecycle::rewrap(txn, &act.tenant, ring.keks(), &act.seed)?
                + server_secret::rewrap(txn, &act.tenant, ring.keks(), &act.seed)?;
            Entry::new(&act, Event::KeyRewrapped)
                .actor("operator")
                .target(ring.keks().active().id())
                .append(txn)?;
            Ok(count)
        })
        .await
    }

    /// The same for the secrets of clients, so many in each unit of work.
    async fn rewrap_clients(&self, act: &Act) -> Result<usize, Fault> {
        let (mut count, mut after) = (0, None::<String>);
        loop {
            let (act, ring, from) = (act.clone(), Arc::clone(&self.0.ring), after.take());
            let unit = self.unit(move |txn| {
                let sealing = (ring.keks(), &act.seed);
                secret::rewrap(txn, &act.tenant, sealing, from.as_deref(), CLIENTS_AT_ONCE)
            });
            let (rewrapped, next) = unit.await?;
            count += rewrapped;
            match next {
                Some(next) => after = Some(next),
                None => return Ok(count),
            }
        }
    }

    async fn make(&self, algorithm: Algorithm) -> Result<NewKey, Fault> {
        let ring = Arc::clone(&self.0.ring);
        let seed = self.0.entropy.seed();
        let made = tokio::task::spawn_blocking(move || {
            generate(algorithm, ring.policy().rsa_bits, ring.keks(), &seed)
        });
        Ok(made.await.map_err(|_| Fault::broken("the thread that makes keys ended early"))??)
    }

    async fn unit<T: Send + 'static>(
        &self,
        mut unit: impl FnMut(&mut dyn Txn) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let ended = self.0.store.run::<T, Infallible, _>(move |txn| Ok(unit(txn)?)).await;
        ended.map_err(Fault::from)
    }

    fn act(&self) -> Act {
        let seed = self.0.entropy.seed();
        let request_id = format!("rotate-keys-{}", seed.uuid("request id"));
        Act::internal(self.0.ring.tenant().clone(), self.0.clock.now(), seed, request_id)
    }

    /// The present moment. A clock that was set back begins a new steady stretch.
    fn moment(&self) -> Moment {
        let now = self.0.clock.now();
        let mut watch = self.0.watch.lock().unwrap_or_else(PoisonError::into_inner);
        if now < watch.last {
            watch.steady_since = now;
        }
        watch.last = now;
        Moment { now, steady_since: watch.steady_since }
    }

    fn until(&self, due: OffsetDateTime) -> Duration {
        let wait = Duration::try_from(due - self.0.clock.now()).unwrap_or(Duration::ZERO);
        wait.clamp(Duration::from_millis(1), LONGEST_SLEEP)
    }
}

/// How much [`RotateKeys::settle`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Leaves out what takes long to make: RSA keys.
    Quick,
    /// Everything.
    All,
}

fn is_slow(step: &Step) -> bool {
    matches!(step, Step::Create { algorithm: Algorithm::Rs256, .. })
}

/// Appends each change of a key to the audit trail.
fn record(txn: &mut dyn Txn, act: &Act, actor: &str, changes: &[Transition]) -> Result<(), Fault> {
    for change in changes {
        let target = format!("{} {}", change.algorithm.as_str(), change.kid);
        Entry::new(act, Event::KeyChanged)
            .actor(actor)
            .target(target)
            .because(change.reached())
            .append(txn)?;
    }
    Ok(())
}
