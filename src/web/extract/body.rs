//! Reading a body, within bounds of size and time, and never an encoded one; a JSON document as one (RFC 7591 §3.1).

use crate::oauth::{ErrorCode, OAuthError};
use crate::web::respond::ProtocolError;
use actix_web::dev::Payload;
use actix_web::error::{ErrorRequestTimeout, ErrorUnsupportedMediaType};
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::{Error, FromRequest, HttpRequest, web};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// How long a body of at most 64 KiB may take. Whoever sends it has not been authenticated.
const LONGEST: Duration = Duration::from_secs(10);

/// The whole body.
///
/// # Errors
/// 415 where it is encoded, 413 where it is larger than the bound, 408 where it takes too long, 400 where it is cut off.
pub(super) fn read(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<web::Bytes, Error>> + use<> {
    let is_encoded = is_encoded(request);
    let body = web::Bytes::from_request(request, payload);
    async move {
        if is_encoded {
            return Err(ErrorUnsupportedMediaType("the body is encoded"));
        }
        tokio::time::timeout(LONGEST, body)
            .await
            .map_err(|_| ErrorRequestTimeout("the body came too slowly"))?
    }
}

/// The bytes of a form; none where the body is something else. RFC 9110 §8.3: a body that is not there needs no type, and
/// is a form without parameters.
///
/// # Errors
/// As [`read`].
pub(super) fn read_form(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<Option<web::Bytes>, Error>> + use<> {
    let is_form =
        media_type(request).map(|kind| kind.eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    let body = read(request, payload);
    async move { Ok(Some(body.await?).filter(|body| is_form.unwrap_or(body.is_empty()))) }
}

/// The bytes of a body that says to be JSON. They are not read yet.
#[derive(Debug)]
pub struct JsonBody(pub web::Bytes);

impl FromRequest for JsonBody {
    type Error = ProtocolError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ProtocolError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !media_type(request).is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) {
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

/// What the body says to be, without parameters. RFC 9110 §8.3: a request without a body says nothing.
fn media_type(request: &HttpRequest) -> Option<&str> {
    let said = request.headers().get(CONTENT_TYPE)?.to_str().unwrap_or_default();
    Some(said.split(';').next().unwrap_or_default().trim())
}

/// RFC 9110 §8.4, §15.5.16: we read no coding, so that no body is larger than it looks.
fn is_encoded(request: &HttpRequest) -> bool {
    request.headers().get_all(CONTENT_ENCODING).any(|codings| {
        let codings = codings.as_bytes().split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
        codings.into_iter().any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity"))
    })
}
