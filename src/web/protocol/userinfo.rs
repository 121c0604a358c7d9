//! Userinfo. OIDC Core §5.3.

use crate::audit::{Entry, Event};
use crate::oauth::OAuthError;
use crate::oauth::bearer::Scheme;
use crate::oauth::claims::userinfo::{self, Body, UserInfo};
use crate::storage::Stop;
use crate::web::extract::{Call, FormParams, Presented, access_token};
use crate::web::paths::USERINFO;
use crate::web::possession;
use crate::web::respond::{ProtocolError, challenge, dpop_nonce, json};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError as _};

/// `GET /userinfo`: the token stands in the `Authorization` header.
pub async fn get(call: Call) -> Result<HttpResponse, ProtocolError> {
    // FAPI 2.0 Security Profile §5.3.4: never from the query.
    let token = access_token(call.authorization(), None);
    answer(&call, token).await
}

/// `POST /userinfo`: the token may stand in the body. RFC 6750 §2.2.
pub async fn post(
    call: Call,
    form: Result<FormParams, ProtocolError>,
) -> Result<HttpResponse, ProtocolError> {
    let form = match form {
        Ok(form) => Some(form.0),
        // Whatever is no form holds no token: RFC 6750 §2.2.
        Err(error) if error.status_code() == StatusCode::BAD_REQUEST => None,
        Err(error) => return Err(error),
    };
    let token = access_token(call.authorization(), form.as_ref());
    answer(&call, token).await
}

async fn answer(
    call: &Call,
    token: Result<Option<Presented>, OAuthError>,
) -> Result<HttpResponse, ProtocolError> {
    let scheme = token.as_ref().ok().and_then(Option::as_ref).map_or(Scheme::Bearer, |shown| shown.scheme);
    let claims = match token {
        Ok(Some(token)) => decide(call, &token).await,
        Ok(None) => return Ok(challenge::missing(call)),
        Err(error) => Err(Stop::Refused(error)),
    };
    let entry = Entry::new(&call.act, Event::UserinfoRead);
    match claims {
        Ok(claims) => {
            super::write_stateless(call, entry.actor(claims.user_id).client(&claims.client_id)).await?;
            Ok(dpop_nonce::hand_out(call, None, render(call, claims)?))
        }
        Err(Stop::Refused(error)) => {
            super::write_stateless(call, entry.refused(error.cause)).await?;
            Ok(challenge::refused(call, scheme, error))
        }
        Err(stop @ Stop::Fault(_)) => Err(ProtocolError::stopped(call, stop)),
    }
}

/// OIDC Core §5.3.2: as JSON, or signed.
fn render(call: &Call, told: UserInfo) -> Result<HttpResponse, ProtocolError> {
    let sealed = userinfo::seal(told, &call.realm.rules, &call.realm.keys.load(), call.act.now);
    match sealed.map_err(|error| ProtocolError::stopped(call, Stop::Fault(error.into())))? {
        // OIDC Core §13.3; RFC 9111 §3.5.
        Body::Json(claims) => Ok(json::no_store(&claims)),
        Body::Jwt(jwt) => Ok(json::signed("application/jwt", jwt)),
    }
}

async fn decide(call: &Call, token: &Presented) -> Result<UserInfo, Stop<OAuthError>> {
    let token = possession::verify_token(call, token, USERINFO).await?;
    userinfo::decide(&call.state.store, &call.act, &call.realm.rules, token)
}
