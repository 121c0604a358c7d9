//! Signing keys: the public half, the sealed private half, and the absolute times of each key's life.

use super::{Record, SignatureAlgorithm};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Where a signing key stands. `pending -> published -> active -> retired`, then its record is deleted; beside
/// them `revoked`, whose record stays for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Made and sealed; nobody else has seen it.
    Pending,
    /// In the JWKS, not signing: the spare.
    Published,
    /// In the JWKS and signing; exactly one an algorithm.
    Active,
    /// In the JWKS, its private half destroyed: what it signed can still be verified.
    Retired,
    /// Withdrawn in an emergency: out of the JWKS, private half destroyed, its kid never used again.
    Revoked,
}

impl KeyState {
    /// The name, as in the store, the audit trail and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Published => "published",
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Revoked => "revoked",
        }
    }

    /// Whether the public half stands in the JWKS.
    pub const fn is_public(self) -> bool {
        matches!(self, Self::Published | Self::Active | Self::Retired)
    }
}

/// A public key in the members of a JWK. RFC 7518 §6, RFC 8037 §2. Every value is base64url without padding.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kty")]
pub enum PublicKey {
    /// A point on P-256; each coordinate has 32 bytes.
    #[serde(rename = "EC")]
    Ec {
        /// The curve: `P-256`.
        crv: String,
        /// The first coordinate.
        x: String,
        /// The second coordinate.
        y: String,
    },
    /// An RSA modulus and exponent.
    #[serde(rename = "RSA")]
    Rsa {
        /// The modulus.
        n: String,
        /// The exponent.
        e: String,
    },
    /// An Ed25519 point of 32 bytes.
    #[serde(rename = "OKP")]
    Okp {
        /// The curve: `Ed25519`.
        crv: String,
        /// The point.
        x: String,
    },
}

/// A signing key. Its times are the plan until they have come true, and what happened from then on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SigningKey {
    /// The SHA-256 thumbprint of the public half (RFC 7638), so it is never shared by two keys.
    pub kid: String,
    /// The one algorithm that it serves.
    pub algorithm: SignatureAlgorithm,
    /// Where it stands.
    pub state: KeyState,
    /// The public half.
    pub public: PublicKey,
    /// The private half as `keys::sealing` writes it; none once it is destroyed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<serde_json::Value>,
    /// Whether it signed from the moment it was made: the first of a new server, or one that an emergency called
    /// when there was no spare.
    #[serde(default)]
    pub first: bool,
    /// The longest life in seconds of a token that it may sign. Only ever raised.
    pub token_life: u32,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it entered the JWKS.
    #[serde(with = "time::serde::rfc3339")]
    pub publish_at: OffsetDateTime,
    /// Before this it does not sign: the lead time after it was first seen in the served JWKS. None until it was.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub ready_at: Option<OffsetDateTime>,
    /// When it begins to sign.
    #[serde(with = "time::serde::rfc3339")]
    pub activate_at: OffsetDateTime,
    /// When it stops signing.
    #[serde(with = "time::serde::rfc3339")]
    pub retire_at: OffsetDateTime,
    /// When it leaves the JWKS.
    #[serde(with = "time::serde::rfc3339")]
    pub remove_at: OffsetDateTime,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub revoked_at: Option<OffsetDateTime>,
}

impl Record for SigningKey {
    const SPACE: &'static str = "signing_key";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        self.kid.clone()
    }
}
