//! The token endpoint. RFC 6749 §3.2.

use super::{authenticate_proving, write_stateless};
use crate::audit::{Entry, Event};
use crate::keys::KeyError;
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::grants::{Request, client_credentials};
use crate::oauth::tokens::{Issued, seal};
use crate::oauth::{OAuthError, Params, clients};
use crate::storage::{Fault, Stop};
use crate::web::assertions;
use crate::web::extract::{Call, FormParams};
use crate::web::paths::TOKEN;
use crate::web::respond::{ProtocolError, dpop_nonce, json};
use actix_web::HttpResponse;
use std::convert::Infallible;

/// `POST /token`.
pub async fn post(call: Call, form: FormParams) -> Result<HttpResponse, ProtocolError> {
    // OIDC Core §3.1.3.1, RFC 6749 §4.1.3: clients that have something to prove it with prove who they are.
    let client = authenticate_proving(&call, &form.0, TOKEN).await?;
    let issued = match decide(&call, &client, &form.0).await {
        Ok(issued) => issued,
        Err(stop) => {
            let error = ProtocolError::stopped(&call, stop);
            let entry = Entry::new(&call.act, Event::AuthnTokenCreated).refused(error.cause());
            write_stateless(&call, entry.client(&client.client_id)).await?;
            return Err(error);
        }
    };
    note_use(&call, &client).await.map_err(|fault| ProtocolError::stopped(&call, fault.into()))?;
    let sealed = seal(issued, &call.realm.keys.load())
        .map_err(|error| ProtocolError::stopped(&call, Stop::Fault(error.into())))?;
    Ok(dpop_nonce::hand_out(&call, None, json::no_store(&sealed)))
}

async fn decide(
    call: &Call,
    client: &AuthenticatedClient,
    params: &Params,
) -> Result<Issued, Stop<OAuthError>> {
    let request = Request::parse(params).map_err(Stop::Refused)?;
    if let Request::ClientCredentials(own) = &request {
        request.permit(client).map_err(Stop::Refused)?;
        let issued =
            client_credentials::decide(&call.act, &call.realm.rules, client, own).map_err(Stop::Refused)?;
        note(call, &issued).await?;
        return Ok(issued);
    }
    request.permit(client).map_err(Stop::Refused)?;
    check_signers(call, client)?;
    let request = assertions::verify(call, request).await.map_err(Stop::Refused)?;
    let (act, realm, client) = (call.act.clone(), call.realm.clone(), client.clone());
    call.state.store.run(move |txn| request.decide(txn, &act, &realm.rules, &client)).await
}

/// Refuses while a first key is still being made, before a code or a refresh token is used up for nothing.
fn check_signers(call: &Call, client: &AuthenticatedClient) -> Result<(), Fault> {
    let keys = call.realm.keys.load();
    let id = client.scope.contains("openid").then_some(client.id_token_signed_response_alg);
    let needed = [Some(client.access_token_signed_response_alg), id];
    match needed.into_iter().flatten().find(|algorithm| keys.signer(*algorithm).is_none()) {
        Some(algorithm) => Err(KeyError::NotReady(algorithm).into()),
        None => Ok(()),
    }
}

/// A client that came by itself stays, now that it got a token. Others cost nothing here.
async fn note_use(call: &Call, client: &AuthenticatedClient) -> Result<(), Fault> {
    if client.origin.unused_until().is_none() {
        return Ok(());
    }
    let (act, client_id) = (call.act.clone(), client.client_id.clone());
    let unit = call
        .state
        .store
        .run::<_, Infallible, _>(move |txn| Ok(clients::dynamic::note_use(txn, &act, &client_id)?));
    unit.await.map_err(Fault::from)
}

/// A client that acts for itself changes nothing, so its entry is noted.
async fn note(call: &Call, issued: &Issued) -> Result<(), Stop<OAuthError>> {
    let token = &issued.access;
    let entry = Entry::new(&call.act, Event::AuthnTokenCreated)
        .because(client_credentials::GRANT_TYPE)
        .client(&token.client_id)
        .jti(token.jti.as_str())
        .scope(&token.scope)
        .audience(token.aud.iter());
    Ok(call.state.trail.write(&call.act, entry).await?)
}
