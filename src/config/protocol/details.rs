//! `[authorization_details.TYPE]`: what clients may ask for in detail. RFC 9396.
//!
//! The one part of the file whose sections are not known beforehand, so it is read as a whole. No environment variable
//! holds it.

use crate::oauth::authorization_details::DetailTypes;
use serde::Deserialize;

/// The name before the dot.
pub(in crate::config) const SECTION: &str = "authorization_details";

#[derive(Deserialize)]
struct Whole {
    authorization_details: DetailTypes,
}

/// Reads the types out of the text of a file that has some. The fault stands at this byte.
pub(in crate::config) fn read(text: &str) -> Result<DetailTypes, (usize, String)> {
    match toml::from_str::<Whole>(text) {
        Ok(Whole { authorization_details }) => Ok(authorization_details),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            Err((at, error.message().replace('\n', " ")))
        }
    }
}
