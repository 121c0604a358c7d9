//! The `CryptoProvider` of `jsonwebtoken`, on openssl: for whoever uses that crate beside us. What others sign, we read in
//! [`crate::jose`].
//!
//! It offers the asymmetric algorithms alone. HMAC is refused, so no public key can ever be taken for a shared
//! secret. RSA keys below 2048 bits are refused (RFC 7518 §3.3).
//!
//! `jsonwebtoken` checks neither `crit` nor `typ`, allows 60 s of leeway, leaves `nbf` alone, and reads the
//! system's clock: whoever calls its `decode` checks the first two, and judges times by its own clock.

mod components;
mod scheme;
mod sign;
mod verify;

use jsonwebtoken::crypto::{CryptoProvider, KeyUtils};

/// The provider.
pub static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: sign::signer,
    verifier_factory: verify::verifier,
    key_utils: KeyUtils {
        rsa_pub_components_from_private_key: components::rsa_of_private,
        rsa_pub_components_from_public_key: components::rsa_of_public,
        ec_pub_components_from_private_key: components::ec_of_private,
        ed_pub_components_from_private_key: components::ed_of_private,
        compute_digest: components::digest,
    },
};

/// Makes it the provider of this process, as `jsonwebtoken` asks for. Doing it again changes nothing.
pub fn install() {
    // The only other answer is that a provider is installed, and nothing but this function installs one.
    let _already = PROVIDER.install_default();
}
