//! The `Host` header. Nothing is made from it (the issuer is that of the configuration), but it is refused where no
//! reader could take it for a host: RFC 9112 §3.2. That there is one, and no second, the HTTP library sees to.

use actix_web::http::header::{HOST, HeaderMap};

/// Whether what stands there can be a host and a port.
pub(super) fn is_plain(headers: &HeaderMap) -> bool {
    // RFC 9110 §7.2, RFC 3986 §3.2.2: a registered name, or an address in brackets; neither has a user before it.
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:[]".contains(byte);
    headers.get(HOST).is_none_or(|host| host.as_bytes().iter().all(plain))
}
