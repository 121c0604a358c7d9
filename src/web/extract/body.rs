//! Reading a body, within bounds of size and time; a JSON document as one (RFC 7591 §3.1).

use crate::oauth::{ErrorCode, OAuthError};
use crate::web::respond::ProtocolError;
use actix_web::dev::Payload;
use actix_web::error::ErrorRequestTimeout;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{Error, FromRequest, HttpRequest, web};
use std::future::Future;
use std::pin::Pin;
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

/// The bytes of a body that says to be JSON. They are not read yet.
#[derive(Debug)]
pub struct JsonBody(pub web::Bytes);

impl FromRequest for JsonBody {
    type Error = ProtocolError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ProtocolError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !is_json(request) {
            let error = OAuthError::new(
                ErrorCode::InvalidRequest,
                "The body must be application/json.",
                "body.content_type",
            );
            return Box::pin(std::future::ready(Err(ProtocolError::refused(request, error))));
        }
        let body = read(request, payload);
        let request = request.clone();
        Box::pin(async move { body.await.map(Self).map_err(|error| ProtocolError::body(&request, &error)) })
    }
}

fn is_json(request: &HttpRequest) -> bool {
    let media_type =
        request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}
