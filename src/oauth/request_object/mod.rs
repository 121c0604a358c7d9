//! Request objects: an authorization request as a JWT. RFC 9101, OIDC Core §6.
//!
//! Reading one is pure. What the edge must do before, fetching the object and the client's keys, follows from
//! [`check_reference`] and [`keys_at`]. Whatever is wrong with an object is told by one code, `invalid_request_object`,
//! and with its cause in the audit trail.
//!
//! Not done: RFC 9101 §6.1: encrypted objects. A request holds nothing secret once it can be pushed (RFC 9126).

mod claims;
mod members;
mod reference;

pub use reference::{check_reference, unacceptable};

use super::authorize::Asked;
use super::clients::secret;
use super::{ErrorCode, OAuthError, TokenPolicy};
use crate::act::Act;
use crate::jose::json::Object;
use crate::jose::{Header, JoseError, JwkSet, Jws, JwsAlgorithm, Unsecured, With};
use crate::keys::sealing::KekRing;
use crate::records::Client;

/// The types that an object may have: none, or one that is meant for this or for nothing in particular. RFC 9101
/// §10.8: what is typed for another use is none.
// FAPI 2.0 Message Signing §5.3.1: `oauth-authz-req+jwt` is taken.
const TYPES: [&str; 2] = ["oauth-authz-req+jwt", "jwt"];

/// The registered name of what nobody signed.
const NONE: &str = "none";

/// The algorithms of objects, in the order in which discovery lists them. OIDC Registration §2: a client that registered
/// nothing may use any of these.
// Not done: OIDC Discovery §3: `none` should be listed. RFC 9101 §4 has no such objects, and here only who registered
// `none` may send them: listed, it would be an invitation that is refused.
pub fn algorithms() -> Vec<&'static str> {
    let all = JwsAlgorithm::ALL_ASYMMETRIC.into_iter().chain(JwsAlgorithm::ALL_SYMMETRIC);
    all.map(JwsAlgorithm::as_str).collect()
}

/// What an object is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The rules: the issuer, and how far clocks may differ.
    pub policy: &'a TokenPolicy,
    /// What opens the client's secrets that are kept sealed.
    pub keks: &'a KekRing,
    /// The client's keys, where they were fetched: see [`keys_at`].
    pub keys: Option<&'a JwkSet>,
}

/// Why an object is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// It is wrong.
    Refused(OAuthError),
    /// None of the fetched keys made it; newer ones may have.
    KeyMissing(OAuthError),
}

impl Unread {
    /// The refusal, once there is nothing more to try.
    pub fn refusal(self) -> OAuthError {
        match self {
            Self::Refused(error) | Self::KeyMissing(error) => error,
        }
    }
}

impl From<OAuthError> for Unread {
    fn from(error: OAuthError) -> Self {
        Self::Refused(error)
    }
}

/// The refusal of an object, for this private cause. What is wrong with it is no secret: its client made it.
pub fn refused(cause: &'static str) -> OAuthError {
    let description = match cause {
        "jws.malformed" | "jws.header" | "jws.critical" | "jws.claims" => {
            "The request object is no JWT, or has members that are missing, of another type or unknown."
        }
        "jws.algorithm" | "jws.unsecured" => {
            "The request object must be signed by the algorithm that the client registered."
        }
        "jws.audience" => "aud of the request object must be the issuer.",
        "jws.expired" => "The request object has expired.",
        "jws.long_lived" => "The request object is too old, or lives too long: see nbf and exp.",
        "jws.not_yet_valid" => "The request object is not valid yet: see nbf and iat.",
        "jws.signature" | "jws.unknown_key" => "The request object is not signed by a key of the client.",
        "jws.type" => "typ of the request object must be oauth-authz-req+jwt.",
        "request_object.client_id" => "client_id in the request object must be that of the client.",
        "request_object.issuer" => "iss of the request object must be the client_id.",
        "request_object.nested" => "A request object holds neither request nor request_uri.",
        "request_object.subject" => "sub of the request object must not be the client_id.",
        "request_object.parameters" | "request_object.resource" => {
            "The request object has a member that no parameter of a request can be."
        }
        // Which of these it is would tell strangers what this server can reach.
        _ => "The client has no key, or none that can be fetched, with which to verify the request object.",
    };
    OAuthError::new(ErrorCode::InvalidRequestObject, description, cause)
}

/// Where the keys are published that an object of this client needs; none where none are needed, or they are
/// registered.
pub fn keys_at<'a>(object: &str, client: &'a Client) -> Option<&'a str> {
    let url = client.keys.jwks_uri.as_deref().filter(|_| client.keys.jwks.is_none())?;
    let algorithm = Jws::parse(object).ok()?.header().alg?;
    (!algorithm.is_symmetric() && allowed(client).contains(&algorithm)).then_some(url)
}

/// Reads an object of this client in full. What it asks is all that is asked: RFC 9101 §6.3.
///
/// # Errors
/// `invalid_request_object`.
pub fn read(object: &str, client: &Client, act: &Act, evidence: &Evidence<'_>) -> Result<Asked, Unread> {
    // OIDC Core §6.3.2; RFC 9101 §10.1, §10.2: by a key of the client, and an algorithm that it registered or we know.
    // Not done: OIDC Core §6.1, §6.3.3: putting together what stands in the object and beside it: RFC 9101 §6.3 forbids
    // it.
    // Not done: OIDC Core §6.3.1: encrypted objects: a request holds nothing secret once it can be pushed.
    let is_signed = client.requests.request_object_signing_alg.as_deref() != Some(NONE);
    let members = if is_signed { signed(object, client, act, evidence)? } else { unsigned(object)? };
    claims::check(&members, client, act, evidence.policy)?;
    Ok(Asked::object(members::params(members)?, is_signed))
}

/// OIDC Registration §2: only who registered `none` may leave the signature out, and then none of their objects has one.
fn unsigned(object: &str) -> Result<Object, Unread> {
    let object = Unsecured::parse(object).map_err(because)?;
    check_type(object.header())?;
    Ok(object.claims().map_err(because)?)
}

/// RFC 9101 §6.2: the signature is one of the client's keys, by an algorithm that it registered.
fn signed(object: &str, client: &Client, act: &Act, evidence: &Evidence<'_>) -> Result<Object, Unread> {
    let jws = Jws::parse(object).map_err(because)?;
    check_type(jws.header())?;
    let allowed = allowed(client);
    if jws.header().alg.is_some_and(JwsAlgorithm::is_symmetric) {
        return by_secret(&jws, client, &allowed, act, evidence);
    }
    let unusable = refused("client.keys_unusable");
    let read = |set| JwkSet::candidates(set, jws.header());
    let registered = client.keys.jwks.as_ref().map(read).transpose().map_err(|_| unusable)?;
    let keys = registered.as_ref().or(evidence.keys).ok_or(unusable)?;
    let verified =
        jws.verify(With::Set(keys), &allowed).map_err(|error| match (error, &jws.header().kid) {
            (JoseError::UnknownKey, _) | (JoseError::Signature, None) => Unread::KeyMissing(because(error)),
            _ => Unread::Refused(because(error)),
        })?;
    Ok(verified.claims().map_err(because)?)
}

/// OIDC Core §6.1: HMAC with the client's secret, for clients whose secret is kept sealed and not as a hash: those that
/// authenticate by `client_secret_jwt`.
fn by_secret(
    jws: &Jws,
    client: &Client,
    allowed: &[JwsAlgorithm],
    act: &Act,
    evidence: &Evidence<'_>,
) -> Result<Object, Unread> {
    let mut answer = Err(Unread::Refused(refused("client.keys_unusable")));
    for known in client.secrets.iter().filter(|known| known.expires_at.is_none_or(|at| act.now < at)) {
        let Some(opened) = secret::open(evidence.keks, &client.client_id, known) else { continue };
        let verified = jws.verify(With::Secret(&opened), allowed).and_then(|verified| verified.claims());
        // Another secret may have made it; whatever else is wrong with it stays wrong, and is told.
        let is_of_another = matches!(verified, Err(JoseError::Signature));
        answer = verified.map_err(|error| Unread::Refused(because(error)));
        if !is_of_another {
            break;
        }
    }
    answer
}

/// The algorithms that this client's objects may be signed with: the one that it registered, or any that we know.
fn allowed(client: &Client) -> Vec<JwsAlgorithm> {
    let registered = client.requests.request_object_signing_alg.as_deref();
    JwsAlgorithm::ALL_ASYMMETRIC
        .into_iter()
        .chain(JwsAlgorithm::ALL_SYMMETRIC)
        .filter(|one| match registered {
            Some(name) => JwsAlgorithm::parse(name).is_some_and(|registered| one.matches(registered)),
            None => true,
        })
        // FAPI 2.0 Security Profile §5.4.1.
        .filter(|one| client.profile.is_none() || JwsAlgorithm::FAPI.contains(one))
        .collect()
}

fn check_type(header: &Header) -> Result<(), OAuthError> {
    if header.typ.is_none() || TYPES.iter().any(|typ| header.is_type(typ)) {
        Ok(())
    } else {
        Err(because(JoseError::Type))
    }
}

fn because(error: JoseError) -> OAuthError {
    refused(error.as_str())
}
