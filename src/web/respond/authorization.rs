//! Authorization responses, as a browser carries them to the client. RFC 6749 §4.1.2, OIDC Form Post §2.

use super::page::{Frame, Page as _};
use super::page_error::PageError;
use super::redirect::see_other;
use crate::oauth::authorize::{Delivery, Response};
use crate::storage::Fault;
use crate::web::extract::Call;
use crate::web::pages::form_post::FormPostPage;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;

/// Seals what the client is told, and gives it to the browser.
///
/// # Errors
/// A fault where it is to be signed, and the key is not there yet.
pub fn send(call: &Call, frame: Frame, response: Response<'_>) -> Result<HttpResponse, PageError> {
    let policy = &call.realm.rules.policy;
    let delivery = response.deliver(policy, &call.realm.keys.load(), call.act.now).map_err(Fault::from)?;
    match delivery {
        Delivery::Redirect(uri) => Ok(see_other(&uri)),
        Delivery::Form { action, fields } => FormPostPage::new(frame, action, fields).answer(StatusCode::OK),
    }
}
