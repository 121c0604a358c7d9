//! The setting of these tests: a rehearsing store, a clock that is moved by hand, a cheap pool, a person.

use latchkey::act::Act;
use latchkey::identity::{
    HashParams, KnownDevices, Login, LoginAttempt, LoginPolicy, LoginRefusal, NewUser, PasswordPool,
    PoolPolicy, ProfileChange, SignedIn, UserError, users,
};
use latchkey::ports::{Clock as _, Entropy as _, FixedEntropy, ManualClock};
use latchkey::records::{Tenant, User};
use latchkey::storage::{Stop, Store, Txn};
use secrecy::SecretString;
use serde_json::Value;
use time::OffsetDateTime;

/// Ada's password.
pub(super) const PASSWORD: &str = "plum-tractor-99-violet";

/// Everything a test needs.
pub(super) struct Setting {
    pub(super) store: Store,
    pub(super) clock: ManualClock,
    pub(super) entropy: FixedEntropy,
    pub(super) pool: PasswordPool,
    pub(super) login: Login,
}

/// A pool of one worker and hardly any cost.
pub(super) fn cheap_pool() -> PasswordPool {
    PasswordPool::start(PoolPolicy { params: HashParams::LOWERED, ..PoolPolicy::default() }).unwrap()
}

impl Setting {
    pub(super) fn new() -> Self {
        Self {
            store: Store::memory(),
            clock: ManualClock::at(OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()),
            entropy: FixedEntropy::from(1),
            pool: cheap_pool(),
            login: Login { policy: LoginPolicy::default(), devices: KnownDevices::new([9; 32]) },
        }
    }

    /// A setting in which Ada can sign in with [`PASSWORD`].
    pub(super) fn with_ada() -> (Self, User) {
        let setting = Self::new();
        let ada = setting.add("ada");
        (setting, ada)
    }

    /// The next act.
    pub(super) fn act(&self) -> Act {
        let mut act = Act::internal(
            Tenant::default_tenant(),
            self.clock.now(),
            self.entropy.seed(),
            "request".to_owned(),
        );
        act.remote = Some([192, 0, 2, 7].into());
        act.user_agent = Some("Test/1".to_owned());
        act
    }

    /// Runs a unit of work.
    pub(super) fn run<T, R>(
        &self,
        mut unit: impl FnMut(&mut dyn Txn, &Act) -> Result<T, Stop<R>> + Send + 'static,
    ) -> Result<T, R>
    where
        T: Send + 'static,
        R: Send + 'static,
    {
        let act = self.act();
        self.store.run_blocking(move |txn| unit(txn, &act)).map_err(|stop| match stop {
            Stop::Refused(refusal) => refusal,
            Stop::Fault(fault) => panic!("{fault}"),
        })
    }

    /// Tries to add somebody whose password is [`PASSWORD`].
    pub(super) fn try_add(&self, username: &str) -> Result<User, UserError> {
        let hash = self.pool.hash_blocking(&PASSWORD.into(), [5; 16]).unwrap();
        let new = NewUser {
            username: username.to_owned(),
            password: Some(hash),
            profile: ProfileChange::default(),
        };
        self.run(move |txn, act| users::add(txn, act, "operator", new.clone()))
    }

    /// Adds somebody whose password is [`PASSWORD`].
    pub(super) fn add(&self, username: &str) -> User {
        self.try_add(username).unwrap()
    }

    /// Tries to sign in, in a browser that shows these cookies.
    pub(super) async fn attempt(
        &self,
        attempt: &LoginAttempt,
        password: &str,
    ) -> Result<SignedIn, LoginRefusal> {
        let act = self.act();
        let password = SecretString::from(password);
        let refusal = |stop| match stop {
            Stop::Refused(refusal) => refusal,
            Stop::Fault(fault) => panic!("{fault}"),
        };
        let candidate = self.login.prepare(&self.store, &act, attempt).unwrap();
        self.login.check_delay(&self.store, &act, &candidate).map_err(refusal)?;
        self.login.sign_in(&self.store, &self.pool, &act, &candidate, &password).await.map_err(refusal)
    }

    /// Tries to sign in, in a browser that was never here.
    pub(super) async fn sign_in(&self, username: &str, password: &str) -> Result<SignedIn, LoginRefusal> {
        self.attempt(&stranger(username), password).await
    }

    /// The audit entries of this event, oldest first.
    pub(super) fn audit(&self, event: &str) -> Vec<Value> {
        let entries = self.store.audit(0, 10_000).unwrap();
        let events = entries.iter().map(|entry| serde_json::from_str::<Value>(&entry.event).unwrap());
        events.filter(|entry| entry["event"] == event).collect()
    }
}

/// A login form from a browser without cookies.
pub(super) fn stranger(username: &str) -> LoginAttempt {
    LoginAttempt { username: username.to_owned(), known_device: None, open_session: None }
}
