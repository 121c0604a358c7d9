//! The certificate that a client showed: in the handshake of its connection, or to a proxy that we trust.
//!
//! A proxy tells by the headers of RFC 9440. They count where the operator switched them on and the peer is one of
//! `http.trusted_proxies`; anybody else's are not looked at. For such a peer nothing else counts: its own certificate
//! would be the proxy's, not the client's.

mod byte_sequence;

use super::client_ip::TrustedProxies;
use crate::x509::{Anchors, ClientCertificate};
use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName};
use arc_swap::ArcSwap;
use std::sync::Arc;

const CLIENT_CERT: HeaderName = HeaderName::from_static("client-cert");
const CLIENT_CERT_CHAIN: HeaderName = HeaderName::from_static("client-cert-chain");

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
        let own = if repeated { None } else { byte_sequence::item(own.to_str().ok()?) }?;
        let lines = headers.get_all(CLIENT_CERT_CHAIN).map(|line| line.to_str().ok());
        let between = byte_sequence::list(lines.collect::<Option<Vec<_>>>()?.into_iter())?;
        ClientCertificate::from_der(&own, between.iter().map(Vec::as_slice))
    };
    let found = read().map(Arc::new);
    if found.is_none() {
        tracing::warn!("a trusted proxy sent a Client-Cert header that is no certificate (RFC 9440)");
    }
    found
}
