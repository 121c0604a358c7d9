//! The nonce for the next proof. RFC 9449 §8, §8.2, §9.

use crate::oauth::ErrorCode;
use crate::web::extract::Call;
use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};

/// The header that carries it. RFC 9449 §8.1.
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// The nonce to hand out with the answer to this call: to whoever proves a key, and to whoever is told to.
pub fn current(call: &Call, error: Option<ErrorCode>) -> Option<String> {
    let asked = matches!(error, Some(ErrorCode::UseDpopNonce | ErrorCode::InvalidDpopProof));
    (asked || !call.dpop().is_empty()).then(|| call.realm.rules.dpop.nonces.current(call.act.now))
}

/// Puts it into an answer, which must not be cached (RFC 9449 §8.2): none of those that need a proof is.
pub fn hand_out(call: &Call, error: Option<ErrorCode>, mut response: HttpResponse) -> HttpResponse {
    if let Some(nonce) = current(call, error) {
        insert(&mut response, &nonce);
    }
    response
}

/// Puts this nonce into an answer.
pub(super) fn insert(response: &mut HttpResponse, nonce: &str) {
    if let Ok(value) = HeaderValue::from_str(nonce) {
        response.headers_mut().insert(DPOP_NONCE, value);
    }
}
