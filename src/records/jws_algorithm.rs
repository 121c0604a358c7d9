//! The signature algorithms of what others sign: client assertions, request objects, proofs, ID tokens of another
//! provider. RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2. Ours are [`super::SignatureAlgorithm`].

use serde::{Deserialize, Serialize};

/// An algorithm of RFC 7518 §3.1 or a later registration. `none` is not one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum JwsAlgorithm {
    /// HMAC with SHA-256.
    #[serde(rename = "HS256")]
    Hs256,
    /// HMAC with SHA-384.
    #[serde(rename = "HS384")]
    Hs384,
    /// HMAC with SHA-512.
    #[serde(rename = "HS512")]
    Hs512,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    #[serde(rename = "RS384")]
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    #[serde(rename = "RS512")]
    Rs512,
    /// RSASSA-PSS with SHA-256.
    #[serde(rename = "PS256")]
    Ps256,
    /// RSASSA-PSS with SHA-384.
    #[serde(rename = "PS384")]
    Ps384,
    /// RSASSA-PSS with SHA-512.
    #[serde(rename = "PS512")]
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// ECDSA on P-384 with SHA-384.
    #[serde(rename = "ES384")]
    Es384,
    /// ECDSA on P-521 with SHA-512.
    #[serde(rename = "ES512")]
    Es512,
    /// `EdDSA`, of whose curves Ed25519 alone is known here.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// Ed25519 by its fully specified name. RFC 9864 §2.2.
    #[serde(rename = "Ed25519")]
    Ed25519,
}

impl JwsAlgorithm {
    /// Every algorithm with a public key, in the order in which discovery lists them.
    // RFC 7523 §5: RS256 is among them.
    pub const ALL_ASYMMETRIC: [Self; 11] = [
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
        Self::Ed25519,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
    ];

    /// Every algorithm whose key is a shared secret.
    pub const ALL_SYMMETRIC: [Self; 3] = [Self::Hs256, Self::Hs384, Self::Hs512];

    /// What FAPI 2.0 Security Profile §5.4.1 allows.
    pub const FAPI: [Self; 4] = [Self::Ps256, Self::Es256, Self::EdDsa, Self::Ed25519];

    /// The registered name (IANA, JSON Web Signature and Encryption Algorithms).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
            Self::Ed25519 => "Ed25519",
        }
    }

    /// The algorithm of this registered name, compared exactly; none for `none` and for what is not known.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL_ASYMMETRIC.into_iter().chain(Self::ALL_SYMMETRIC).find(|known| known.as_str() == name)
    }

    /// Whether the key is a secret that both sides know.
    pub fn is_symmetric(self) -> bool {
        Self::ALL_SYMMETRIC.contains(&self)
    }

    /// Whether a registration of `registered` allows a signature that names this algorithm. `EdDSA` and `Ed25519`
    /// are two names of one algorithm here, as no other curve is known. RFC 9864 §2.2.
    pub fn matches(self, registered: Self) -> bool {
        let one = |algorithm| if algorithm == Self::Ed25519 { Self::EdDsa } else { algorithm };
        one(self) == one(registered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_on_the_wire_and_in_store() {
        for algorithm in JwsAlgorithm::ALL_ASYMMETRIC.into_iter().chain(JwsAlgorithm::ALL_SYMMETRIC) {
            let stored = serde_json::to_string(&algorithm).unwrap();
            assert_eq!(stored, format!("\"{}\"", algorithm.as_str()));
            assert_eq!(serde_json::from_str::<JwsAlgorithm>(&stored).unwrap(), algorithm);
            assert_eq!(JwsAlgorithm::parse(algorithm.as_str()), Some(algorithm));
        }
        assert_eq!(JwsAlgorithm::parse("none"), None);
        assert_eq!(JwsAlgorithm::parse("es256"), None);
    }

    #[test]
    fn the_two_names_of_ed25519_are_one_algorithm() {
        assert!(JwsAlgorithm::Ed25519.matches(JwsAlgorithm::EdDsa));
        assert!(JwsAlgorithm::EdDsa.matches(JwsAlgorithm::Ed25519));
        assert!(!JwsAlgorithm::Es256.matches(JwsAlgorithm::Es384));
    }
}
