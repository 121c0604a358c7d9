//! Why something that another signed, or a key of another, is not accepted.

use std::fmt;

/// The first check that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoseError {
    /// Not three parts of base64url, or too long.
    Malformed,
    /// The header is no JSON object, names a member twice, or has one of a wrong type.
    Header,
    /// A member is marked critical, or `b64` stands there; we know none of these. RFC 7515 §4.1.11.
    Critical,
    /// `none`, where a signature is needed. RFC 8725 §3.2.
    Unsecured,
    /// An algorithm that we do not know, or that is not allowed here. RFC 8725 §3.1.
    Algorithm,
    /// Another type of token. RFC 8725 §3.11.
    Type,
    /// No key of the set may have made this.
    UnknownKey,
    /// The signature is wrong.
    Signature,
    /// The claims are no JSON object, or one of them is missing or of a wrong type.
    Claims,
    /// Meant for somebody else.
    Audience,
    /// It has expired.
    Expired,
    /// It is not valid yet, or from the future.
    NotYetValid,
    /// It would live longer than is accepted.
    LongLived,
    /// The key is broken: a point off its curve, a modulus too short or too long, a member missing.
    Key,
    /// The key is of a kind that we do not know.
    KeyKind,
    /// A private or a symmetric key, where only public ones may stand. RFC 7517 §9.2.
    PrivateKey,
    /// The key set is no JSON object with keys, or holds too many.
    KeySet,
}

impl JoseError {
    /// The private cause, for the audit trail.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "jws.malformed",
            Self::Header => "jws.header",
            Self::Critical => "jws.critical",
            Self::Unsecured => "jws.unsecured",
            Self::Algorithm => "jws.algorithm",
            Self::Type => "jws.type",
            Self::UnknownKey => "jws.unknown_key",
            Self::Signature => "jws.signature",
            Self::Claims => "jws.claims",
            Self::Audience => "jws.audience",
            Self::Expired => "jws.expired",
            Self::NotYetValid => "jws.not_yet_valid",
            Self::LongLived => "jws.long_lived",
            Self::Key => "jwk.broken",
            Self::KeyKind => "jwk.kind",
            Self::PrivateKey => "jwk.private",
            Self::KeySet => "jwks.malformed",
        }
    }
}

impl fmt::Display for JoseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl std::error::Error for JoseError {}
