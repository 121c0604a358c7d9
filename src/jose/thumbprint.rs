//! The name that follows from a key. RFC 7638.

use crate::records::PublicKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The SHA-256 thumbprint in base64url. RFC 7638 §3: the required members alone, in the order of their names,
/// without white space. RFC 8037 §2 names those of an OKP key.
pub fn thumbprint(public: &PublicKey) -> String {
    // Every value is base64url or a curve's name, so nothing needs escaping.
    // RFC 7638 §3.2, §3.2.1, §3.3: these members alone, so a private half changes nothing.
    let canonical = match public {
        PublicKey::Ec { crv, x, y } => format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#),
        PublicKey::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
        PublicKey::Okp { crv, x } => format!(r#"{{"crv":"{crv}","kty":"OKP","x":"{x}"}}"#),
    };
    URL_SAFE_NO_PAD.encode(openssl::sha::sha256(canonical.as_bytes()))
}
