//! Token revocation. RFC 7009 §2.

use super::{authenticate, write_stateless};
use crate::audit::{Entry, Event};
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::{OAuthError, Params, bearer, revocation};
use crate::storage::Stop;
use crate::web::extract::{Call, FormParams};
use crate::web::paths::REVOKE;
use crate::web::respond::ProtocolError;
use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use secrecy::ExposeSecret as _;

/// `POST /revoke`.
pub async fn post(call: Call, form: FormParams) -> Result<HttpResponse, ProtocolError> {
    // RFC 7009 §2.1, §5: the client proves who it is first; a public one names itself.
    let client = authenticate(&call, &form.0, REVOKE).await?;
    match revoke(&call, &client, &form.0).await {
        // RFC 7009 §2.2: 200 with nothing to read.
        Ok(()) => Ok(HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
            .finish()),
        Err(stop) => {
            let error = ProtocolError::stopped(&call, stop);
            let entry = Entry::new(&call.act, Event::AuthnTokenRevoked).refused(error.cause());
            write_stateless(&call, entry.client(&client.client_id)).await?;
            Err(error)
        }
    }
}

async fn revoke(call: &Call, client: &AuthenticatedClient, params: &Params) -> Result<(), Stop<OAuthError>> {
    let token = revocation::parse(params).map_err(Stop::Refused)?;
    let verified =
        bearer::verify(&call.act, &call.realm.rules, &call.realm.keys.load(), token.expose_secret());
    let request = match verified {
        Ok(access) => revocation::Request::AccessToken(Box::new(access)),
        Err(_) => revocation::Request::Other(token),
    };
    let (act, realm, client) = (call.act.clone(), call.realm.clone(), client.clone());
    call.state.store.run(move |txn| revocation::decide(txn, &act, &realm.rules, &client, &request)).await
}
