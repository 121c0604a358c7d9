//! Browser sessions: beginning, finding, renewing and ending them.
//!
//! The cookie holds 256 random bits and nothing else; the store holds its hash. A new value is given at every login
//! and step-up, so a value that was planted or seen before opens nothing. A session is never searched for when its
//! person changes: it is judged against the person's record each time it is found.

use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::identity::sign_out;
use crate::records::{self, BrowserSession, Participant, SessionCookie, User, hash_of};
use crate::storage::{Fault, Read, Txn};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use secrecy::{ExposeSecret as _, SecretString};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How exactly it is kept when a browser was last seen.
const SEEN_EVERY: Duration = Duration::minutes(1);

/// How long browser sessions live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionPolicy {
    /// From sign-in to the end, whatever happens: 5 minutes to 90 days, by default 12 hours. Never extended.
    pub absolute: Duration,
    /// From the last time the browser was seen to the end: 5 minutes to `absolute`, by default 2 hours.
    pub idle: Duration,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self { absolute: Duration::hours(12), idle: Duration::hours(2) }
    }
}

/// A session and the value that its cookie must take on.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The session.
    pub session: BrowserSession,
    /// The cookie's new value: 43 characters of base64url.
    pub cookie: SecretString,
}

/// Begins a session for a person who has just proved who they are, in the ways that `amr` names (RFC 8176).
pub fn begin(
    txn: &mut dyn Txn,
    act: &Act,
    policy: SessionPolicy,
    user: &User,
    amr: &[&str],
) -> Result<Opened, Fault> {
    let cookie = new_cookie(act);
    let session = BrowserSession {
        sid: act.seed.uuid("browser_session.sid"),
        user_id: user.id,
        cookie_hash: hash_of(cookie.expose_secret().as_bytes()),
        credential_epoch: user.credential_epoch,
        auth_time: act.now,
        amr: owned(amr),
        seen_at: act.now,
        created_at: act.now,
        expires_at: act.now + policy.absolute,
        remote: act.remote.map(|address| address.to_string()),
        user_agent: act.user_agent.clone(),
    };
    records::insert(txn, &act.tenant, &session)?;
    insert_cookie(txn, act, &session)?;
    Entry::new(act, Event::SessionCreated)
        .actor(user.id)
        .session(session.sid)
        .amr(&session.amr)
        .append(txn)?;
    Ok(Opened { session, cookie })
}

/// The living session that this cookie's value opens, and its person. None where the value is unknown, a lifetime
/// is over, or the person is gone, disabled or has changed a credential since.
pub fn find(
    read: &(impl Read + ?Sized),
    act: &Act,
    policy: SessionPolicy,
    cookie: &SecretString,
) -> Result<Option<(BrowserSession, User)>, Fault> {
    let hash = hash_of(cookie.expose_secret().as_bytes());
    let Some(index) = records::find::<SessionCookie>(read, &act.tenant, &hash)? else { return Ok(None) };
    let found = find_by_sid(read, act, policy, index.sid)?;
    Ok(found.filter(|(session, _)| session.cookie_hash == hash))
}

/// What frames of ours know a session by, from a cookie that travels into other sites: the hash of the present value of
/// the session's own cookie. Nobody gets from it to that value, so it opens nothing; and it is another one after every
/// login and step-up. OIDC Session Management §3.2.
pub fn state_of(session: &BrowserSession) -> &str {
    &session.cookie_hash
}

/// The living session that is known by this; judged as by [`find`].
pub fn find_by_state(
    read: &(impl Read + ?Sized),
    act: &Act,
    policy: SessionPolicy,
    state: &str,
) -> Result<Option<BrowserSession>, Fault> {
    let Some(index) = records::find::<SessionCookie>(read, &act.tenant, state)? else { return Ok(None) };
    let found = find_by_sid(read, act, policy, index.sid)?.map(|(session, _)| session);
    Ok(found.filter(|session| state_of(session) == state))
}

/// The session that this cookie's value opens, whether or not it is still alive: what signing out ends.
pub fn sid_of(read: &(impl Read + ?Sized), act: &Act, cookie: &SecretString) -> Result<Option<Uuid>, Fault> {
    let hash = hash_of(cookie.expose_secret().as_bytes());
    Ok(records::find::<SessionCookie>(read, &act.tenant, &hash)?.map(|index| index.sid))
}

/// The living session of this `sid`, and its person; judged as by [`find`].
pub fn find_by_sid(
    read: &(impl Read + ?Sized),
    act: &Act,
    policy: SessionPolicy,
    sid: Uuid,
) -> Result<Option<(BrowserSession, User)>, Fault> {
    let Some(session) = records::find::<BrowserSession>(read, &act.tenant, &sid.to_string())? else {
        return Ok(None);
    };
    let Some(user) = records::find::<User>(read, &act.tenant, &session.user_id.to_string())? else {
        return Ok(None);
    };
    let alive = act.now < session.expires_at && act.now < session.seen_at + policy.idle;
    let same = !user.disabled && user.credential_epoch == session.credential_epoch;
    Ok((alive && same).then_some((session, user)))
}

/// Whether it is time to [`touch`] the session.
pub fn is_stale(session: &BrowserSession, now: OffsetDateTime) -> bool {
    now - session.seen_at >= SEEN_EVERY
}

/// Keeps that the browser was seen, once a minute at most.
pub fn touch(txn: &mut dyn Txn, act: &Act, sid: Uuid) -> Result<(), Fault> {
    match records::find::<BrowserSession>(txn, &act.tenant, &sid.to_string())? {
        Some(mut session) if is_stale(&session, act.now) => {
            session.seen_at = act.now;
            records::update(txn, &act.tenant, &session)
        }
        Some(_) | None => Ok(()),
    }
}

/// Gives a session whose person has proved again who they are a new cookie value; the old one opens nothing more.
/// The `sid` and the absolute end stay.
pub fn renew(
    txn: &mut dyn Txn,
    act: &Act,
    mut session: BrowserSession,
    user: &User,
    amr: &[&str],
) -> Result<Opened, Fault> {
    records::remove::<SessionCookie>(txn, &act.tenant, &session.cookie_hash);
    let cookie = new_cookie(act);
    session.cookie_hash = hash_of(cookie.expose_secret().as_bytes());
    session.credential_epoch = user.credential_epoch;
    session.auth_time = act.now;
    session.seen_at = act.now;
    session.amr = owned(amr);
    records::update(txn, &act.tenant, &session)?;
    insert_cookie(txn, act, &session)?;
    Ok(Opened { session, cookie })
}

/// A session that has ended, with the clients that took part in it.
#[derive(Debug, Clone)]
pub struct Ended {
    /// The session as it was.
    pub session: BrowserSession,
    /// Who took part, and wants to know.
    pub participants: Vec<Participant>,
}

/// Ends a session, for a cause such as `sign_out`, and has its clients told. None where there was none.
pub fn end(txn: &mut dyn Txn, act: &Act, sid: Uuid, cause: &'static str) -> Result<Option<Ended>, Fault> {
    let Some(session) = records::find::<BrowserSession>(txn, &act.tenant, &sid.to_string())? else {
        return Ok(None);
    };
    let participants = sign_out::session_ended(txn, act, session.user_id, sid)?;
    records::remove::<SessionCookie>(txn, &act.tenant, &session.cookie_hash);
    records::remove::<BrowserSession>(txn, &act.tenant, &sid.to_string());
    Entry::new(act, Event::SessionEnded).because(cause).actor(session.user_id).session(sid).append(txn)?;
    Ok(Some(Ended { session, participants }))
}

fn new_cookie(act: &Act) -> SecretString {
    SecretString::from(BASE64.encode(act.seed.expand("browser_session.cookie")))
}

fn insert_cookie(txn: &mut dyn Txn, act: &Act, session: &BrowserSession) -> Result<(), Fault> {
    let cookie =
        SessionCookie { hash: session.cookie_hash.clone(), sid: session.sid, expires_at: session.expires_at };
    records::insert(txn, &act.tenant, &cookie)
}

fn owned(amr: &[&str]) -> Vec<String> {
    amr.iter().map(|&method| method.to_owned()).collect()
}
