//! Errors that a person sees: a page on the URL where the error arose, with a fixed phrase a cause.
//!
//! Handlers return a [`PageError`]; the middleware that knows the reader's language renders it.

use super::retry_after::whole_seconds;
use crate::oauth::OAuthError;
use crate::storage::{Fault, FaultKind, Stop};
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_ENCODING, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

/// What may be said instead of a coding that we do not read. RFC 9110 §12.5.3, §15.5.16.
pub const READ_CODING: (HeaderName, HeaderValue) = (ACCEPT_ENCODING, HeaderValue::from_static("identity"));

/// What a person is told. Each has a title and a line of advice in the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phrase {
    /// The request is no valid form or URL.
    BadRequest,
    /// No page has this address.
    NotFound,
    /// The address takes other methods. RFC 9110 §15.5.6.
    MethodNotAllowed,
    /// The body is larger than we read.
    TooLarge,
    /// The body did not come in time. RFC 9110 §15.5.9.
    TooSlow,
    /// The body is encoded in a way that we do not read. RFC 9110 §15.5.16.
    Encoded,
    /// This address asks too often. RFC 6585 §4.
    TooMany,
    /// `Sec-Fetch-Site` or `Origin` says that another site sent the form.
    CrossSite,
    /// A form came without the cookie that it was bound to.
    CookiesMissing,
    /// A form's token does not belong to the browser's cookie.
    FormExpired,
    /// No such interaction waits in this browser (any more).
    Interaction,
    /// The authorization request names no client that we know. RFC 6749 §4.1.2.1.
    ClientUnknown,
    /// The redirect URI is not one of the client's. RFC 6749 §4.1.2.1.
    RedirectUri,
    /// The authorization request is wrong in a way that cannot be told to its client.
    AuthorizationRequest,
    /// The link for the first administrator is unknown, used or too old.
    SetupLink,
    /// We failed.
    Server,
    /// We can do no more just now.
    Unavailable,
}

impl Phrase {
    /// Every phrase.
    pub const ALL: [Self; 17] = [
        Self::BadRequest,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::TooLarge,
        Self::TooSlow,
        Self::Encoded,
        Self::TooMany,
        Self::CrossSite,
        Self::CookiesMissing,
        Self::FormExpired,
        Self::Interaction,
        Self::ClientUnknown,
        Self::RedirectUri,
        Self::AuthorizationRequest,
        Self::SetupLink,
        Self::Server,
        Self::Unavailable,
    ];

    /// What a person is told of a refusal by the protocol that no client may be told of: by its private cause, since
    /// they all have one public code.
    pub fn of(error: OAuthError) -> Self {
        match error.cause {
            "client.unknown" => Self::ClientUnknown,
            cause if cause.starts_with("client_document.") => Self::ClientUnknown,
            "redirect_uri.not_registered" | "redirect_uri.missing" => Self::RedirectUri,
            "interaction.unknown" | "interaction.expired" | "interaction.foreign_browser" => {
                Self::Interaction
            }
            _ => Self::AuthorizationRequest,
        }
    }

    /// The key of the title.
    pub const fn key(self) -> &'static str {
        self.keys().0
    }

    /// The key of the advice.
    pub const fn help_key(self) -> &'static str {
        self.keys().1
    }

    const fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::BadRequest => ("error-bad-request", "error-bad-request-help"),
            Self::NotFound => ("error-not-found", "error-not-found-help"),
            Self::MethodNotAllowed => ("error-method-not-allowed", "error-method-not-allowed-help"),
            Self::TooLarge => ("error-too-large", "error-too-large-help"),
            Self::TooSlow => ("error-too-slow", "error-too-slow-help"),
            Self::Encoded => ("error-encoded", "error-encoded-help"),
            Self::TooMany => ("error-too-many", "error-too-many-help"),
            Self::CrossSite => ("error-cross-site", "error-cross-site-help"),
            Self::CookiesMissing => ("error-cookies-missing", "error-cookies-missing-help"),
            Self::FormExpired => ("error-form-expired", "error-form-expired-help"),
            Self::Interaction => ("error-interaction", "error-interaction-help"),
            Self::ClientUnknown => ("error-client-unknown", "error-client-unknown-help"),
            Self::RedirectUri => ("error-redirect-uri", "error-redirect-uri-help"),
            Self::AuthorizationRequest => ("error-authorization-request", "error-authorization-request-help"),
            Self::SetupLink => ("error-setup-link", "error-setup-link-help"),
            Self::Server => ("error-server", "error-server-help"),
            Self::Unavailable => ("error-unavailable", "error-unavailable-help"),
        }
    }

    /// The error for programs, in the words of RFC 6749 where those have one.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::TooLarge => "payload_too_large",
            Self::TooSlow => "request_timeout",
            Self::Encoded => "unsupported_media_type",
            Self::TooMany => "too_many_requests",
            Self::CrossSite | Self::CookiesMissing | Self::FormExpired | Self::SetupLink => "access_denied",
            Self::BadRequest
            | Self::Interaction
            | Self::ClientUnknown
            | Self::RedirectUri
            | Self::AuthorizationRequest => "invalid_request",
            Self::Server => "server_error",
            Self::Unavailable => "temporarily_unavailable",
        }
    }

    /// The status of the answer.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest
            | Self::Interaction
            | Self::ClientUnknown
            | Self::RedirectUri
            | Self::AuthorizationRequest => StatusCode::BAD_REQUEST,
            Self::CrossSite | Self::CookiesMissing | Self::FormExpired | Self::SetupLink => {
                StatusCode::FORBIDDEN
            }
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Encoded => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Server => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// An error that a person sees.
#[derive(Debug)]
pub struct PageError {
    /// What the person is told.
    pub phrase: Phrase,
    /// What the developer of a client is told beside it.
    pub detail: Option<&'static str>,
    /// After how many seconds the person may come again, where that is known. RFC 6585 §4.
    pub retry_after: Option<u32>,
    /// What failed on our side, for the log alone.
    pub fault: Option<Fault>,
}

impl PageError {
    /// A fault of ours.
    pub fn broken(what: &str) -> Self {
        Fault::broken(what).into()
    }

    /// For whoever asks too often: how long it takes until there is another try.
    pub fn too_many(wait: Duration) -> Self {
        Self { retry_after: Some(whole_seconds(wait)), ..Phrase::TooMany.into() }
    }
}

impl From<Phrase> for PageError {
    fn from(phrase: Phrase) -> Self {
        Self { phrase, detail: None, retry_after: None, fault: None }
    }
}

impl From<Fault> for PageError {
    fn from(fault: Fault) -> Self {
        let phrase = match fault.kind {
            FaultKind::Broken => Phrase::Server,
            FaultKind::Unavailable => Phrase::Unavailable,
        };
        Self { phrase, detail: None, retry_after: None, fault: Some(fault) }
    }
}

/// A refusal of the protocol that cannot be told to the client: RFC 6749 §4.1.2.1.
impl From<OAuthError> for PageError {
    fn from(error: OAuthError) -> Self {
        let phrase = Phrase::of(error);
        let detail = (phrase != Phrase::Interaction).then_some(error.description);
        Self { phrase, detail, retry_after: None, fault: None }
    }
}

/// For units of work that refuse nothing.
impl From<Infallible> for PageError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl<R: Into<Self>> From<Stop<R>> for PageError {
    fn from(stop: Stop<R>) -> Self {
        match stop {
            Stop::Refused(refusal) => refusal.into(),
            Stop::Fault(fault) => fault.into(),
        }
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.phrase.key())
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        self.phrase.status()
    }

    /// The bare status: the page is put in by the middleware.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if self.phrase == Phrase::Encoded {
            response.insert_header(READ_CODING);
        }
        response.finish()
    }
}
