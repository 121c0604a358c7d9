//! The pushed authorization request endpoint. RFC 9126 §2.

use super::{authenticate_proving, write_stateless};
use crate::audit::{Entry, Event};
use crate::oauth::authorize::pushed::{self, Pushed};
use crate::oauth::authorize::{self, Asked};
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::{OAuthError, Params};
use crate::storage::Stop;
use crate::web::authorization_request::resolve;
use crate::web::extract::{Call, FormParams};
use crate::web::paths::PAR;
use crate::web::respond::{ProtocolError, dpop_nonce, json};
use actix_web::HttpResponse;

/// `POST /par`.
pub async fn post(call: Call, form: FormParams) -> Result<HttpResponse, ProtocolError> {
    let client = authenticate_proving(&call, &form.0, PAR).await?;
    let pushed = match check_address(&call, &client) {
        Ok(()) => push(&call, &client, &form.0).await.map_err(|stop| ProtocolError::stopped(&call, stop)),
        Err(error) => Err(error),
    };
    match pushed {
        Ok(pushed) => Ok(dpop_nonce::hand_out(&call, None, json::created_no_store(&pushed))),
        Err(error) => {
            let entry = Entry::new(&call.act, Event::AuthorizationPushed).refused(error.cause());
            write_stateless(&call, entry.client(&client.client_id)).await?;
            Err(error)
        }
    }
}

/// RFC 9126 §2.1: checks the request as the authorization endpoint would, and stores it.
async fn push(
    call: &Call,
    client: &AuthenticatedClient,
    params: &Params,
) -> Result<Pushed, Stop<OAuthError>> {
    let outer = pushed::parse(params, client).map_err(Stop::Refused)?;
    let asked = resolve(call, &outer).await?.pushing();
    let asked = pushed::bind(asked, client).map_err(Stop::Refused)?;
    check(call, &asked)?;
    let (act, realm, client) = (call.act.clone(), call.realm.clone(), client.clone());
    let unit =
        call.state.store.run(move |txn| pushed::store(txn, &act, &realm.rules.policy, &client, &asked));
    unit.await
}

fn check(call: &Call, asked: &Asked) -> Result<(), Stop<OAuthError>> {
    // Not done: RFC 9126 §2.4: redirect URIs that are not registered: a pushed one is compared like any other.
    let target = authorize::trust(&call.state.store, &call.act, &call.realm.rules.policy, asked.params())?;
    let (rules, keys) = (&call.realm.rules, call.realm.keys.load());
    // No browser has asked yet: what is checked here is bound to none, and not kept.
    let checked = authorize::parse(asked, target, &call.act, (rules, &keys), "");
    checked.map(|_| ()).map_err(|failure| Stop::Refused(failure.error))
}

/// Refuses an address from which public clients push more than its bucket holds: each push is a durable write, and what
/// names such a client is known to everybody. RFC 9126 §2.3. Who proves a key has paid for that already, and pays once.
fn check_address(call: &Call, client: &AuthenticatedClient) -> Result<(), ProtocolError> {
    let is_stranger = client.is_public() && client.proved().jkt.is_none();
    call.check_stranger(is_stranger).map_err(|wait| ProtocolError::too_many(call, wait))
}
