//! The device authorization endpoint. RFC 8628 §3.1, §3.2.

use super::{authenticate, write_stateless};
use crate::audit::{Entry, Event};
use crate::oauth::Params;
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::device::{self, Codes};
use crate::storage::Stop;
use crate::web::extract::{Call, FormParams};
use crate::web::paths::{DEVICE, DEVICE_AUTHORIZATION};
use crate::web::respond::{ProtocolError, json};
use actix_web::HttpResponse;
use secrecy::ExposeSecret as _;
use serde::Serialize;

/// RFC 8628 §3.2. Never printed.
#[derive(Serialize)]
struct Body<'a> {
    device_code: &'a str,
    user_code: &'a str,
    verification_uri: &'a str,
    verification_uri_complete: String,
    expires_in: i64,
    interval: u32,
}

/// `POST /device_authorization`.
pub async fn post(call: Call, form: FormParams) -> Result<HttpResponse, ProtocolError> {
    let client = authenticate(&call, &form.0, DEVICE_AUTHORIZATION).await?;
    match decide(&call, &client, &form.0).await {
        Ok(codes) => Ok(render(&call, &codes)),
        Err(error) => {
            let entry = Entry::new(&call.act, Event::DeviceAuthorizationRequested).refused(error.cause());
            write_stateless(&call, entry.client(&client.client_id)).await?;
            Err(error)
        }
    }
}

async fn decide(call: &Call, client: &AuthenticatedClient, params: &Params) -> Result<Codes, ProtocolError> {
    let stopped = |stop| ProtocolError::stopped(call, stop);
    let request = device::parse(params, client).map_err(Stop::Refused).map_err(stopped)?;
    check_stranger(call, client)?;
    let (act, realm, client) = (call.act.clone(), call.realm.clone(), client.clone());
    let unit = call.state.store.run(move |txn| device::decide(txn, &act, &realm.rules, &client, &request));
    unit.await.map_err(stopped)
}

/// A public client is anybody: what they make us keep is bounded by address, as sign-ins are.
fn check_stranger(call: &Call, client: &AuthenticatedClient) -> Result<(), ProtocolError> {
    // RFC 8628 §5.6: who it is, nobody knows; consent shows the name, and asks in any case.
    call.check_stranger(client.is_public()).map_err(|wait| ProtocolError::too_many(call, wait))
}

fn render(call: &Call, codes: &Codes) -> HttpResponse {
    let verification_uri = format!("{}{DEVICE}", call.realm.rules.policy.issuer);
    let user_code = codes.user_code.shown();
    json::no_store(&Body {
        device_code: codes.device_code.expose_secret(),
        user_code: &user_code,
        verification_uri: &verification_uri,
        // RFC 8628 §3.3.1: with the code in it, for devices that show a picture.
        verification_uri_complete: format!("{verification_uri}?user_code={user_code}"),
        expires_in: codes.expires_in,
        interval: codes.interval,
    })
}
