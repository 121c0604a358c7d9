//! What an authorization request asks, wherever it says so: in its own parameters, in a signed object, or in what was
//! pushed before. RFC 6749 §4.1.1, RFC 9101 §5, RFC 9126 §4.
//!
//! ```text
//! outer parameters --Named--> plain | object | object at a URI | pushed  -->  Asked  --> trust, parse
//! ```
//!
//! An [`Asked`] holds the parameters of exactly one of them. RFC 9101 §6.3: outer and inner parameters are never mixed.

use super::pushed::PREFIX;
use crate::oauth::{OAuthError, Params};
use crate::records::PushedRequest;

/// Where the parameters of a request are to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named<'a> {
    /// In the request itself.
    Plain,
    /// In this object. RFC 9101 §5.1.
    Object(&'a str),
    /// In an object that lies at this URI. RFC 9101 §5.2.
    Reference(&'a str),
    /// In what was pushed under this reference. RFC 9126 §4.
    Pushed(&'a str),
}

impl<'a> Named<'a> {
    /// Reads where the parameters of a request are to be found. Fetches nothing.
    ///
    /// # Errors
    /// `invalid_request` where a parameter stands there twice, or two places are named.
    pub fn read(outer: &'a Params) -> Result<Self, OAuthError> {
        // RFC 9101 §10.7.
        match (outer.get("request")?, outer.get("request_uri")?) {
            (None, None) => Ok(Self::Plain),
            (Some(object), None) => Ok(Self::Object(object)),
            (None, Some(uri)) if uri.starts_with(PREFIX) => Ok(Self::Pushed(uri)),
            // RFC 9101 §5.2.2.
            (None, Some(uri)) => Ok(Self::Reference(uri)),
            // RFC 9101 §5.
            (Some(_), Some(_)) => Err(OAuthError::invalid_request(
                "request and request_uri cannot be used together.",
                "request.two_places",
            )),
        }
    }
}

/// The parameters of a request, and how they came.
#[derive(Debug, Clone)]
pub struct Asked {
    params: Params,
    /// Whether the client signed them.
    signed: bool,
    way: Way,
}

#[derive(Debug, Clone)]
enum Way {
    /// Through the browser.
    Browser,
    /// From the client itself, just now.
    Pushing,
    /// From the client itself, before: `hash_of` the reference.
    Pushed(String),
}

impl Asked {
    /// Parameters that came with the request itself.
    pub fn plain(params: Params) -> Self {
        Self { params, signed: false, way: Way::Browser }
    }

    /// Parameters that came in a request object.
    pub fn object(params: Params, signed: bool) -> Self {
        Self { params, signed, way: Way::Browser }
    }

    /// The same, pushed by the client itself.
    #[must_use]
    pub fn pushing(self) -> Self {
        Self { way: Way::Pushing, ..self }
    }

    /// Parameters that were pushed before.
    ///
    /// # Errors
    /// `invalid_request` where they are none, which does not happen: they were checked.
    pub fn pushed(request: PushedRequest) -> Result<Self, OAuthError> {
        let params = Params::of(request.params)?;
        Ok(Self { params, signed: request.signed, way: Way::Pushed(request.hash) })
    }

    /// The parameters.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// The same with other parameters.
    #[must_use]
    pub fn map(self, change: impl FnOnce(Params) -> Params) -> Self {
        Self { params: change(self.params), ..self }
    }

    /// Whether the client signed them.
    pub fn is_signed(&self) -> bool {
        self.signed
    }

    /// Whether they came from the client itself.
    pub fn is_pushed(&self) -> bool {
        !matches!(self.way, Way::Browser)
    }

    /// `hash_of` the reference under which they were pushed.
    pub(super) fn reference(&self) -> Option<&str> {
        match &self.way {
            Way::Pushed(hash) => Some(hash),
            Way::Browser | Way::Pushing => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_one_place() {
        let read = |query: &str| {
            let params = Params::parse(query.as_bytes()).unwrap();
            Named::read(&params).map(|named| format!("{named:?}")).map_err(|error| error.cause)
        };
        for (query, expected) in [
            ("client_id=web", Ok("Plain")),
            ("request=", Ok("Plain")),
            ("request=a.b.c", Ok("Object(\"a.b.c\")")),
            ("request_uri=https://app.example/r", Ok("Reference(\"https://app.example/r\")")),
            (
                "request_uri=urn:ietf:params:oauth:request_uri:x",
                Ok("Pushed(\"urn:ietf:params:oauth:request_uri:x\")"),
            ),
            ("request_uri=urn:x", Ok("Reference(\"urn:x\")")),
            ("request=a&request_uri=b", Err("request.two_places")),
            ("request=a&request=b", Err("params.duplicate")),
            ("request_uri=a&request_uri=b", Err("params.duplicate")),
        ] {
            assert_eq!(read(query), expected.map(str::to_owned), "{query}");
        }
    }
}
