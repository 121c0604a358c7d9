//! The metadata document as it is served: rendered once for each signing key, with its own signed copy inside.
//! RFC 8414 §2.1.

use crate::keys::{Algorithm, KeyError, Snapshot};
use crate::oauth::discovery::Metadata;
use crate::web::respond::document::Document;
use actix_web::web::Bytes;
use arc_swap::ArcSwap;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use time::OffsetDateTime;

/// What the server says about itself. Reading it takes no lock; the first reader after a turn of keys, or after an API
/// was described, renders it anew.
#[derive(Debug)]
pub struct Published {
    issuer: Arc<str>,
    members: Map<String, Value>,
    algorithm: Option<Algorithm>,
    rendered: ArcSwap<Rendered>,
    /// When the APIs were last asked for, in seconds since the epoch.
    asked_at: AtomicI64,
}

#[derive(Debug, Default)]
struct Rendered {
    /// The key that signed it; none for a document without a signed copy, or one that is to be rendered anew.
    kid: Option<String>,
    /// The APIs that it names. RFC 9728 §4.
    resources: Vec<String>,
    document: Document,
}

impl Published {
    /// The document of this metadata, signed by the first of these algorithms.
    ///
    /// # Errors
    /// Where the metadata cannot be written as JSON, which does not happen.
    pub fn of(issuer: &Arc<str>, metadata: &Metadata, algorithms: &[Algorithm]) -> serde_json::Result<Self> {
        let bytes = serde_json::to_vec(metadata)?;
        let members = serde_json::from_slice(&bytes)?;
        let rendered = Rendered { document: Document::of(bytes.into()), ..Rendered::default() };
        Ok(Self {
            issuer: Arc::clone(issuer),
            members,
            algorithm: algorithms.first().copied(),
            rendered: ArcSwap::from_pointee(rendered),
            asked_at: AtomicI64::new(i64::MIN),
        })
    }

    /// Whether the caller is the one to ask which APIs are described: once a second somebody is.
    pub fn is_due(&self, now: OffsetDateTime) -> bool {
        let now = now.unix_timestamp();
        // Read before it is written, so that readers of one second share the line of memory.
        self.asked_at.load(Ordering::Relaxed) != now && self.asked_at.swap(now, Ordering::Relaxed) != now
    }

    /// Names these APIs from now on. RFC 9728 §4.
    pub fn describe(&self, resources: Vec<String>) {
        let rendered = self.rendered.load();
        if rendered.resources != resources {
            let document = rendered.document.clone();
            self.rendered.store(Arc::new(Rendered { kid: None, resources, document }));
        }
    }

    /// The document, as JSON.
    pub fn json(&self, keys: &Snapshot, now: OffsetDateTime) -> Document {
        let signer = self.algorithm.and_then(|algorithm| Some((algorithm, keys.signer(algorithm)?)));
        let rendered = self.rendered.load();
        // Before the first keys are made there is nothing to sign with, and nobody to tell.
        let Some((algorithm, signer)) = signer else { return rendered.document.clone() };
        if rendered.kid.as_deref() == Some(signer.kid()) {
            return rendered.document.clone();
        }
        match self.render(keys, algorithm, now, &rendered.resources) {
            Ok(bytes) => {
                let document = Document::of(bytes);
                let (kid, resources) = (Some(signer.kid().to_owned()), rendered.resources.clone());
                self.rendered.store(Arc::new(Rendered { kid, resources, document: document.clone() }));
                document
            }
            Err(_) => rendered.document.clone(),
        }
    }

    fn render(
        &self,
        keys: &Snapshot,
        algorithm: Algorithm,
        now: OffsetDateTime,
        resources: &[String],
    ) -> Result<Bytes, KeyError> {
        let mut members = self.members.clone();
        if !resources.is_empty() {
            members.insert("protected_resources".to_owned(), resources.into());
        }
        // RFC 8414 §2.1: the claims are the members, and `iss` says who vouches for them.
        let mut claims = members.clone();
        claims.insert("iss".to_owned(), self.issuer.as_ref().into());
        claims.insert("iat".to_owned(), now.unix_timestamp().into());
        let signed = keys.sign_jwt(algorithm, "JWT", &claims, now, now)?;
        members.insert("signed_metadata".to_owned(), signed.into());
        serde_json::to_vec(&members).map(Bytes::from).map_err(|_| KeyError::Claims)
    }
}
