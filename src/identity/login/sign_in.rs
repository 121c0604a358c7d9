//! The whole of a login, as its page calls it.

use super::{Candidate, Login, LoginRefusal, SignedIn};
use crate::act::Act;
use crate::identity::password::{self, PasswordPool, PoolError, Verdict};
use crate::identity::users;
use crate::storage::{Fault, Stop, Store};
use secrecy::SecretString;

impl Login {
    /// Signs a person in with a password as it was typed.
    ///
    /// The address's bucket ([`super::AddressLimit`]) is the caller's to ask first, and then [`Login::prepare`] and
    /// [`Login::check_delay`]. Whatever is refused here is in the audit trail when this returns.
    pub async fn sign_in(
        &self,
        store: &Store,
        pool: &PasswordPool,
        act: &Act,
        candidate: &Candidate,
        password: &SecretString,
    ) -> Result<SignedIn, Stop<LoginRefusal>> {
        let verdict = compare(pool, candidate, password).await.map_err(stop)?;
        let signed_in = self.conclude(store, act, candidate, verdict).await?;
        if verdict == (Verdict::Right { rehash: true }) {
            strengthen(store, pool, act, candidate, &signed_in, password).await;
        }
        Ok(signed_in)
    }

    async fn conclude(
        &self,
        store: &Store,
        act: &Act,
        candidate: &Candidate,
        verdict: Verdict,
    ) -> Result<SignedIn, Stop<LoginRefusal>> {
        let (login, act, candidate) = (self.clone(), act.clone(), candidate.clone());
        store.run(move |txn| login.decide(txn, &act, &candidate, verdict)).await
    }
}

/// A text that can be no password is wrong without being hashed: that depends on the text alone, not on the person.
async fn compare(
    pool: &PasswordPool,
    candidate: &Candidate,
    password: &SecretString,
) -> Result<Verdict, PoolError> {
    match password::prepare(password) {
        Ok(prepared) => pool.verify(prepared, candidate.stored().map(str::to_owned)).await,
        Err(_) => Ok(Verdict::Wrong),
    }
}

fn stop(error: PoolError) -> Stop<LoginRefusal> {
    match error {
        PoolError::Busy { retry_after } => Stop::Refused(LoginRefusal::Busy { retry_after }),
        PoolError::Failed => Stop::Fault(Fault::unavailable("a password could not be hashed")),
    }
}

/// Replaces a hash of lower parameters. The login stands whether or not this works; the next one tries again.
async fn strengthen(
    store: &Store,
    pool: &PasswordPool,
    act: &Act,
    candidate: &Candidate,
    signed_in: &SignedIn,
    password: &SecretString,
) {
    let (Some(old), Ok(prepared)) = (candidate.stored().map(str::to_owned), password::prepare(password))
    else {
        return;
    };
    let Ok(new) = pool.hash(prepared, act.seed.expand_16("password.rehash.salt")).await else { return };
    let (owned_act, id) = (act.clone(), signed_in.user.id);
    let stored = store.run(move |txn| users::strengthen_hash(txn, &owned_act, id, &old, new.clone())).await;
    if stored.is_err() {
        tracing::warn!(request_id = act.request_id, "a stronger password hash could not be stored");
    }
}
