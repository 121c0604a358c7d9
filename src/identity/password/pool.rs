//! The password pool: argon2id on threads of its own, so that nothing else waits behind a login.
//!
//! One worker a core, each with its memory; a bounded queue, and beyond it [`PoolError::Busy`]. The work belongs to
//! the pool: a client that hangs up frees no place early, so hanging up and asking again gains nothing.

use super::hashing::{self, Memory, Verdict};
use super::params::{HashParams, ParamsError};
use super::phc::PasswordHash;
use super::reply;
use super::workers::{Full, Workers};
use secrecy::{ExposeSecret as _, SecretString};
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// After how long a caller who found the queue full should come back: about the time that the default queue takes.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// How the pool is laid out.
#[derive(Debug, Clone, Copy)]
pub struct PoolPolicy {
    /// The cost of a hash.
    pub params: HashParams,
    /// How many threads hash. By default one a core.
    pub workers: NonZeroUsize,
    /// How many jobs may wait, beside those that are being worked on. By default 64.
    pub queue: NonZeroUsize,
}

impl Default for PoolPolicy {
    fn default() -> Self {
        Self {
            params: HashParams::default(),
            workers: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            queue: NonZeroUsize::MIN.saturating_add(63),
        }
    }
}

/// Why the pool gives no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolError {
    /// The queue is full.
    Busy {
        /// When to try again.
        retry_after: Duration,
    },
    /// The worker failed: no memory, or a fault of ours.
    Failed,
}

impl fmt::Display for PoolError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy { retry_after } => {
                write!(
                    formatter,
                    "too many passwords are being checked: try again in {} s",
                    retry_after.as_secs()
                )
            }
            Self::Failed => formatter.write_str("the password could not be hashed"),
        }
    }
}

impl std::error::Error for PoolError {}

/// The pool. Shared by reference or in an [`Arc`]; its threads end when it is dropped.
pub struct PasswordPool {
    params: HashParams,
    workers: Workers,
    hashed: Arc<AtomicU64>,
}

/// Why the pool cannot start.
#[derive(Debug)]
pub enum PoolStartError {
    /// The parameters are too weak for a release build.
    Params(ParamsError),
    /// The threads cannot be started.
    Threads(std::io::Error),
}

impl fmt::Display for PoolStartError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Params(error) => error.fmt(formatter),
            Self::Threads(error) => write!(formatter, "the password threads cannot be started: {error}"),
        }
    }
}

impl std::error::Error for PoolStartError {}

impl PasswordPool {
    /// Starts the threads.
    pub fn start(policy: PoolPolicy) -> Result<Self, PoolStartError> {
        policy.params.check().map_err(PoolStartError::Params)?;
        let workers =
            Workers::start(policy.workers, policy.queue, policy.params).map_err(PoolStartError::Threads)?;
        Ok(Self { params: policy.params, workers, hashed: Arc::default() })
    }

    /// Compares a prepared password ([`super::prepare`]) with a stored PHC string. Without one, as for a person who
    /// does not exist, the same work is done and the answer is [`Verdict::Wrong`].
    pub async fn verify(&self, password: SecretString, stored: Option<String>) -> Result<Verdict, PoolError> {
        let params = self.params;
        self.ask(move |memory| hashing::verify(memory, params, password.expose_secret(), stored.as_deref()))
            .await
    }

    /// Hashes a prepared password with a salt of 128 random bits (from the act's seed).
    pub async fn hash(&self, password: SecretString, salt: [u8; 16]) -> Result<PasswordHash, PoolError> {
        let params = self.params;
        self.ask(move |memory| hashing::hash(memory, params, password.expose_secret(), salt)).await
    }

    /// As [`PasswordPool::hash`], on the caller's own thread and beside the queue: for the command line.
    pub fn hash_blocking(&self, password: &SecretString, salt: [u8; 16]) -> Result<PasswordHash, PoolError> {
        self.hashed.fetch_add(1, Ordering::Relaxed);
        hashing::hash(&mut Memory::default(), self.params, password.expose_secret(), salt)
            .map_err(|_| PoolError::Failed)
    }

    /// How many hashes were made since the start, for metrics.
    pub fn hashed(&self) -> u64 {
        self.hashed.load(Ordering::Relaxed)
    }

    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> Result<T, argon2::Error> + Send + 'static,
    ) -> Result<T, PoolError> {
        let (answer, reply) = reply::channel();
        let hashed = Arc::clone(&self.hashed);
        let job = Box::new(move |memory: &mut Memory| {
            let before = memory.hashes();
            let outcome = work(memory);
            hashed.fetch_add(memory.hashes() - before, Ordering::Relaxed);
            answer.send(outcome);
        });
        self.workers.submit(job).map_err(|Full| PoolError::Busy { retry_after: RETRY_AFTER })?;
        reply.await.and_then(Result::ok).ok_or(PoolError::Failed)
    }
}

impl fmt::Debug for PasswordPool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PasswordPool").field("params", &self.params).finish_non_exhaustive()
    }
}
