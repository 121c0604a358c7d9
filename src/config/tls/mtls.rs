//! `[mtls]`: clients that show a certificate. RFC 8705; from a proxy: RFC 9440.

use super::Tls;
use crate::config::Issuer;
use crate::config::reader::{Reader, Section};
use std::net::SocketAddr;
use std::path::PathBuf;

/// `[mtls]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mtls {
    /// Where to accept connections of clients that show a certificate; none: nowhere.
    pub listen: Option<SocketAddr>,
    /// The URL by which these clients reach us, for `mtls_endpoint_aliases`: RFC 8705 §5.
    pub issuer: Option<Issuer>,
    /// The certificate of this listener, where it is not that of `[tls]`.
    pub certificate: Option<PathBuf>,
    /// Its private key.
    pub key: Option<PathBuf>,
    /// The authorities whose certificates `tls_client_auth` takes: RFC 8705 §2.1.
    pub client_ca: Option<PathBuf>,
    /// Whether the trusted proxies say which certificate a client showed to them: RFC 9440 §2.
    pub header: bool,
}

pub(in crate::config) fn read(mut section: Section<'_>) -> Mtls {
    Mtls {
        listen: section.take_optional("listen"),
        issuer: section.take_optional("issuer"),
        certificate: section.take_optional("certificate"),
        key: section.take_optional("key"),
        client_ca: section.take_optional("client_ca"),
        header: section.take("header", false),
    }
}

pub(in crate::config) fn check(mtls: &Mtls, tls: &Tls, trusts_proxies: bool, reader: &mut Reader) {
    super::check_pair("mtls", (&mtls.certificate, &mtls.key), reader);
    if mtls.listen.is_some() && mtls.certificate.is_none() && tls.certificate.is_none() {
        reader.refuse(&["mtls.listen"], "needs a certificate: give mtls.certificate or tls.certificate");
    }
    if mtls.issuer.as_ref().is_some_and(|issuer| !issuer.as_str().starts_with("https:")) {
        reader.refuse(&["mtls.issuer"], "must begin with https");
    }
    if mtls.header && !trusts_proxies {
        reader.refuse(
            &["mtls.header", "http.trusted_proxies"],
            "needs http.trusted_proxies: the header of anybody else is not read",
        );
    }
}
