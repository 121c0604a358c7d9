//! JSON documents that anybody may keep, and asks for again by their tag. RFC 9110 §8.8.3, §13.1.2, §15.4.5.

use crate::digest::sha256;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A document, and the tag that follows from it. To clone it copies nothing.
#[derive(Debug, Clone, Default)]
pub struct Document {
    body: Bytes,
    etag: Option<HeaderValue>,
}

impl Document {
    /// The document of these bytes.
    pub fn of(body: Bytes) -> Self {
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(sha256(&[&body])));
        Self::tagged(body, &etag)
    }

    /// The document of these bytes, whose strong tag was made before.
    pub fn tagged(body: Bytes, etag: &str) -> Self {
        Self { body, etag: HeaderValue::from_str(etag).ok() }
    }

    /// The answer to whoever asks for it: the document, or that it is still the one that they have.
    pub fn answer(self, request: &HttpRequest, cache_control: HeaderValue) -> HttpResponse {
        let is_known = self.etag.as_ref().is_some_and(|etag| names(request.headers(), etag.as_bytes()));
        let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        // RFC 9110 §15.4.5, RFC 9111 §4.3.2: a 304 has the same two.
        response.insert_header((CACHE_CONTROL, cache_control));
        if let Some(etag) = self.etag {
            response.insert_header((ETAG, etag));
        }
        if is_known {
            return response.finish();
        }
        response.insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json"))).body(self.body)
    }
}

/// Whether an `If-None-Match` names this tag, compared weakly. RFC 9110 §13.1.2.
fn names(headers: &HeaderMap, etag: &[u8]) -> bool {
    let tags = headers.get_all(IF_NONE_MATCH).flat_map(|tags| tags.as_bytes().split(|&byte| byte == b','));
    tags.map(<[u8]>::trim_ascii).any(|tag| tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == etag)
}
