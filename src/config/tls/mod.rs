//! `[tls]`: the certificate of our own listener. Without one it speaks plain http, for a proxy or on loopback.

mod mtls;

pub use mtls::Mtls;
pub(super) use mtls::{check as check_mtls, read as read_mtls};

use super::Issuer;
use super::reader::{Reader, Section};
use std::path::PathBuf;

/// `[tls]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The certificate of `http.listen` in PEM form, those of the authorities between behind it.
    pub certificate: Option<PathBuf>,
    /// Its private key in PEM form.
    pub key: Option<PathBuf>,
}

pub(super) fn read(mut section: Section<'_>) -> Tls {
    Tls { certificate: section.take_optional("certificate"), key: section.take_optional("key") }
}

pub(super) fn check(tls: &Tls, issuer: &Issuer, reader: &mut Reader) {
    check_pair("tls", (&tls.certificate, &tls.key), reader);
    if tls.certificate.is_some() && issuer.as_str().starts_with("http:") {
        reader.refuse(&["issuer", "tls.certificate"], "must begin with https where tls.certificate is given");
    }
}

/// A certificate without its key, or the other way round, is a fault.
fn check_pair(section: &str, pair: (&Option<PathBuf>, &Option<PathBuf>), reader: &mut Reader) {
    let (certificate, key) = (format!("{section}.certificate"), format!("{section}.key"));
    let (given, missing) = match pair {
        (Some(_), None) => (certificate, key),
        (None, Some(_)) => (key, certificate),
        (Some(_), Some(_)) | (None, None) => return,
    };
    reader.refuse(&[&given], format!("needs {missing} beside it"));
}
