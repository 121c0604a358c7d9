//! Making keys. The only place that draws randomness by itself: openssl's own generator makes the private key.
//!
//! So it runs OUTSIDE units of work, before the transaction: a unit may run twice, and takes the finished, sealed
//! key by value. Making an RSA key takes from 50 ms to seconds: do it on a thread that may block.

use super::sealing::{Context, KekRing};
use super::{Algorithm, KeyError, public};
use crate::ports::Seed;
use crate::records::PublicKey;
use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use zeroize::Zeroizing;

/// What a seal of a signing key is for; see [`Context`].
const PURPOSE: &str = "signing_key";

/// A key that was just made, its private half sealed.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// The thumbprint of the public half.
    pub kid: String,
    /// The algorithm that it is for.
    pub algorithm: Algorithm,
    /// The public half.
    pub public: PublicKey,
    /// The sealed private half.
    pub sealed: serde_json::Value,
}

/// Makes a key and seals it under the active KEK. `rsa_bits` counts for RS256 alone.
///
/// # Errors
/// [`KeyError::Crypto`] where openssl fails.
pub fn generate(
    algorithm: Algorithm,
    rsa_bits: u32,
    keks: &KekRing,
    seed: &Seed,
) -> Result<NewKey, KeyError> {
    let failed = |_: ErrorStack| KeyError::Crypto("making a key");
    let key = make(algorithm, rsa_bits).map_err(failed)?;
    let public = public::describe(algorithm, &key)?;
    let kid = super::thumbprint(&public);
    let der = Zeroizing::new(key.private_key_to_pkcs8().map_err(failed)?);
    let sealed = keks.seal(&context(&kid), &der, seed)?;
    let sealed = serde_json::to_value(sealed).map_err(|_| KeyError::Crypto("writing a seal"))?;
    Ok(NewKey { kid, algorithm, public, sealed })
}

fn make(algorithm: Algorithm, rsa_bits: u32) -> Result<PKey<Private>, ErrorStack> {
    match algorithm {
        Algorithm::Es256 => PKey::ec_gen("prime256v1"),
        // RFC 7515 §10.1; RFC 7518 §3.3: 2048 bits or more.
        Algorithm::Rs256 => PKey::from_rsa(Rsa::generate(rsa_bits)?),
        Algorithm::EdDsa => PKey::generate_ed25519(),
    }
}

/// The context of the seal of this key's private half.
pub(super) fn context(kid: &str) -> Context<'_> {
    Context { purpose: PURPOSE, name: kid, version: 1 }
}
