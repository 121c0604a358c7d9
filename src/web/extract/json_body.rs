//! A JSON document as the body of a request. RFC 7591 §3.1.

use super::body;
use crate::oauth::{ErrorCode, OAuthError};
use crate::web::respond::ProtocolError;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use std::future::Future;
use std::pin::Pin;

/// The bytes of a body that says to be JSON. They are not read yet.
#[derive(Debug)]
pub struct JsonBody(pub Bytes);

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
        let body = body::read(request, payload);
        let request = request.clone();
        Box::pin(async move { body.await.map(Self).map_err(|error| ProtocolError::body(&request, &error)) })
    }
}

fn is_json(request: &HttpRequest) -> bool {
    let media_type =
        request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}
