//! The authorities whose word is taken for a client's certificate. RFC 5280 §6; RFC 8705 §2.1.

use super::ClientCertificate;
use crate::jose;
use openssl::error::ErrorStack;
use openssl::stack::Stack;
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{X509, X509PurposeId, X509StoreContext};
use std::fmt;
use time::OffsetDateTime;

/// The authorities. With none nobody is vouched for.
#[derive(Clone, Default)]
pub struct Anchors(Vec<X509>);

/// Why a file of authorities cannot be used, to follow its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnchorsError(&'static str);

impl fmt::Display for AnchorsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

impl std::error::Error for AnchorsError {}

/// Why nobody vouches for a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// It, or one between it and the root, is not valid at this time.
    Expired,
    /// Its key, or one between it and the root, is too small, or one of them is signed with a broken digest.
    Weak,
    /// No chain leads to an authority of ours, or one that does not allow this use.
    Untrusted,
}

impl Anchors {
    /// The certificates of a PEM file.
    ///
    /// # Errors
    /// Where there is none in it.
    pub fn from_pem(pem: &[u8]) -> Result<Self, AnchorsError> {
        let found = X509::stack_from_pem(pem).map_err(|_| AnchorsError("is no certificate in PEM form"))?;
        if found.is_empty() { Err(AnchorsError("holds no certificate")) } else { Ok(Self(found)) }
    }

    /// Whether there are any.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks the whole path from an authority of ours to the client's own certificate, at this instant.
    ///
    /// # Errors
    /// Why it does not hold.
    pub fn vouch_for(&self, shown: &ClientCertificate, now: OffsetDateTime) -> Result<(), Doubt> {
        if self.is_empty() {
            return Err(Doubt::Untrusted);
        }
        if !shown.own().is_valid_at(now) {
            return Err(Doubt::Expired);
        }
        let vouched = self.verify(shown, now).unwrap_or(Err(Doubt::Untrusted));
        // Why a path does not hold stands in OpenSSL's list of errors, too.
        jose::forget_errors();
        vouched
    }

    fn verify(
        &self,
        shown: &ClientCertificate,
        now: OffsetDateTime,
    ) -> Result<Result<(), Doubt>, ErrorStack> {
        let mut param = X509VerifyParam::new()?;
        param.set_time(now.unix_timestamp());
        // An authority that is named need not be a root.
        param.set_flags(X509VerifyFlags::PARTIAL_CHAIN)?;
        // RFC 8705 §7.5: path and validity are checked by OpenSSL, never by hand.
        param.set_purpose(X509PurposeId::SSL_CLIENT)?;
        // RFC 9325 §4.5: 112 bits, as the server itself shows: RSA keys of 2048 bits, curves of 224, and no SHA-1.
        param.set_auth_level(2);
        // Not done: RFC 5280 §6.3: revocation lists: they would have to be fetched; clients can be disabled instead.
        let mut store = X509StoreBuilder::new()?;
        for anchor in &self.0 {
            store.add_cert(anchor.clone())?;
        }
        store.set_param(&param)?;
        let mut between = Stack::new()?;
        for certificate in shown.between() {
            between.push(certificate.x509().clone())?;
        }
        let mut context = X509StoreContext::new()?;
        context.init(&store.build(), shown.own().x509(), &between, |context| {
            Ok(if context.verify_cert()? {
                Ok(())
            } else {
                // RFC 5280 §6.1.3 (a)(2). The numbers are X509_V_ERR_CERT_NOT_YET_VALID and _HAS_EXPIRED;
                // _EE_KEY_TOO_SMALL, _CA_KEY_TOO_SMALL and _CA_MD_TOO_WEAK.
                Err(match context.error().as_raw() {
                    9 | 10 => Doubt::Expired,
                    66..=68 => Doubt::Weak,
                    _ => Doubt::Untrusted,
                })
            })
        })
    }
}

impl fmt::Debug for Anchors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Anchors").field(&self.0.len()).finish()
    }
}
