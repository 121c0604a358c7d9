//! Clients that are what a document at their own address says: fetched before anything is decided. CIMD §5.

use super::extract::Call;
use crate::oauth::clients::{self, document};
use crate::oauth::{OAuthError, Params};
use crate::ports::outbound::Fetch;
use crate::records::Client;
use crate::remote::{Unavailable, lifetime};
use crate::storage::{Fault, Stop};
use crate::web::respond::page_error::PageError;
use std::convert::Infallible;
use std::time::Duration;

/// The private cause where an address has made us fetch too often.
const TOO_MANY: &str = "client_document.too_many";

/// Why a client cannot be had.
#[derive(Debug)]
pub(super) enum Unknown {
    /// There is no such document, or none that can be used.
    Refused(OAuthError),
    /// The address that asks has made us fetch too often: so long until it may again.
    TooMany(Duration),
}

impl Unknown {
    /// The private cause, for the audit trail.
    pub(super) const fn cause(&self) -> &'static str {
        match self {
            Self::Refused(error) => error.cause,
            Self::TooMany(_) => TOO_MANY,
        }
    }
}

impl From<Unknown> for Stop<Unknown> {
    fn from(unknown: Unknown) -> Self {
        Self::Refused(unknown)
    }
}

/// What a person is told.
impl From<Unknown> for PageError {
    fn from(unknown: Unknown) -> Self {
        match unknown {
            Unknown::Refused(error) => error.into(),
            Unknown::TooMany(wait) => {
                let why = "Too many documents of clients were asked for from this address.";
                Self { detail: Some(why), ..Self::too_many(wait) }
            }
        }
    }
}

/// Brings the client that a request names in `client_id` up to date, where it is what a document says. Others are left
/// alone.
///
/// # Errors
/// As [`refresh`].
pub(super) async fn refresh_named(call: &Call, params: &Params) -> Result<(), Stop<Unknown>> {
    match params.get("client_id") {
        Ok(Some(client_id)) => refresh(call, client_id).await,
        // Whoever reads the request refuses it.
        Ok(None) | Err(_) => Ok(()),
    }
}

/// Brings this client up to date, where it is what a document says.
///
/// # Errors
/// Where there is no such document, or none that can be used. CIMD §5.1.
pub(super) async fn refresh(call: &Call, client_id: &str) -> Result<(), Stop<Unknown>> {
    if !document::is_address(client_id) {
        return Ok(());
    }
    // Boxed: the way of the few, which would make the request of everybody else as large as theirs.
    Box::pin(refresh_document(call, client_id)).await
}

async fn refresh_document(call: &Call, client_id: &str) -> Result<(), Stop<Unknown>> {
    if !call.realm.registration.documents {
        return Err(unknown("client.unknown").into());
    }
    document::check_address(client_id).map_err(|error| Stop::from(unknown(error.cause)))?;
    let current = clients::find(&call.state.store, &call.act.tenant, client_id)?;
    if !document::is_due(current.as_ref(), &call.act) {
        return Ok(());
    }
    // Whoever asks for the same document meanwhile waits for it, and a server that does not answer rests.
    let place = format!("{}/{client_id}", call.act.tenant.as_str());
    let is_usable = document::is_usable(current.as_ref(), &call.act);
    match call.state.documents.share(&place, renew(call, client_id, current.as_ref())).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(Unavailable::Now(_))) | Err(Stop::Refused(_)) if is_usable => Ok(()),
        Ok(Err(Unavailable::Now(cause) | Unavailable::Ever(cause))) => Err(unknown(cause).into()),
        Err(stop) => Err(stop),
    }
}

/// Fetches the document and keeps what it says.
///
/// # Errors
/// Where the address that asks has made us fetch too often: nobody else's matter, so nobody who waits
/// is told.
async fn renew(
    call: &Call,
    client_id: &str,
    current: Option<&Client>,
) -> Result<Result<(), Unavailable>, Stop<Unknown>> {
    check_address(call, current)?;
    match fetch(call, client_id, current).await {
        Ok((client, life)) => {
            // CIMD §5.2: what is not right is not kept.
            keep(call, client, life).await?;
            Ok(Ok(()))
        }
        // Written once: from then on nothing is usable.
        Err(Unavailable::Ever(cause)) if document::is_usable(current, &call.act) => {
            outdate(call, client_id).await?;
            Ok(Err(Unavailable::Ever(cause)))
        }
        Err(unavailable) => Ok(Err(unavailable)),
    }
}

/// Takes a try from the bucket of the address that makes us fetch: from that of registrations for a client that nobody
/// knows yet, from that of strangers for one whose document is no longer fresh.
fn check_address(call: &Call, current: Option<&Client>) -> Result<(), Unknown> {
    let state = &call.state;
    let bucket = if current.is_some() { &state.strangers } else { &state.registrations };
    call.act.remote.map_or(Ok(()), |address| bucket.check(address)).map_err(Unknown::TooMany)
}

async fn fetch(
    call: &Call,
    client_id: &str,
    current: Option<&Client>,
) -> Result<(Client, time::Duration), Unavailable> {
    // CIMD §5, §8.6: no redirect is followed, and no special-use address called.
    let answer = call.state.outbound.send(Fetch::get(client_id, "application/json")).await;
    let answer = answer.map_err(|error| Unavailable::Now(error.as_str()))?;
    match answer.status {
        200 => {}
        // RFC 9110 §15.5.9, RFC 6585 §4: these pass, and so does "too early", like what is a server's own fault.
        408 | 425 | 429 | 500.. => return Err(Unavailable::Now("client_document.status")),
        // CIMD §5, §5.2: whatever is not 200 is an error, and is not kept.
        _ => return Err(Unavailable::Ever("client_document.status")),
    }
    // CIMD §4: `application/json`, or a type that says to be JSON.
    let media_type = answer.media_type();
    let is_json = media_type == "application/json"
        || media_type.starts_with("application/") && media_type.ends_with("+json");
    if !is_json {
        return Err(Unavailable::Ever("client_document.media_type"));
    }
    let (policy, made_with) = (&call.realm.registration, (&call.realm.offer, &call.act));
    let client = document::read(client_id, &answer.body, policy, current, made_with);
    let client = client.map_err(|error| Unavailable::Ever(error.cause))?;
    // CIMD §5.2, RFC 9111 §4.2.1.
    Ok((client, lifetime(answer.cache_control.as_deref())))
}

async fn keep(call: &Call, client: Client, life: time::Duration) -> Result<(), Fault> {
    let (act, realm) = (call.act.clone(), call.realm.clone());
    let unit = call.state.store.run::<_, Infallible, _>(move |txn| {
        let client = (client.clone(), life);
        Ok(document::keep(txn, &act, &realm.registration, client, realm.keys.keks())?)
    });
    unit.await.map_err(Fault::from)
}

async fn outdate(call: &Call, client_id: &str) -> Result<(), Fault> {
    let (act, client_id) = (call.act.clone(), client_id.to_owned());
    let unit =
        call.state.store.run::<_, Infallible, _>(move |txn| Ok(document::outdate(txn, &act, &client_id)?));
    unit.await.map_err(Fault::from)
}

fn unknown(cause: &'static str) -> Unknown {
    let description = match cause {
        "client.unknown" => "The client is not known here.",
        // One text for all: what our calls to others met with is nobody's business.
        _ => {
            "The client_id is no https address of a client ID metadata document that can be had and used here: JSON that \
             names this very address as its client_id, and a client without a secret."
        }
    };
    Unknown::Refused(OAuthError::invalid_request(description, cause))
}
