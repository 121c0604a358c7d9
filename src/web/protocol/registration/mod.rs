//! Clients that register themselves, and manage what they registered. RFC 7591, RFC 7592, OIDC Registration.

pub mod configuration;
mod outside;
pub mod register;

use super::write_stateless;
use crate::audit::{Entry, Event};
use crate::jose::json::Object;
use crate::oauth::OAuthError;
use crate::oauth::bearer::Scheme;
use crate::oauth::clients::dynamic;
use crate::oauth::clients::registration::Metadata;
use crate::storage::Stop;
use crate::web::extract::{Call, access_token};
use crate::web::respond::{Body, ProtocolError};
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, HttpResponseBuilder};
use secrecy::SecretString;
use serde_json::Value;

/// A registration as it came.
struct Request {
    metadata: Metadata,
    software_statement: Option<String>,
    /// The members that are no part of the metadata.
    client_id: Option<String>,
    client_secret: Option<String>,
}

impl Request {
    /// Reads a document, and what a software statement in it says. RFC 7591 §2.3.
    async fn read(call: &Call, document: Object) -> Result<Self, OAuthError> {
        let text = |name| document.get(name).and_then(Value::as_str).map(str::to_owned);
        let software_statement = text("software_statement");
        let document = match &software_statement {
            Some(statement) => outside::lay_over(call, document.clone(), statement).await?,
            None if call.realm.registration.require_statement => return Err(dynamic::statement::missing()),
            None => document.clone(),
        };
        Ok(Self {
            software_statement,
            client_id: text("client_id"),
            client_secret: text("client_secret"),
            metadata: Metadata::read(document)?,
        })
    }
}

/// Answers a refusal, which stands in the audit trail. RFC 6750 §3.1 for a token, RFC 7591 §3.2.2 for a registration.
async fn refuse(
    call: &Call,
    event: Event,
    client_id: Option<&str>,
    stop: Stop<OAuthError>,
) -> Result<HttpResponse, ProtocolError> {
    let refusal = match stop {
        Stop::Refused(error) => error,
        Stop::Fault(fault) => return Err(ProtocolError::stopped(call, Stop::Fault(fault))),
    };
    let mut entry = Entry::new(&call.act, event).refused(refusal.cause);
    if let Some(client_id) = client_id {
        entry = entry.target(client_id);
    }
    write_stateless(call, entry).await?;
    // RFC 6750 §3.1: who shows no token is told the scheme, and no error.
    match refusal.code.status() {
        // OIDC Registration §4.4: 401 for a token that is missing or wrong.
        401 if refusal.cause == dynamic::TOKEN_MISSING => Ok(challenge("Bearer realm=\"latchkey\"").finish()),
        401 => {
            let why = format!(
                "Bearer realm=\"latchkey\", error=\"{}\", error_description=\"{}\"",
                refusal.code.as_str(),
                refusal.description
            );
            Ok(challenge(&why).json(Body::of(refusal, &call.act.request_id)))
        }
        _ => Err(ProtocolError::stopped(call, Stop::Refused(refusal))),
    }
}

fn challenge(why: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::Unauthorized();
    response.insert_header((WWW_AUTHENTICATE, why));
    response.insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")));
    response
}

/// The token that a request shows. RFC 6750 §2.1: in the header alone.
fn token(call: &Call) -> Result<Option<SecretString>, Stop<OAuthError>> {
    let shown = access_token(call.authorization(), None).map_err(Stop::Refused)?;
    let shown = shown.filter(|shown| shown.scheme == Scheme::Bearer);
    Ok(shown.map(|shown| SecretString::from(shown.token)))
}
