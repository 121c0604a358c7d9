//! The files that pages are made with, for browsers.

use super::respond::page_error::{PageError, Phrase};
use super::state::AppState;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

/// `GET /static/{name}`
///
/// # Errors
/// The page for an address that there is not.
pub async fn get(name: Path<String>, state: Data<AppState>) -> Result<HttpResponse, PageError> {
    Ok(state.stationery.files().answer(&name).ok_or(Phrase::NotFound)?)
}
