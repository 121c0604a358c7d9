//! Token revocation. RFC 7009 §2.

use super::authenticate;
use crate::oauth::{bearer, revocation};
use crate::storage::Stop;
use crate::web::extract::{Call, FormParams};
use crate::web::respond::ProtocolError;
use crate::web::routes::REVOKE;
use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use secrecy::ExposeSecret as _;

/// `POST /revoke`.
pub async fn post(call: Call, form: FormParams) -> Result<HttpResponse, ProtocolError> {
    let client = authenticate(&call, &form.0, REVOKE).await?;
    let stopped = |stop| ProtocolError::stopped(&call, stop);
    let token = revocation::parse(&form.0).map_err(Stop::Refused).map_err(stopped)?;
    let verified =
        bearer::verify(&call.act, &call.realm.rules, &call.realm.keys.load(), token.expose_secret());
    let request = match verified {
        Ok(access) => revocation::Request::AccessToken(Box::new(access)),
        Err(_) => revocation::Request::Other(token),
    };
    let (act, realm) = (call.act.clone(), call.realm.clone());
    call.state
        .store
        .run(move |txn| revocation::decide(txn, &act, &realm.rules, &client, &request))
        .await
        .map_err(stopped)?;
    // RFC 7009 §2.2: 200 with nothing to read.
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store"))).finish())
}
