//! Before the hash and after it.

use super::throttle::Counter;
use super::{Login, LoginAttempt, LoginRefusal, SignedIn};
use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::identity::browser_session::{self, Opened};
use crate::identity::password::Verdict;
use crate::identity::username::canonical;
use crate::identity::users;
use crate::records::{self, BrowserSession, User};
use crate::storage::{Fault, Read, Stop, Txn};
use uuid::Uuid;

/// The ways of proving who one is that a password login counts as. RFC 8176 §2.
const AMR: &[&str] = &["pwd"];

/// Who claims to be whom, as it was before the password was hashed.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The hash of the name as it was typed, for the audit.
    name: String,
    /// Where a failure counts.
    counter: Counter,
    /// Who has the name, and in which credential epoch.
    person: Option<(Uuid, u32)>,
    /// The session that the browser has open.
    open_session: Option<Uuid>,
    /// The hash to compare with.
    stored: Option<String>,
}

impl Candidate {
    /// The PHC string to compare the password with; none where there is none.
    pub fn stored(&self) -> Option<&str> {
        self.stored.as_deref()
    }

    /// The audit entry of one who came too early.
    pub fn delayed<'a>(&self, act: &'a Act) -> Entry<'a> {
        self.refused(act, "login.delayed")
    }

    /// An audit entry of a login that was refused for `cause`.
    fn refused<'a>(&self, act: &'a Act, cause: &'static str) -> Entry<'a> {
        let entry = Entry::new(act, Event::AuthnLoginFail).refused(cause).actor(&self.name);
        match self.person {
            Some((id, _)) => entry.target(id),
            None => entry,
        }
    }
}

impl Login {
    /// Finds who is meant, and where failures count.
    pub fn prepare(
        &self,
        read: &(impl Read + ?Sized),
        act: &Act,
        attempt: &LoginAttempt,
    ) -> Result<Candidate, Fault> {
        let name = canonical(&attempt.username).unwrap_or_else(|_| attempt.username.clone());
        let user = users::find_by_name(read, &act.tenant, &attempt.username)?;
        let device = match (&user, &attempt.known_device) {
            (Some(user), Some(cookie)) => self.devices.check(act, user, cookie),
            _ => None,
        };
        Ok(Candidate {
            name: self.devices.name_hash(&attempt.username),
            counter: device.unwrap_or_else(|| Counter::of_account(&self.devices.name_hash(&name))),
            person: user.as_ref().map(|user| (user.id, user.credential_epoch)),
            open_session: attempt.open_session,
            stored: user.and_then(|user| user.password),
        })
    }

    /// Refuses a candidate who comes too early. Asked before the hash, to save it, and again by [`Login::decide`],
    /// since many tries may have been made at once. The entry ([`Candidate::delayed`]) is the caller's to write.
    pub fn check_delay(
        &self,
        read: &(impl Read + ?Sized),
        act: &Act,
        candidate: &Candidate,
    ) -> Result<(), Stop<LoginRefusal>> {
        match candidate.counter.wait(read, act, &self.policy.throttle)? {
            None => Ok(()),
            Some(wait) => Err(LoginRefusal::Delayed { retry_after: wait.unsigned_abs() }.into()),
        }
    }

    /// Judges a login whose password was compared, and begins or renews the browser session.
    pub fn decide(
        &self,
        txn: &mut dyn Txn,
        act: &Act,
        candidate: &Candidate,
        verdict: Verdict,
    ) -> Result<SignedIn, Stop<LoginRefusal>> {
        if let Err(stop) = self.check_delay(txn, act, candidate) {
            candidate.delayed(act).append(txn)?;
            return Err(stop);
        }
        match judge(txn, act, candidate, verdict)? {
            Ok(user) => Ok(self.admit(txn, act, candidate, user)?),
            Err(cause) => {
                candidate.refused(act, cause).append(txn)?;
                self.count_failure(txn, act, candidate)?;
                Err(LoginRefusal::Wrong.into())
            }
        }
    }

    fn count_failure(&self, txn: &mut dyn Txn, act: &Act, candidate: &Candidate) -> Result<(), Fault> {
        match candidate.counter.fail(txn, act, &self.policy.throttle)? {
            None => Ok(()),
            Some(_delay) => Entry::new(act, Event::AuthnLoginLock)
                .refused("login.too_many_failures")
                .actor(&candidate.name)
                .append(txn),
        }
    }

    fn admit(
        &self,
        txn: &mut dyn Txn,
        act: &Act,
        candidate: &Candidate,
        user: User,
    ) -> Result<SignedIn, Fault> {
        candidate.counter.clear(txn, act, &self.policy.throttle);
        let Opened { session, cookie } = match self.reopen(txn, act, candidate, &user)? {
            Some(session) => browser_session::renew(txn, act, session, &user, AMR)?,
            None => browser_session::begin(txn, act, self.policy.session, &user, AMR)?,
        };
        Entry::new(act, Event::AuthnLoginSuccess)
            .actor(user.id)
            .session(session.sid)
            .amr(&session.amr)
            .append(txn)?;
        let known_device = self.devices.issue(act, &user);
        Ok(SignedIn { user, session, cookie, known_device })
    }

    /// The session that the browser has open, where it is this person's and alive; any other is ended.
    fn reopen(
        &self,
        txn: &mut dyn Txn,
        act: &Act,
        candidate: &Candidate,
        user: &User,
    ) -> Result<Option<BrowserSession>, Fault> {
        let Some(sid) = candidate.open_session else { return Ok(None) };
        match browser_session::find_by_sid(txn, act, self.policy.session, sid)? {
            Some((session, owner)) if owner.id == user.id => Ok(Some(session)),
            Some(_) | None => {
                browser_session::end(txn, act, sid, "replaced")?;
                Ok(None)
            }
        }
    }
}

/// Who is let in, or for which private cause nobody is.
fn judge(
    txn: &dyn Txn,
    act: &Act,
    candidate: &Candidate,
    verdict: Verdict,
) -> Result<Result<User, &'static str>, Fault> {
    let Some((id, epoch)) = candidate.person else { return Ok(Err("login.user_unknown")) };
    let Some(user) = records::find::<User>(txn, &act.tenant, &id.to_string())? else {
        return Ok(Err("login.user_deleted"));
    };
    if verdict == Verdict::Wrong {
        return Ok(Err("login.password_wrong"));
    }
    if user.disabled {
        return Ok(Err("login.user_disabled"));
    }
    // The password that was compared may have been replaced while it was being hashed.
    if user.credential_epoch != epoch {
        return Ok(Err("login.credential_changed"));
    }
    Ok(Ok(user))
}
