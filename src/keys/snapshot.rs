//! What the keys of a tenant are at one time: immutable, complete, and read without waiting.

use super::generate::context;
use super::lifecycle::{KeyPolicy, is_founding};
use super::sealing::{KekRing, Sealed};
use super::signer::OpensslSigner;
use super::{Algorithm, JwksDocument, KeyError, Signer, VerifyingKey};
use crate::records::{KeyState, SigningKey};
use std::collections::HashMap;
use std::sync::Arc;
use time::Duration;

/// The token types whose header is rendered once a key. RFC 9068 §2.1, RFC 7519 §5.1.
const COMMON_TYPES: [&str; 2] = ["at+jwt", "JWT"];

/// One view of a tenant's keys.
#[derive(Debug, Default)]
pub struct Snapshot {
    signing: Vec<Signing>,
    spares: Vec<Arc<dyn Signer>>,
    verifying: HashMap<String, VerifyingKey>,
    jwks: Option<JwksDocument>,
    algorithms: Vec<Algorithm>,
}

/// An active key, with what goes into every token that it signs.
#[derive(Debug)]
pub(super) struct Signing {
    pub(super) signer: Arc<dyn Signer>,
    /// Encoded headers by token type.
    pub(super) headers: Vec<(&'static str, String)>,
    /// The longest life of a token that it may sign.
    pub(super) token_life: Duration,
}

impl Snapshot {
    /// The view that follows from the stored keys. Private keys that `before` has parsed are taken over.
    ///
    /// # Errors
    /// A [`KeyError`] where a seal cannot be opened or a stored key is damaged.
    pub fn build(
        keys: &[SigningKey],
        policy: &KeyPolicy,
        kek_ring: &KekRing,
        before: &Self,
    ) -> Result<Self, KeyError> {
        let mut snapshot = Self { algorithms: policy.algorithms.clone(), ..Self::default() };
        for key in keys {
            snapshot.add(key, kek_ring, before)?;
        }
        let max_age = if is_founding(keys) { Duration::ZERO } else { policy.jwks_max_age };
        snapshot.jwks = JwksDocument::render(keys, max_age);
        Ok(snapshot)
    }

    fn add(&mut self, key: &SigningKey, kek_ring: &KekRing, before: &Self) -> Result<(), KeyError> {
        if key.state.is_public() {
            let damaged = || KeyError::Damaged { kid: key.kid.clone() };
            let parsed = VerifyingKey::parse(key.algorithm, &key.public).ok_or_else(damaged)?;
            self.verifying.insert(key.kid.clone(), parsed);
        }
        match key.state {
            KeyState::Active => {
                let signer = open(key, kek_ring, before)?;
                let headers = COMMON_TYPES.map(|typ| (typ, super::jwt::header(&*signer, typ))).to_vec();
                let token_life = Duration::seconds(key.token_life.into());
                self.signing.push(Signing { signer, headers, token_life });
            }
            // Opened ahead, so that an emergency switch needs nothing, and a missing KEK is found at the start.
            KeyState::Published => self.spares.push(open(key, kek_ring, before)?),
            KeyState::Pending | KeyState::Retired | KeyState::Revoked => {}
        }
        Ok(())
    }

    /// The active key of an algorithm; none while it is being made, or where the algorithm is not offered.
    pub fn signer(&self, algorithm: Algorithm) -> Option<&Arc<dyn Signer>> {
        self.signing(algorithm).map(|signing| &signing.signer)
    }

    pub(super) fn signing(&self, algorithm: Algorithm) -> Option<&Signing> {
        let offered = self.algorithms.contains(&algorithm);
        self.signing.iter().find(|signing| offered && signing.signer.algorithm() == algorithm)
    }

    /// The document of every key that stands in the JWKS; none before the first keys are made.
    pub fn jwks(&self) -> Option<&JwksDocument> {
        self.jwks.as_ref()
    }

    /// The published key of this identifier: active, spare or retired. A revoked one is not found.
    pub fn verifying_key(&self, kid: &str) -> Option<&VerifyingKey> {
        self.verifying.get(kid)
    }

    fn parsed(&self, kid: &str) -> Option<Arc<dyn Signer>> {
        let active = self.signing.iter().map(|signing| &signing.signer);
        active.chain(&self.spares).find(|signer| signer.kid() == kid).cloned()
    }
}

fn open(key: &SigningKey, kek_ring: &KekRing, before: &Snapshot) -> Result<Arc<dyn Signer>, KeyError> {
    if let Some(signer) = before.parsed(&key.kid) {
        return Ok(signer);
    }
    let damaged = || KeyError::Damaged { kid: key.kid.clone() };
    let sealed = key.sealed.clone().ok_or_else(damaged)?;
    let sealed: Sealed = serde_json::from_value(sealed).map_err(|_| damaged())?;
    let der = kek_ring.open(&context(&key.kid), &sealed)?;
    Ok(Arc::new(OpensslSigner::parse(&key.kid, key.algorithm, &der)?))
}
