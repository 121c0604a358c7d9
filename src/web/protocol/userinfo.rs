//! Userinfo. OIDC Core §5.3.

use crate::audit::{Entry, Event};
use crate::oauth::{OAuthError, bearer as tokens, userinfo};
use crate::storage::Stop;
use crate::web::extract::{Call, FormParams, bearer};
use crate::web::respond::{ProtocolError, bearer_challenge, json};
use actix_web::HttpResponse;

/// `GET /userinfo`: the token stands in the `Authorization` header.
pub async fn get(call: Call) -> Result<HttpResponse, ProtocolError> {
    let token = bearer(call.authorization(), None);
    answer(&call, token).await
}

/// `POST /userinfo`: the token may stand in the body. RFC 6750 §2.2.
pub async fn post(call: Call, form: Option<FormParams>) -> Result<HttpResponse, ProtocolError> {
    let token = bearer(call.authorization(), form.as_ref().map(|form| &form.0));
    answer(&call, token).await
}

async fn answer(
    call: &Call,
    token: Result<Option<String>, OAuthError>,
) -> Result<HttpResponse, ProtocolError> {
    let claims = match token {
        Ok(Some(token)) => decide(call, &token),
        Ok(None) => return Ok(bearer_challenge::missing()),
        Err(error) => Err(Stop::Refused(error)),
    };
    let entry = Entry::new(&call.act, Event::UserinfoRead);
    match claims {
        Ok(claims) => {
            super::write_stateless(call, entry.actor(claims.sub())).await?;
            Ok(json::no_store(&claims))
        }
        Err(Stop::Refused(error)) => {
            super::write_stateless(call, entry.refused(error.cause)).await?;
            Ok(bearer_challenge::refused(error))
        }
        Err(stop @ Stop::Fault(_)) => Err(ProtocolError::stopped(call, stop)),
    }
}

fn decide(call: &Call, token: &str) -> Result<userinfo::Claims, Stop<OAuthError>> {
    let rules = &call.realm.rules;
    let token = tokens::verify(&call.act, rules, &call.realm.keys.load(), token).map_err(Stop::Refused)?;
    // RFC 8705 §3: a token that is bound is good in no other hands.
    tokens::check_binding(&token, &call.proved()).map_err(Stop::Refused)?;
    userinfo::decide(&call.state.store, &call.act, rules, token)
}
