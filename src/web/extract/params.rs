//! Request parameters, from where the protocol says that they are: the body of a POST, the query of a GET.

use super::body;
use crate::oauth::{ErrorCode, OAuthError, Params};
use crate::web::respond::ProtocolError;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest};
use std::future::Future;
use std::pin::Pin;

/// The parameters of a form body. RFC 6749 §3.2, appendix B.
#[derive(Debug)]
pub struct FormParams(pub Params);

impl FromRequest for FormParams {
    type Error = ProtocolError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ProtocolError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !is_form(request) {
            let error = OAuthError::new(
                ErrorCode::InvalidRequest,
                "The body must be application/x-www-form-urlencoded.",
                "params.content_type",
            );
            return Box::pin(std::future::ready(Err(ProtocolError::refused(request, error))));
        }
        let body = body::read(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let body = body.await.map_err(|error| ProtocolError::body(&request, &error))?;
            let params = Params::parse(&body).map_err(|error| ProtocolError::refused(&request, error))?;
            Ok(Self(params))
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

fn is_form(request: &HttpRequest) -> bool {
    let media_type =
        request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
