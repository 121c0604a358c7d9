//! Token introspection. RFC 7662 §2.

use super::{authenticate, write_stateless};
use crate::audit::{Entry, Event};
use crate::oauth::{introspection, revocation};
use crate::storage::Stop;
use crate::web::extract::{Call, FormParams};
use crate::web::respond::{ProtocolError, json};
use crate::web::routes::INTROSPECT;
use actix_web::HttpResponse;
use secrecy::ExposeSecret as _;

/// `POST /introspect`.
pub async fn post(call: Call, form: FormParams) -> Result<HttpResponse, ProtocolError> {
    let client = authenticate(&call, &form.0, INTROSPECT).await?;
    let stopped = |stop| ProtocolError::stopped(&call, stop);
    let token = revocation::parse(&form.0).map_err(Stop::Refused).map_err(stopped)?;
    let (store, rules, keys) = (&call.state.store, &call.realm.rules, call.realm.keys.load());
    let told = introspection::decide(store, &call.act, rules, &keys, &client, token.expose_secret());
    let entry = Entry::new(&call.act, Event::TokenIntrospected).client(&client.client_id);
    match told {
        Ok(told) => {
            let entry = if told.is_active() { entry } else { entry.because("token.inactive") };
            write_stateless(&call, entry.jti(told.jti())).await?;
            Ok(json::no_store(&told))
        }
        Err(stop) => {
            let error = stopped(stop);
            write_stateless(&call, entry.refused(error.cause())).await?;
            Err(error)
        }
    }
}
