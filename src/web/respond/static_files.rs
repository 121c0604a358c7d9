//! The style sheet, the script and the icon: embedded, served under names that hold a hash of their content, so that
//! a browser may keep them for ever and never shows an old one.

use actix_web::web::Bytes;
use actix_web::{HttpResponse, http::header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::Embed;
use std::borrow::Cow;

/// The folder of the URL space that holds the files; below the issuer's path.
pub const FOLDER: &str = "/static/";

/// How many bytes of the SHA-256 of a file stand in its name.
const HASH_BYTES: usize = 9;

#[derive(Embed)]
#[folder = "static/"]
struct Embedded;

/// All static files. Built once, when the server starts.
#[derive(Debug)]
pub struct StaticFiles(Vec<StaticFile>);

#[derive(Debug)]
struct StaticFile {
    /// The name in the repository: `latchkey.css`.
    name: String,
    /// The name in the URL: `latchkey.4sPq0yQj_7Zm.css`.
    served: String,
    media_type: &'static str,
    bytes: Bytes,
}

impl StaticFiles {
    /// Reads the embedded files.
    pub fn load() -> Self {
        Self(Embedded::iter().filter_map(|name| StaticFile::load(&name)).collect())
    }

    /// The path of a file below the issuer's own, for the pages; empty where there is none of that name.
    pub fn path(&self, name: &str) -> String {
        let file = self.0.iter().find(|file| file.name == name);
        file.map(|file| [FOLDER, &file.served].concat()).unwrap_or_default()
    }

    /// The answer to a request for `served`; none where no file has that name now, an old hash included.
    pub fn answer(&self, served: &str) -> Option<HttpResponse> {
        let file = self.0.iter().find(|file| file.served == served)?;
        Some(
            HttpResponse::Ok()
                .insert_header((header::CONTENT_TYPE, file.media_type))
                // RFC 8246 §2: the content of this URL never changes.
                .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
                .body(file.bytes.clone()),
        )
    }
}

impl StaticFile {
    fn load(name: &str) -> Option<Self> {
        let (stem, extension) = name.rsplit_once('.')?;
        let media_type = media_type(extension)?;
        let file = Embedded::get(name)?;
        let hash = URL_SAFE_NO_PAD.encode(file.metadata.sha256_hash().get(..HASH_BYTES)?);
        let bytes = match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        Some(Self { name: name.to_owned(), served: format!("{stem}.{hash}.{extension}"), media_type, bytes })
    }
}

/// The media types of the files that we have. A file of another kind is not served.
fn media_type(extension: &str) -> Option<&'static str> {
    match extension {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_served_under_its_hash_alone() {
        let files = StaticFiles::load();
        let path = files.path("latchkey.css");
        let served = path.strip_prefix(FOLDER).unwrap();
        let answer = files.answer(served).unwrap();
        assert_eq!(answer.headers().get("cache-control").unwrap(), "public, max-age=31536000, immutable");
        for other in ["latchkey.css", "latchkey.AAAAAAAAAAAA.css", "../Cargo.toml", ""] {
            assert!(files.answer(other).is_none(), "{other}");
        }
    }

    #[test]
    fn an_unknown_name_has_no_path() {
        assert_eq!(StaticFiles::load().path("none.css"), "");
    }
}
