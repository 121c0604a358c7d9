//! Refusals of a resource of ours: the challenge says why. RFC 6750 §3, RFC 9449 §7.1, §7.2.

use super::{Body, dpop_nonce};
use crate::oauth::bearer::Scheme;
use crate::oauth::clients::profile;
use crate::oauth::protected_resource::address_of;
use crate::oauth::{ErrorCode, OAuthError};
use crate::web::extract::Call;
use crate::web::paths::USERINFO;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, HttpResponseBuilder};

/// No token was shown: the challenges alone, without an error code. RFC 6750 §3.1, RFC 9449 §7.2.
pub fn missing(call: &Call) -> HttpResponse {
    let mut response = HttpResponse::Unauthorized();
    response.append_header((WWW_AUTHENTICATE, format!("Bearer realm=\"latchkey\"{}", metadata(call))));
    offer_dpop(call, &mut response);
    finish(response).finish()
}

/// The token, or how it was shown by this scheme, is refused.
pub fn refused(call: &Call, scheme: Scheme, error: OAuthError) -> HttpResponse {
    let mut response = HttpResponse::build(status(error.code));
    let wanted = wanted(call, error.code);
    // OIDC Core §5.3.3.
    let why = format!(
        "{} realm=\"latchkey\", error=\"{}\", error_description=\"{}\"{wanted}{}",
        scheme.as_str(),
        error.code.as_str(),
        error.description,
        metadata(call)
    );
    match scheme {
        Scheme::Bearer => {
            response.append_header((WWW_AUTHENTICATE, why));
            // RFC 9449 §7.2: where both schemes are taken, both are named.
            offer_dpop(call, &mut response);
        }
        Scheme::Dpop => {
            response.append_header((WWW_AUTHENTICATE, format!("{why}, algs=\"{}\"", algorithms(call))));
        }
    }
    let body = Body::of(error, &call.act.request_id);
    dpop_nonce::hand_out(call, Some(error.code), finish(response).json(body))
}

/// What would do instead: RFC 6750 §3, `scope`; RFC 9470 §3, `max_age`.
fn wanted(call: &Call, code: ErrorCode) -> String {
    let max_age = call
        .realm
        .rules
        .policy
        .userinfo_max_age
        .filter(|_| code == ErrorCode::InsufficientUserAuthentication);
    match (code, max_age) {
        (ErrorCode::InsufficientScope, _) => ", scope=\"openid\"".to_owned(),
        (_, Some(max_age)) => format!(", max_age=\"{}\"", max_age.whole_seconds()),
        (_, None) => String::new(),
    }
}

/// RFC 9449 §7.1: at a resource, 401 goes with what is wrong about a proof.
fn status(code: ErrorCode) -> StatusCode {
    if matches!(code, ErrorCode::InvalidDpopProof | ErrorCode::UseDpopNonce) {
        return StatusCode::UNAUTHORIZED;
    }
    StatusCode::from_u16(code.status()).unwrap_or(StatusCode::UNAUTHORIZED)
}

fn offer_dpop(call: &Call, response: &mut HttpResponseBuilder) {
    let challenge = format!("DPoP realm=\"latchkey\", algs=\"{}\"", algorithms(call));
    response.append_header((WWW_AUTHENTICATE, challenge));
}

/// Where a client that knows nothing but this endpoint learns the rest. RFC 9728 §5.1.
fn metadata(call: &Call) -> String {
    let address = address_of(&format!("{}{USERINFO}", call.realm.rules.policy.issuer));
    address.map(|address| format!(", resource_metadata=\"{address}\"")).unwrap_or_default()
}

/// RFC 9449 §7.1, `algs`.
fn algorithms(call: &Call) -> String {
    let names: Vec<_> =
        profile::algorithms(call.realm.rules.policy.profile).iter().map(|one| one.as_str()).collect();
    names.join(" ")
}

fn finish(mut response: HttpResponseBuilder) -> HttpResponseBuilder {
    response.insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")));
    response
}
