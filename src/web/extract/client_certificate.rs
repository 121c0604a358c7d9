//! The certificate that a client showed: in the handshake of its connection, or to a proxy that we trust.
//!
//! A proxy tells by the headers of RFC 9440. They count where the operator switched them on and the peer is one of
//! `http.trusted_proxies`; anybody else's are not looked at. For such a peer nothing else counts: its own certificate
//! would be the proxy's, not the client's.

use super::client_ip::TrustedProxies;
use crate::x509::{Anchors, ClientCertificate};
use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName};
use arc_swap::ArcSwap;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::sync::Arc;

const CLIENT_CERT: HeaderName = HeaderName::from_static("client-cert");
const CLIENT_CERT_CHAIN: HeaderName = HeaderName::from_static("client-cert-chain");

/// RFC 8941 §4.2.7: padding may be missing, and is checked where it is there.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The certificate of a connection: what the listener notes when one opens.
#[derive(Debug, Clone)]
pub struct PeerCertificate(pub Arc<ClientCertificate>);

/// How the certificates of clients are found, and who vouches for them.
#[derive(Debug, Clone, Default)]
pub struct ClientCertificates {
    header: bool,
    anchors: Arc<ArcSwap<Anchors>>,
}

impl ClientCertificates {
    /// With `header`, trusted proxies tell; `anchors` may be exchanged at any time.
    pub fn new(header: bool, anchors: Arc<ArcSwap<Anchors>>) -> Self {
        Self { header, anchors }
    }

    /// The authorities whose certificates are taken.
    pub fn anchors(&self) -> Arc<Anchors> {
        self.anchors.load_full()
    }

    /// The certificate that the client of this request showed, if it showed one.
    pub fn find(&self, request: &HttpRequest, proxies: &TrustedProxies) -> Option<Arc<ClientCertificate>> {
        let peer = request.peer_addr().map(|peer| peer.ip());
        if peer.is_some_and(|peer| proxies.trusts(peer.to_canonical())) {
            // What a proxy shows for itself is nobody's behind it.
            // RFC 9440 §2.4, §4: the header of nobody but a proxy that the operator trusts.
            return if self.header { told(request.headers()) } else { None };
        }
        request.conn_data::<PeerCertificate>().map(|peer| Arc::clone(&peer.0))
    }
}

/// What a proxy says. RFC 9440 §2.2, §2.3. What cannot be read is no certificate.
fn told(headers: &HeaderMap) -> Option<Arc<ClientCertificate>> {
    let mut lines = headers.get_all(CLIENT_CERT);
    let (own, repeated) = (lines.next()?, lines.next().is_some());
    let read = || {
        let own = if repeated { None } else { byte_sequence(own.to_str().ok()?) }?;
        let mut between = Vec::new();
        // RFC 8941 §4.2: the lines of a list are one list.
        for line in headers.get_all(CLIENT_CERT_CHAIN) {
            between.extend(list(line.to_str().ok()?)?);
        }
        ClientCertificate::from_der(&own, between.iter().map(Vec::as_slice))
    };
    let found = read().map(Arc::new);
    if found.is_none() {
        tracing::warn!("a trusted proxy sent a Client-Cert header that is no certificate (RFC 9440)");
    }
    found
}

/// RFC 8941 §4.2.1: byte sequences with commas between; none at all is a list too.
fn list(text: &str) -> Option<Vec<Vec<u8>>> {
    let text = text.trim_matches(' ');
    if text.is_empty() {
        return Some(Vec::new());
    }
    text.split(',').map(|item| byte_sequence(item.trim_matches([' ', '\t']))).collect()
}

/// RFC 8941 §4.2.7. RFC 9440 §2.1 knows no parameters, so there are none.
fn byte_sequence(text: &str) -> Option<Vec<u8>> {
    let base64 = text.trim_matches(' ').strip_prefix(':')?.strip_suffix(':')?;
    BASE64.decode(base64).ok().filter(|bytes| !bytes.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_sequence_stands_between_colons() {
        for good in [":aGVsbG8=:", " :aGVsbG8=: ", ":aGVsbG8:"] {
            assert_eq!(byte_sequence(good), Some(b"hello".to_vec()), "{good}");
        }
        for bad in [
            "",
            ":",
            "::",
            "aGVsbG8=",
            ":aGVsbG8=",
            ":aGVs bG8=:",
            ":aGVsbG8=:;a=1",
            "\":aGVsbG8=:\"",
            ":aGVsbG8_:",
            ":aGVsbG8==:",
            ":aGVsbG8=:,:aGVsbG8=:",
            ":a:",
            ":%3A:",
            "\t:aGVsbG8=:",
        ] {
            assert_eq!(byte_sequence(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_list_has_commas_between_its_items_and_nowhere_else() {
        assert_eq!(list(":YQ==:,:Yg==: ,\t:Yw==:"), Some(vec![b"a".to_vec(), b"b".to_vec(), b"c".to_vec()]));
        assert_eq!(list(""), Some(Vec::new()));
        for bad in [",", ":YQ==:,", ",:YQ==:", ":YQ==: :Yg==:", "(:YQ==:)"] {
            assert_eq!(list(bad), None, "{bad}");
        }
    }
}
