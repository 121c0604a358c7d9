//! The reader's language.

use crate::texts::{Language, Texts};
use actix_web::HttpRequest;
use actix_web::http::header;

/// The language of the answer: what the authorization request asks for in `ui_locales` (OIDC Core §3.1.2.1), then what
/// the browser prefers, then English.
pub fn of(request: &HttpRequest, texts: &Texts, ui_locales: Option<&str>) -> Language {
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    texts.choose(ui_locales, accepted)
}
