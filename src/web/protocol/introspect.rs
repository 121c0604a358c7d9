//! Token introspection. RFC 7662 §2.

use super::{authenticate, write_stateless};
use crate::audit::{Entry, Event};
use crate::oauth::{introspection, revocation};
use crate::qvalue::thousandths;
use crate::storage::Stop;
use crate::web::extract::{Call, FormParams};
use crate::web::paths::INTROSPECT;
use crate::web::respond::{ProtocolError, json};
use actix_web::http::header::ACCEPT;
use actix_web::{HttpRequest, HttpResponse};
use secrecy::ExposeSecret as _;

/// `POST /introspect`.
pub async fn post(call: Call, request: HttpRequest, form: FormParams) -> Result<HttpResponse, ProtocolError> {
    let client = authenticate(&call, &form.0, INTROSPECT).await?;
    let stopped = |stop| ProtocolError::stopped(&call, stop);
    let (store, rules, keys) = (&call.state.store, &call.realm.rules, call.realm.keys.load());
    let told = revocation::parse(&form.0).map_err(Stop::Refused).and_then(|token| {
        introspection::decide(store, &call.act, rules, &keys, &client, token.expose_secret())
    });
    let entry = Entry::new(&call.act, Event::TokenIntrospected).client(&client.client_id);
    match told {
        Ok(told) => {
            let entry = told.cause.into_iter().fold(entry, Entry::because);
            let told = told.introspection;
            write_stateless(&call, entry.jti(told.jti())).await?;
            // FAPI 2.0 Message Signing §5.5: signed for whoever asks for it.
            if !wants_signed(&request) {
                return Ok(json::no_store(&told));
            }
            let sealed = introspection::seal(&told, &call.act, rules, &client, &keys);
            Ok(json::signed(
                introspection::SIGNED_TYPE,
                sealed.map_err(|error| stopped(Stop::Fault(error.into())))?,
            ))
        }
        Err(stop) => {
            let error = stopped(stop);
            // RFC 7662 §2.3.
            write_stateless(&call, entry.refused(error.cause())).await?;
            Err(error)
        }
    }
}

/// RFC 9701 §4: the caller asks for a signed answer by naming its type.
fn wants_signed(request: &HttpRequest) -> bool {
    let accepted = |kind| {
        let values = request.headers().get_all(ACCEPT).filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).find_map(|range| weight(range, kind))
    };
    // RFC 9110 §12.5.1: what weighs nothing is not wanted, and what weighs more is wanted first.
    accepted(introspection::SIGNED_TYPE)
        .is_some_and(|signed| signed > 0 && accepted("application/json").is_none_or(|plain| signed >= plain))
}

/// What this type weighs, where the range names it. RFC 9110 §12.4.2: a range without a weight has the whole one. One
/// whose weight is none is passed over.
fn weight(range: &str, kind: &str) -> Option<u16> {
    let mut parts = range.split(';').map(str::trim);
    parts.next().filter(|named| named.eq_ignore_ascii_case(kind))?;
    let given = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    thousandths(given.unwrap_or("1"))
}
