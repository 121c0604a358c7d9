//! The metadata document as it is served: rendered once for each signing key, with its own signed copy inside.
//! RFC 8414 §2.1.

use crate::keys::{Algorithm, KeyError, Snapshot};
use crate::oauth::discovery::Metadata;
use actix_web::web::Bytes;
use arc_swap::ArcSwap;
use serde_json::{Map, Value};
use std::sync::Arc;
use time::OffsetDateTime;

/// What the server says about itself. Reading it takes no lock; the first reader after a turn of keys renders it anew.
#[derive(Debug)]
pub struct Published {
    issuer: Arc<str>,
    members: Map<String, Value>,
    algorithm: Option<Algorithm>,
    rendered: ArcSwap<Rendered>,
}

#[derive(Debug, Default)]
struct Rendered {
    /// The key that signed it; none for a document without a signed copy.
    kid: Option<String>,
    resources: Vec<String>,
    bytes: Bytes,
}

impl Published {
    /// The document of this metadata, signed by the first of these algorithms.
    ///
    /// # Errors
    /// Where the metadata cannot be written as JSON, which does not happen.
    pub fn of(issuer: &Arc<str>, metadata: &Metadata, algorithms: &[Algorithm]) -> serde_json::Result<Self> {
        let bytes = serde_json::to_vec(metadata)?;
        Ok(Self {
            issuer: Arc::clone(issuer),
            members: serde_json::from_slice(&bytes)?,
            algorithm: algorithms.first().copied(),
            rendered: ArcSwap::from_pointee(Rendered {
                kid: None,
                resources: Vec::new(),
                bytes: bytes.into(),
            }),
        })
    }

    /// The document, as JSON, with the APIs that are described now. RFC 9728 §4.
    pub fn json(&self, keys: &Snapshot, now: OffsetDateTime, resources: Vec<String>) -> Bytes {
        let signer = self.algorithm.and_then(|algorithm| Some((algorithm, keys.signer(algorithm)?)));
        let kid = signer.map(|(_, signer)| signer.kid());
        let rendered = self.rendered.load();
        if rendered.kid.as_deref() == kid && rendered.resources == resources {
            return rendered.bytes.clone();
        }
        match self.render(keys, signer.map(|(algorithm, _)| algorithm), now, &resources) {
            Ok(bytes) => {
                let kid = kid.map(str::to_owned);
                self.rendered.store(Arc::new(Rendered { kid, resources, bytes: bytes.clone() }));
                bytes
            }
            Err(_) => rendered.bytes.clone(),
        }
    }

    /// The APIs that the document named when it was last rendered.
    pub fn resources(&self) -> Vec<String> {
        self.rendered.load().resources.clone()
    }

    fn render(
        &self,
        keys: &Snapshot,
        algorithm: Option<Algorithm>,
        now: OffsetDateTime,
        resources: &[String],
    ) -> Result<Bytes, KeyError> {
        let mut members = self.members.clone();
        if !resources.is_empty() {
            members.insert("protected_resources".to_owned(), resources.into());
        }
        if let Some(algorithm) = algorithm {
            // RFC 8414 §2.1: the claims are the members, and `iss` says who vouches for them.
            let mut claims = members.clone();
            claims.insert("iss".to_owned(), self.issuer.as_ref().into());
            claims.insert("iat".to_owned(), now.unix_timestamp().into());
            let signed = keys.sign_jwt(algorithm, "JWT", &claims, now, now)?;
            members.insert("signed_metadata".to_owned(), signed.into());
        }
        serde_json::to_vec(&members).map(Bytes::from).map_err(|_| KeyError::Claims)
    }
}
