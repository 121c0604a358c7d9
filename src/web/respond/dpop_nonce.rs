//! The nonce for the next proof. RFC 9449 §8, §8.2, §9.

use crate::oauth::ErrorCode;
use crate::oauth::dpop::shows_nonce;
use crate::web::extract::Call;
use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};

/// The header that carries it. RFC 9449 §8.1.
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// The nonce to hand out with the answer to this call: to whoever is told to use one; and to whoever proves a key, or
/// should, where nonces are demanded or the proof shows one.
pub fn current(call: &Call, error: Option<ErrorCode>) -> Option<String> {
    let dpop = &call.realm.rules.dpop;
    let proves = !call.dpop().is_empty() || error == Some(ErrorCode::InvalidDpopProof);
    // RFC 9449 §11.3: who was given one may not leave it out again, so nobody is given one whom we would let.
    let is_wanted = proves && (dpop.require_nonce || call.dpop().iter().any(|proof| shows_nonce(proof)));
    (error == Some(ErrorCode::UseDpopNonce) || is_wanted).then(|| dpop.nonces.current(call.act.now))
}

/// Puts it into an answer, which must not be cached (RFC 9449 §8.2): none of those that need a proof is.
pub fn hand_out(call: &Call, error: Option<ErrorCode>, mut response: HttpResponse) -> HttpResponse {
    // Not done: RFC 9449 §8.2: a nonce with every answer: §11.3 would then bind whoever got one.
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
