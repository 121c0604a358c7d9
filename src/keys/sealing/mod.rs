//! Secrets at rest: AES-256-GCM (NIST SP 800-38D, RFC 5116 §5.2) under a key-encryption key (KEK).
//!
//! The associated data names the purpose, the name and the version of what is sealed, so a row that is moved to
//! another place does not open there. Several KEKs may be at hand; the first seals, all of them open. A KEK's
//! identifier is derived from the key, so a wrong one is told from a damaged row.

mod kek;
mod source;

pub use kek::{Kek, KekRing};
pub use source::{create_file, from_command, from_file, from_text};

use super::KeyError;
use crate::ports::Seed;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Bytes of a GCM tag. NIST SP 800-38D §5.2.1.2 allows shorter ones; we do not.
const TAG_BYTES: usize = 16;

/// What is sealed: authenticated with it, stored beside it.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// What kind of secret, such as `signing_key`.
    pub purpose: &'a str,
    /// Which one of its kind, such as a kid.
    pub name: &'a str,
    /// The version of the secret's form.
    pub version: u32,
}

impl Context<'_> {
    /// The associated data. Lengths go first, so no two contexts give the same bytes.
    fn associated_data(&self) -> Vec<u8> {
        let Self { purpose, name, version } = self;
        format!("latchkey seal 1;{};{purpose};{};{name};{version}", purpose.len(), name.len()).into_bytes()
    }
}

/// A sealed secret, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// The identifier of the KEK.
    pub kek: String,
    /// 96 bits, base64url.
    pub nonce: String,
    /// The ciphertext with its tag of 128 bits behind it, base64url.
    pub ciphertext: String,
}

impl KekRing {
    /// Seals `plaintext` under the active KEK.
    ///
    /// The nonce is derived from the seed, the context and the plaintext, so a unit of work that runs again makes
    /// the same seal, and one seed never gives two plaintexts the same nonce.
    ///
    /// # Errors
    /// [`KeyError::Crypto`] where OpenSSL fails.
    pub fn seal(&self, context: &Context<'_>, plaintext: &[u8], seed: &Seed) -> Result<Sealed, KeyError> {
        let kek = self.active();
        let aad = context.associated_data();
        let [nonce @ .., _, _, _, _] = nonce_block(kek, &aad, plaintext, seed);
        let mut tag = [0_u8; TAG_BYTES];
        let mut ciphertext =
            encrypt_aead(Cipher::aes_256_gcm(), kek.key(), Some(&nonce), &aad, plaintext, &mut tag)
                .map_err(|_| KeyError::Crypto("sealing"))?;
        ciphertext.extend_from_slice(&tag);
        Ok(Sealed {
            kek: kek.id().to_owned(),
            nonce: URL_SAFE_NO_PAD.encode(nonce),
            ciphertext: URL_SAFE_NO_PAD.encode(ciphertext),
        })
    }

    /// Opens a seal that was made for the same context.
    ///
    /// # Errors
    /// [`KeyError::UnknownKek`] where its KEK is not at hand, [`KeyError::Unsealable`] where anything was changed.
    pub fn open(&self, context: &Context<'_>, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let name = || format!("{} {}", context.purpose, context.name);
        let kek = self
            .find(&sealed.kek)
            .ok_or_else(|| KeyError::UnknownKek { kek: sealed.kek.clone(), name: name() })?;
        let broken = || KeyError::Unsealable { name: name() };
        let nonce = URL_SAFE_NO_PAD.decode(&sealed.nonce).map_err(|_| broken())?;
        let bytes = URL_SAFE_NO_PAD.decode(&sealed.ciphertext).map_err(|_| broken())?;
        let at = bytes.len().checked_sub(TAG_BYTES).ok_or_else(broken)?;
        let (ciphertext, tag) = bytes.split_at_checked(at).ok_or_else(broken)?;
        if nonce.len() != 12 {
            return Err(broken());
        }
        decrypt_aead(
            Cipher::aes_256_gcm(),
            kek.key(),
            Some(&nonce),
            &context.associated_data(),
            ciphertext,
            tag,
        )
        .map(Zeroizing::new)
        .map_err(|_| broken())
    }

    /// Whether a seal was made under another KEK than the active one, so that a rewrap would change it.
    pub fn is_outdated(&self, sealed: &Sealed) -> bool {
        sealed.kek != self.active().id()
    }
}

/// Sixteen pseudo-random bytes that follow from all that goes into a seal.
fn nonce_block(kek: &Kek, aad: &[u8], plaintext: &[u8], seed: &Seed) -> [u8; 16] {
    let mut hash = openssl::sha::Sha256::new();
    hash.update(kek.id().as_bytes());
    hash.update(&openssl::sha::sha256(aad));
    hash.update(&openssl::sha::sha256(plaintext));
    seed.expand_16(&URL_SAFE_NO_PAD.encode(hash.finish()))
}
