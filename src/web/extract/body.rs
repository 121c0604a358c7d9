//! Reading a body, within bounds of size and time.

use actix_web::dev::Payload;
use actix_web::error::ErrorRequestTimeout;
use actix_web::{Error, FromRequest as _, HttpRequest, web};
use std::future::Future;
use std::time::Duration;

/// How long a body of at most 64 KiB may take. Whoever sends it has not been authenticated.
const LONGEST: Duration = Duration::from_secs(10);

/// The whole body.
///
/// # Errors
/// 413 where it is larger than the bound, 408 where it takes too long, 400 where it is cut off.
pub(super) fn read(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<web::Bytes, Error>> + use<> {
    let body = web::Bytes::from_request(request, payload);
    async move {
        tokio::time::timeout(LONGEST, body)
            .await
            .map_err(|_| ErrorRequestTimeout("the body came too slowly"))?
    }
}
