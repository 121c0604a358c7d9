//! Pages: what they share, and how one becomes a response.

use super::static_files::StaticFiles;
use crate::records::User;
use crate::texts::{Language, Texts, TextsError};
use crate::web::respond::page_error::PageError;
use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;
use fluent_bundle::FluentValue;
use std::fmt;
use std::sync::Arc;
use url::Url;

/// What every page is printed on: the texts, the static files, the name of the house. Built once.
#[derive(Debug)]
pub struct Stationery {
    texts: Texts,
    files: StaticFiles,
    issuer: Url,
}

impl Stationery {
    /// The stationery of the server at `issuer`.
    ///
    /// # Errors
    /// [`TextsError`] where the embedded texts cannot be read.
    pub fn load(issuer: Url) -> Result<Self, TextsError> {
        Ok(Self { texts: Texts::load()?, files: StaticFiles::load(), issuer })
    }

    /// The texts in all languages.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// The static files.
    pub fn files(&self) -> &StaticFiles {
        &self.files
    }

    /// Whether people reach us by https.
    pub fn is_https(&self) -> bool {
        self.issuer.scheme() == "https"
    }

    /// Our own origin, as browsers write it. RFC 6454 §6.2.
    pub fn origin(&self) -> String {
        self.issuer.origin().ascii_serialization()
    }

    /// The path of `path` at this server: behind the issuer's own path, if that has one. Never made from a request.
    pub fn href(&self, path: &str) -> String {
        [self.issuer.path().trim_end_matches('/'), path].concat()
    }
}

/// The frame of one page: the stationery in the reader's language.
#[derive(Debug, Clone)]
pub struct Frame {
    stationery: Arc<Stationery>,
    language: Language,
}

impl Frame {
    /// The frame in this language.
    pub fn new(stationery: Arc<Stationery>, language: Language) -> Self {
        Self { stationery, language }
    }

    /// The language's tag, for the `lang` attribute.
    pub fn tag(&self) -> &str {
        self.language.tag()
    }

    /// A text by its key.
    pub fn text(&self, key: &str) -> String {
        self.language.text(key)
    }

    /// A text with one argument.
    pub fn text_with<'a>(&self, key: &str, name: &'a str, value: impl Into<FluentValue<'a>>) -> String {
        self.language.text_with(key, name, value)
    }

    /// What stands in the browser's tab.
    pub fn title(&self, key: &str) -> String {
        let (title, host) = (self.text(key), self.host());
        self.language
            .text_with_all("page-title", [("title", title.as_str().into()), ("host", host.as_str().into())])
    }

    /// The host at which people are, with its port where that is not the scheme's own.
    pub fn host(&self) -> String {
        host_of(&self.stationery.issuer)
    }

    /// The issuer as it is written in tokens.
    pub fn issuer(&self) -> &str {
        self.stationery.issuer.as_str().trim_end_matches('/')
    }

    /// The path of one of our pages.
    pub fn href(&self, path: &str) -> String {
        self.stationery.href(path)
    }

    /// The path of a static file.
    pub fn file(&self, name: &str) -> String {
        self.stationery.href(&self.stationery.files.path(name))
    }
}

/// The host of a URL as people know it: without scheme and path.
pub fn host_of(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        // Custom schemes (RFC 8252 §7.1) have no host: the scheme is what names the application.
        (None, _) => format!("{}:", url.scheme()),
    }
}

/// A person as pages name them: by their full name where they have one.
pub fn account_of(user: &User) -> String {
    user.name.clone().unwrap_or_else(|| user.username.clone())
}

/// What a form carries unasked. Made by [`crate::web::extract::csrf`]. Its token is never printed.
#[derive(Clone)]
pub struct FormSeal {
    /// Binds the form to the browser that it was shown in.
    pub csrf: String,
    /// The interaction that the form belongs to, if it belongs to one.
    pub interaction: Option<String>,
}

impl fmt::Debug for FormSeal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FormSeal").field("interaction", &self.interaction).finish_non_exhaustive()
    }
}

/// A page: a struct with a template of the same name.
pub trait Page: Template {
    /// The key of the page's title.
    fn title_key(&self) -> &'static str;

    /// The page as a response. Its headers of security come from the middleware.
    ///
    /// # Errors
    /// [`PageError`] of a fault where the template cannot be rendered.
    fn answer(&self, status: StatusCode) -> Result<HttpResponse, PageError> {
        let html = self.render().map_err(|_| PageError::broken("a template cannot be rendered"))?;
        Ok(HttpResponse::build(status)
            .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
            .body(html))
    }
}

/// A page as it can look, for the tests that keep its picture.
#[derive(Debug)]
pub struct Sample {
    /// What makes this look differ, in one word or two.
    pub name: &'static str,
    /// The whole document.
    pub html: String,
}

impl Sample {
    /// The sample of a page; a template that cannot be rendered gives an empty one, which no test accepts.
    pub fn of(name: &'static str, page: &impl Page) -> Self {
        Self { name, html: page.render().unwrap_or_default() }
    }
}
