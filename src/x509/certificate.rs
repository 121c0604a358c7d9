//! What a certificate says.

use super::{Name, jwk};
use crate::jose;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::asn1::Asn1Time;
use openssl::x509::{GeneralNameRef, X509};
use serde_json::Value;
use std::cmp::Ordering;
use std::fmt;
use std::net::IpAddr;
use time::OffsetDateTime;

/// More certificates between a client's own and the root are not read.
const LONGEST_CHAIN: usize = 8;

/// A certificate, as its bytes say it. Nothing in it is true until somebody vouches for it.
#[derive(Clone)]
pub struct Certificate {
    x509: X509,
    der: Vec<u8>,
}

impl Certificate {
    /// Reads a certificate. None where the bytes are none, or more than one.
    pub fn from_der(der: &[u8]) -> Option<Self> {
        let x509 = X509::from_der(der).ok()?;
        // Two encodings of one certificate would have two thumbprints.
        let same = x509.to_der().ok()? == der;
        same.then(|| Self { x509, der: der.to_vec() })
    }

    /// Its SHA-256, in base64url. RFC 8705 §3.1.
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(crate::digest::sha256(&[&self.der]))
    }

    /// Whether the instant lies within its validity. RFC 5280 §4.1.2.5.
    pub fn is_valid_at(&self, now: OffsetDateTime) -> bool {
        let Ok(now) = Asn1Time::from_unix(now.unix_timestamp()) else { return false };
        let order = |instant: &openssl::asn1::Asn1TimeRef| instant.compare(&now).ok();
        let begun = matches!(order(self.x509.not_before()), Some(Ordering::Less | Ordering::Equal));
        begun && matches!(order(self.x509.not_after()), Some(Ordering::Greater | Ordering::Equal))
    }

    /// Whom it is about; none where the name is empty.
    pub fn subject(&self) -> Option<Name> {
        Name::from_der(&self.x509.subject_name().to_der().ok()?)
    }

    /// Whether this DNS name is among its own: as a whole, without wildcards, without regard to case.
    pub fn has_dns(&self, expected: &str) -> bool {
        self.has(|name| name.dnsname().is_some_and(|name| name.eq_ignore_ascii_case(expected)))
    }

    /// Whether this URI is among its own, compared as a string.
    pub fn has_uri(&self, expected: &str) -> bool {
        self.has(|name| name.uri() == Some(expected))
    }

    /// Whether this address is among its own.
    pub fn has_ip(&self, expected: IpAddr) -> bool {
        self.has(|name| match (name.ipaddress(), expected) {
            (Some(bytes), IpAddr::V4(expected)) => bytes == expected.octets(),
            (Some(bytes), IpAddr::V6(expected)) => bytes == expected.octets(),
            (None, _) => false,
        })
    }

    /// Whether this mail address is among its own; the host without regard to case. RFC 5280 §7.5.
    pub fn has_email(&self, expected: &str) -> bool {
        let same = |name: &str| match (name.rsplit_once('@'), expected.rsplit_once('@')) {
            (Some((who, host)), Some((expected, at))) => who == expected && host.eq_ignore_ascii_case(at),
            _ => false,
        };
        self.has(|name| name.email().is_some_and(same))
    }

    /// Whether its key is as strong as one that is published as a JWK has to be.
    pub fn has_strong_key(&self) -> bool {
        self.x509.public_key().is_ok_and(|key| jose::is_strong(&key))
    }

    /// Whether a JWK stands for it: by its `x5c` (RFC 7517 §4.7), where it has one, else by its key.
    pub fn is_of(&self, key: &Value) -> bool {
        jwk::describes(key, &self.x509, &self.der)
    }

    fn has(&self, is_it: impl Fn(&GeneralNameRef) -> bool) -> bool {
        let has = self.x509.subject_alt_names().is_some_and(|names| names.iter().any(is_it));
        // Why an extension cannot be read is left there.
        jose::forget_errors();
        has
    }

    pub(super) fn x509(&self) -> &X509 {
        &self.x509
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Certificate").field(&self.thumbprint()).finish()
    }
}

/// A certificate whose key the client has proved to hold, with those of the authorities that it sent along.
#[derive(Debug, Clone)]
pub struct ClientCertificate {
    own: Certificate,
    thumbprint: String,
    between: Vec<Certificate>,
}

impl ClientCertificate {
    /// The client's own certificate and those between it and the root. None where one is malformed, or there are too
    /// many.
    pub fn from_der<'a>(own: &[u8], between: impl IntoIterator<Item = &'a [u8]>) -> Option<Self> {
        let own = Certificate::from_der(own)?;
        let between: Vec<_> = between.into_iter().map(Certificate::from_der).collect::<Option<_>>()?;
        let thumbprint = own.thumbprint();
        (between.len() <= LONGEST_CHAIN).then_some(Self { own, thumbprint, between })
    }

    /// The client's own.
    pub fn own(&self) -> &Certificate {
        &self.own
    }

    /// Its SHA-256, in base64url. RFC 8705 §3.1.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    pub(super) fn between(&self) -> &[Certificate] {
        &self.between
    }
}
