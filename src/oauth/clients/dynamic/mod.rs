//! Clients that register themselves: who may, within which bounds, and what they are told. RFC 7591, OIDC
//! Registration §3; afterwards they read, replace and delete their own registration (RFC 7592).
//!
//! The edge reads the request, asks [`admit`], makes a client of the registration with [`described`], fetches what has
//! to be fetched, and then lets [`register`] or [`replace`] decide in one unit of work, which asks everything again
//! that could have changed meanwhile.

mod bounds;
mod information;
pub mod initial_access_token;
mod manage;
mod policy;
pub mod statement;
mod unused;

pub use bounds::Bounds;
pub use information::Information;
pub use manage::{Replacement, delete, load, replace};
pub use policy::{Mode, RegistrationPolicy, StatementIssuer};
pub use unused::{expire, note_use};
pub(in crate::oauth::clients) use unused::{forget, note as note_unused};

use super::registration::{Metadata, Offer, described as describe};
use crate::act::Act;
use crate::keys::sealing::KekRing;
use crate::oauth::{ErrorCode, OAuthError};
use crate::records::{Client, Origin, SelfRegistered, hash_of};
use crate::storage::{Fault, Read, Stop, Txn};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};

/// By which a leaked registration access token is found, and told from every other kind.
pub const TOKEN_PREFIX: &str = "lkm_";

/// The cause where a registration needs a token, and shows none.
pub const TOKEN_MISSING: &str = "registration.token_missing";

/// Somebody who may register a client, within these bounds.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// What the client may have.
    pub bounds: Bounds,
    /// `hash_of` the initial access token.
    token_hash: Option<String>,
}

/// Finds out whether whoever shows this token (or none) may register a client, and within which bounds.
///
/// # Errors
/// `access_denied` where nobody may, `invalid_token` where the token is missing or wrong. RFC 7591 §3.2.2 leaves these
/// to RFC 6750 §3.1.
pub fn admit(
    read: &(impl Read + ?Sized),
    act: &Act,
    policy: &RegistrationPolicy,
    token: Option<&str>,
) -> Result<Admitted, Stop<OAuthError>> {
    match (policy.mode, token) {
        (Mode::Off, _) => Err(Stop::Refused(OAuthError::new(
            ErrorCode::AccessDenied,
            "Clients cannot register themselves here.",
            "registration.off",
        ))),
        (Mode::Token, None) => Err(Stop::Refused(OAuthError::invalid_token(TOKEN_MISSING))),
        // RFC 7591 §3, OIDC Registration §3: without a token, where the operator opened it.
        (Mode::Open, None) => Ok(Admitted { bounds: policy.bounds.clone(), token_hash: None }),
        (Mode::Token | Mode::Open, Some(token)) => {
            let found = initial_access_token::find(read, act, token)?;
            let bounds = policy.bounds.clone().with(&found);
            Ok(Admitted { bounds, token_hash: Some(found.hash) })
        }
    }
}

/// The client that a registration describes, within these bounds. Members that only an operator may set are as
/// `current` has them: as an operator set them, or as they are by default.
///
/// # Errors
/// `invalid_redirect_uri` or `invalid_client_metadata`.
pub fn described(
    bounds: &Bounds,
    metadata: Metadata,
    client_id: &str,
    current: Option<&Client>,
    (offer, act): (&Offer, &Act),
) -> Result<Client, OAuthError> {
    let metadata = bounds.narrow(metadata, current)?;
    let client = describe(metadata, client_id, offer, act.now)?;
    bounds.check(&client)?;
    Ok(client)
}

/// Registers a client that [`described`] made.
///
/// # Errors
/// `invalid_token` where the initial access token was used up, withdrawn or has expired meanwhile.
pub fn register(
    txn: &mut dyn Txn,
    act: &Act,
    policy: &RegistrationPolicy,
    admitted: &Admitted,
    (mut client, software_statement): (Client, Option<String>),
    keks: &KekRing,
) -> Result<Information, Stop<OAuthError>> {
    let found = admitted.token_hash.as_deref().map(|hash| initial_access_token::spend(txn, act, hash));
    let name = found.transpose()?.map(|token| token.name().to_owned());
    let token = SecretString::from(format!(
        "{TOKEN_PREFIX}{}",
        URL_SAFE_NO_PAD.encode(act.seed.expand("registration_access_token"))
    ));
    let unused_until = policy.unused_until(act);
    client.origin = Origin::Registered(SelfRegistered {
        token_hash: hash_of(token.expose_secret().as_bytes()),
        initial_access_token: name.clone(),
        software_statement,
        unused_until,
    });
    unused::note(txn, act, &client)?;
    let by = name.map_or_else(|| "client".to_owned(), |name| format!("initial_access_token {name}"));
    let registered = super::register(txn, act, &by, client, keks).map_err(|stop| match stop {
        // The identifier is ours, and random.
        Stop::Refused(error) => Stop::Fault(Fault::broken(error.to_string())),
        Stop::Fault(fault) => Stop::Fault(fault),
    })?;
    Ok(Information::of(registered, token))
}
