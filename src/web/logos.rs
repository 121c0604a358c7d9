//! The picture by which people know a client: `logo_uri`. RFC 7591 §2, OIDC Registration §2.
//!
//! Shown where a person is asked something in the client's name, from a path of ours: a browser that fetched it from the
//! client's host would tell that who signs in, and when. It is fetched by the server, behind the page, which waits for
//! nothing: the first page shows no picture. A client for which nobody here vouches shows none at all: its picture would
//! lend it a face, and that may be anybody's.

use super::extract::Visit;
use super::paths::LOGOS;
use super::respond::page_error::{PageError, Phrase};
use super::state::AppState;
use crate::records::Client;
use crate::remote::Picture;
use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use actix_web::web::{Bytes, Data, Path};
use std::sync::Arc;

/// Nothing runs here, and nothing is loaded: even where a browser is led to the picture itself.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");

/// The path of the client's picture, where there is one to be shown now. One that is not kept, or no longer fresh, is
/// fetched behind the page.
pub fn href(visit: &Visit, client: &Client) -> Option<String> {
    let picture = look(visit, client)?;
    Some(visit.href(&LOGOS.replace("{name}", &picture.name)))
}

/// Has the client's picture fetched for a page that is likely to come.
pub fn expect(visit: &Visit, client: &Client) {
    let _ = look(visit, client);
}

fn look(visit: &Visit, client: &Client) -> Option<Picture> {
    // Not done: CIMD §8.8: pictures of clients that are documents: nobody vouches for them.
    let url = client.about.logo_uri.as_ref().filter(|_| client.origin.is_vouched_for())?;
    let pictures = &visit.call.state.pictures;
    let known = pictures.look(url);
    if known.is_due {
        let (pictures, url) = (Arc::clone(pictures), url.clone());
        actix_web::rt::spawn(async move { pictures.renew(&url).await });
    }
    known.picture
}

/// `GET /logos/{name}`
///
/// # Errors
/// The page for an address that there is not.
pub async fn get(name: Path<String>, state: Data<AppState>) -> Result<HttpResponse, PageError> {
    let picture = state.pictures.named(&name).ok_or(Phrase::NotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, HeaderValue::from_static(picture.media_type)))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        // RFC 8246 §2: the content of this URL never changes. A day, as it is not kept for ever here either.
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400, immutable")))
        .body(Bytes::from_owner(picture.bytes)))
}
