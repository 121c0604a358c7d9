//! The form that a page of ours sends. What cannot be read is answered by a page, too.

use super::body;
use crate::oauth::{OAuthError, Params};
use crate::web::respond::page_error::{PageError, Phrase};
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest};
use secrecy::SecretString;
use std::future::Future;
use std::pin::Pin;

/// The fields of a form.
#[derive(Debug)]
pub struct PageForm(Params);

impl PageForm {
    /// All fields.
    pub fn params(&self) -> &Params {
        &self.0
    }

    /// A field; none where it is missing or empty.
    ///
    /// # Errors
    /// The page for a request that cannot be read, where the field came twice.
    pub fn get(&self, name: &str) -> Result<Option<&str>, PageError> {
        self.0.get(name).map_err(unreadable)
    }

    /// A field that holds a secret; empty where it is missing.
    ///
    /// # Errors
    /// The page for a request that cannot be read, where the field came twice.
    pub fn secret(&self, name: &str) -> Result<SecretString, PageError> {
        Ok(SecretString::from(self.get(name)?.unwrap_or_default()))
    }
}

impl FromRequest for PageForm {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = body::read_form(request, payload);
        Box::pin(async move {
            let body = body.await.map_err(|error| unread(&error))?;
            let body = body.ok_or_else(|| because("The body must be application/x-www-form-urlencoded."))?;
            Ok(Self(Params::parse(&body).map_err(unreadable)?))
        })
    }
}

/// The page for a request that breaks the rules of parameters; a developer is told which one.
pub(super) fn unreadable(error: OAuthError) -> PageError {
    because(error.description)
}

fn because(why: &'static str) -> PageError {
    PageError { detail: Some(why), ..Phrase::BadRequest.into() }
}

fn unread(error: &actix_web::Error) -> PageError {
    match error.as_response_error().status_code() {
        StatusCode::PAYLOAD_TOO_LARGE => Phrase::TooLarge.into(),
        StatusCode::REQUEST_TIMEOUT => Phrase::TooSlow.into(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Phrase::Encoded.into(),
        _ => Phrase::BadRequest.into(),
    }
}
