//! Request parameters, from where the protocol says that they are: the body of a POST, the query of a GET.

use super::body;
use crate::oauth::{ErrorCode, OAuthError, Params};
use crate::web::respond::ProtocolError;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use std::future::Future;
use std::pin::Pin;

const ANOTHER_TYPE: OAuthError = OAuthError::new(
    ErrorCode::InvalidRequest,
    "The body must be application/x-www-form-urlencoded.",
    "params.content_type",
);

/// The parameters of a form body. RFC 6749 §3.2, appendix B.
#[derive(Debug)]
pub struct FormParams(pub Params);

impl FromRequest for FormParams {
    type Error = ProtocolError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ProtocolError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = body::read_form(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let body = body.await.map_err(|error| ProtocolError::body(&request, &error))?;
            let params = body.ok_or(ANOTHER_TYPE).and_then(|body| Params::parse(&body));
            params.map(Self).map_err(|error| ProtocolError::refused(&request, error))
        })
    }
}

/// The parameters of a query.
///
/// # Errors
/// `invalid_request` where it is malformed.
pub fn query(request: &HttpRequest) -> Result<Params, OAuthError> {
    Params::parse(request.query_string().as_bytes())
}
