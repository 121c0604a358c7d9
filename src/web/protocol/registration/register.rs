//! The client registration endpoint. RFC 7591 §3, OIDC Registration §3.

use super::{Request, outside, refuse, token};
use crate::audit::{Entry, Event};
use crate::oauth::OAuthError;
use crate::oauth::clients::dynamic::{self, Information, Mode};
use crate::oauth::clients::registration::document;
use crate::storage::Stop;
use crate::web::extract::{Call, JsonBody};
use crate::web::paths::REGISTER;
use crate::web::protocol::write_stateless;
use crate::web::respond::{ProtocolError, json};
use actix_web::HttpResponse;
use secrecy::ExposeSecret;

/// `POST /register`.
pub async fn post(call: Call, body: Result<JsonBody, ProtocolError>) -> Result<HttpResponse, ProtocolError> {
    if call.realm.registration.mode == Mode::Off {
        return refuse(&call, Event::ClientCreated, None, Stop::Refused(off())).await;
    }
    // RFC 7591 §3, §5: whoever registers openly is bound to a rate.
    if let Some(address) = call.act.remote
        && let Err(wait) = call.state.registrations.check(address)
    {
        let error = ProtocolError::too_many(&call, wait);
        let entry = Entry::new(&call.act, Event::ClientCreated).refused(error.cause());
        write_stateless(&call, entry).await?;
        return Err(error);
    }
    match decide(&call, &body?).await {
        Ok(told) => {
            let endpoint = format!("{}{REGISTER}", call.realm.rules.policy.issuer);
            // RFC 7591 §3.2.1, OIDC Registration §3.2: 201, with both the token and where it counts.
            Ok(json::created_no_store(&told.managed_below(&endpoint)))
        }
        Err(stop) => refuse(&call, Event::ClientCreated, None, stop).await,
    }
}

async fn decide(call: &Call, body: &JsonBody) -> Result<Information, Stop<OAuthError>> {
    let (policy, act) = (&call.realm.registration, &call.act);
    let token = token(call)?;
    let shown = token.as_ref().map(ExposeSecret::expose_secret);
    let admitted = dynamic::admit(&call.state.store, act, policy, shown)?;
    let request = document(&body.0).map_err(Stop::Refused)?;
    let request = Request::read(call, request).await.map_err(Stop::Refused)?;
    // RFC 7591 §3.2.1: an identifier that no other client has or had.
    let client_id = act.seed.uuid("client.id").to_string();
    let client =
        dynamic::described(&admitted.bounds, request.metadata, &client_id, None, (&call.realm.offer, act));
    let client = client.map_err(Stop::Refused)?;
    outside::check(call, &client).await.map_err(Stop::Refused)?;
    let (act, realm, statement) = (act.clone(), call.realm.clone(), request.software_statement);
    let unit = call.state.store.run(move |txn| {
        let registered = (client.clone(), statement.clone());
        dynamic::register(txn, &act, &realm.registration, &admitted, registered, realm.keys.keks())
    });
    unit.await
}

const fn off() -> OAuthError {
    OAuthError::new(
        crate::oauth::ErrorCode::AccessDenied,
        "Clients cannot register themselves here.",
        "registration.off",
    )
}
