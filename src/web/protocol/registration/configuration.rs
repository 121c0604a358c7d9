//! The client configuration endpoint: a client manages its own registration. RFC 7592 §2.

use super::{Request, outside, refuse, token};
use crate::audit::{Entry, Event};
use crate::oauth::clients::dynamic::{self, Information, Replacement};
use crate::oauth::clients::registration::document;
use crate::oauth::{ErrorCode, OAuthError};
use crate::storage::Stop;
use crate::web::extract::{Call, JsonBody};
use crate::web::paths::REGISTER;
use crate::web::protocol::write_stateless;
use crate::web::respond::{ProtocolError, json};
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpResponse, web};
use secrecy::SecretString;

/// What only the server says. RFC 7592 §2.2: a client must not send them.
const OURS: [&str; 4] = [
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
];

/// `GET /register/{client_id}`. RFC 7592 §2.1.
pub async fn get(call: Call, client_id: web::Path<String>) -> Result<HttpResponse, ProtocolError> {
    let found = own_token(&call)
        .and_then(|token| Ok((dynamic::load(&call.state.store, &call.act, &client_id, &token)?, token)));
    match found {
        Ok((client, token)) => {
            let entry = Entry::new(&call.act, Event::ClientRead).actor(&client_id).target(&client_id);
            write_stateless(&call, entry).await?;
            Ok(tell(&call, Information::read(client, token)))
        }
        Err(stop) => refuse(&call, Event::ClientRead, Some(&client_id), stop).await,
    }
}

/// `PUT /register/{client_id}`. RFC 7592 §2.2.
pub async fn put(
    call: Call,
    client_id: web::Path<String>,
    body: Result<JsonBody, ProtocolError>,
) -> Result<HttpResponse, ProtocolError> {
    let token = match own_token(&call) {
        Ok(token) => token,
        Err(stop) => return refuse(&call, Event::ClientUpdated, Some(&client_id), stop).await,
    };
    match replace(&call, &client_id, &token, body).await? {
        Ok(told) => Ok(tell(&call, told)),
        Err(stop) => refuse(&call, Event::ClientUpdated, Some(&client_id), stop).await,
    }
}

/// `DELETE /register/{client_id}`. RFC 7592 §2.3.
pub async fn delete(call: Call, client_id: web::Path<String>) -> Result<HttpResponse, ProtocolError> {
    let deleted = match own_token(&call) {
        Ok(token) => {
            let (act, client_id) = (call.act.clone(), client_id.clone());
            call.state.store.run(move |txn| dynamic::delete(txn, &act, &client_id, &token)).await
        }
        Err(stop) => Err(stop),
    };
    match deleted {
        // RFC 7592 §2.3: 204.
        Ok(()) => Ok(HttpResponse::NoContent()
            .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
            .finish()),
        Err(stop) => refuse(&call, Event::ClientDeleted, Some(&client_id), stop).await,
    }
}

async fn replace(
    call: &Call,
    client_id: &str,
    token: &SecretString,
    body: Result<JsonBody, ProtocolError>,
) -> Result<Result<Information, Stop<OAuthError>>, ProtocolError> {
    // The token first: a body tells a stranger nothing.
    let current = match dynamic::load(&call.state.store, &call.act, client_id, token) {
        Ok(current) => current,
        Err(stop) => return Ok(Err(stop)),
    };
    let replacement = match parse(call, &body?.0, client_id).await {
        Ok(request) => described(call, request, &current),
        Err(error) => Err(error),
    };
    let replacement = match replacement {
        Ok(replacement) => replacement,
        Err(error) => return Ok(Err(Stop::Refused(error))),
    };
    if let Err(error) = outside::check(call, &replacement.client).await {
        return Ok(Err(Stop::Refused(error)));
    }
    let (act, realm, token) = (call.act.clone(), call.realm.clone(), token.clone());
    let unit =
        call.state.store.run(move |txn| dynamic::replace(txn, &act, &token, &replacement, realm.keys.keks()));
    Ok(unit.await)
}

fn described(
    call: &Call,
    request: Request,
    current: &crate::records::Client,
) -> Result<Replacement, OAuthError> {
    let bounds = call.realm.registration.bounds.clone().with_what_it_has(current);
    let made_with = (&call.realm.offer, &call.act);
    let client = dynamic::described(&bounds, request.metadata, &current.client_id, Some(current), made_with)?;
    Ok(Replacement {
        client,
        client_secret: request.client_secret.map(SecretString::from),
        software_statement: request.software_statement,
    })
}

/// Reads what a client wants to be. RFC 7592 §2.2.
async fn parse(call: &Call, body: &[u8], client_id: &str) -> Result<Request, OAuthError> {
    let document = document(body)?;
    let refuse = |description, cause| Err(OAuthError::new(ErrorCode::InvalidRequest, description, cause));
    if OURS.iter().any(|name| document.contains_key(*name)) {
        return refuse(
            "registration_access_token, registration_client_uri, client_secret_expires_at, client_id_issued_at: \
             leave them out.",
            "registration.ours",
        );
    }
    let request = Request::read(call, document).await?;
    // RFC 7592 §2.2: the identifier stands in the document, and is that of the client.
    if request.client_id.as_deref() != Some(client_id) {
        return refuse("client_id: must be that of the client.", "registration.client_id");
    }
    Ok(request)
}

/// The registration access token. RFC 7592 §2: without one nobody is told anything.
fn own_token(call: &Call) -> Result<SecretString, Stop<OAuthError>> {
    token(call)?.ok_or(Stop::Refused(OAuthError::invalid_token(dynamic::TOKEN_MISSING)))
}

fn tell(call: &Call, told: Information) -> HttpResponse {
    let endpoint = format!("{}{REGISTER}", call.realm.rules.policy.issuer);
    json::no_store(&told.managed_below(&endpoint))
}
