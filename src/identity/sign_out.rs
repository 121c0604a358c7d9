//! What follows when sessions end: every client that took part is told. OIDC Back-Channel Logout §2, OIDC
//! Front-Channel Logout §2.
//!
//! The notices are written in the unit of work that ends the session and sent afterwards, by
//! `jobs::deliver_logout`.

use crate::act::Act;
use crate::digest::sha256;
use crate::records::{self, BrowserSession, Client, LogoutNotice, Participant, Record as _};
use crate::storage::{Fault, Txn};
use time::Duration;
use uuid::Uuid;

/// How long a client may be out of reach before its notice is given up.
pub const KEEP_TRYING: Duration = Duration::hours(24);

/// More sessions of one person, or clients of one session, are not looked at in one unit of work.
const MOST: usize = 1000;

/// Notes that a client takes part in a session, if it wants to know when that ends.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn take_part(
    txn: &mut dyn Txn,
    act: &Act,
    session: &BrowserSession,
    client: &Client,
) -> Result<(), Fault> {
    if client.logout.backchannel_logout_uri.is_none() && client.logout.frontchannel_logout_uri.is_none() {
        return Ok(());
    }
    let participant = Participant {
        user_id: session.user_id,
        sid: session.sid,
        client_id: client.client_id.clone(),
        expires_at: session.expires_at,
    };
    match records::find::<Participant>(txn, &act.tenant, &participant.id())? {
        Some(_) => Ok(()),
        None => records::insert(txn, &act.tenant, &participant),
    }
}

/// One session has ended: its clients get their notices. Gives who took part.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn session_ended(
    txn: &mut dyn Txn,
    act: &Act,
    user_id: Uuid,
    sid: Uuid,
) -> Result<Vec<Participant>, Fault> {
    tell(txn, act, &Participant::prefix_of_session(user_id, sid))
}

/// Every session of a person has ended: they were disabled or deleted, or have another password.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn everywhere(txn: &mut dyn Txn, act: &Act, user_id: Uuid) -> Result<(), Fault> {
    tell(txn, act, &Participant::prefix_of_person(user_id)).map(|_| ())
}

fn tell(txn: &mut dyn Txn, act: &Act, prefix: &str) -> Result<Vec<Participant>, Fault> {
    let told: Vec<Participant> = records::list(txn, &act.tenant, prefix, None, MOST)?;
    for participant in &told {
        let key = participant.id();
        records::remove::<Participant>(txn, &act.tenant, &key);
        let notice = LogoutNotice {
            id: notice_id(act, &key),
            client_id: participant.client_id.clone(),
            user_id: participant.user_id,
            sid: participant.sid,
            attempts: 0,
            due_at: act.now,
            expires_at: act.now + KEEP_TRYING,
        };
        records::insert(txn, &act.tenant, &notice)?;
    }
    Ok(told)
}

/// One act may write many notices, each with an identifier of its own.
fn notice_id(act: &Act, key: &str) -> Uuid {
    let bytes = sha256(&[&act.seed.expand("logout_notice"), key.as_bytes()]);
    uuid::Builder::from_random_bytes(bytes.first_chunk::<16>().copied().unwrap_or_default()).into_uuid()
}
