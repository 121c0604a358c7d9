//! Clients that show certificates. RFC 8705; told by a proxy: RFC 9440.

mod binding;
mod damage;
mod header;
mod methods;

use crate::support::certificates::{PLAIN, Pair, Wanted};
use crate::support::{Answer, App};
use actix_web::test::TestRequest;
use arc_swap::ArcSwap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey::oauth::MtlsPolicy;
use latchkey::web::extract::client_certificate::ClientCertificates;
use latchkey::web::extract::client_ip::TrustedProxies;
use latchkey::x509::Anchors;
use std::sync::Arc;

/// The proxy from which every request of a test comes.
const PROXY: &str = "192.0.2.1";

/// An application behind a proxy, and the authority whose certificates it takes.
pub(super) struct Place {
    pub(super) app: App,
    pub(super) authority: Pair,
}

impl Place {
    /// Behind a proxy that is trusted.
    pub(super) async fn start() -> Self {
        Self::start_with(true, true).await
    }

    pub(super) async fn start_with(reads_header: bool, trusts_proxy: bool) -> Self {
        let authority = Pair::authority("Clients");
        let anchors = Anchors::from_pem(authority.pem().as_bytes()).unwrap();
        let anchors = Arc::new(ArcSwap::from_pointee(anchors));
        let app = App::start_changed(
            |policy| policy.mtls = Some(MtlsPolicy { alias: Some("https://mtls.example".into()) }),
            |state| {
                state.certificates = ClientCertificates::new(reads_header, anchors);
                state.proxies = TrustedProxies::new(move |peer| trusts_proxy && peer.to_string() == PROXY);
            },
        )
        .await;
        Self { app, authority }
    }

    /// Posts a form with a certificate, those of authorities between behind it.
    pub(super) async fn post(&self, path: &str, form: &[(&str, &str)], shown: &[&Pair]) -> Answer {
        let request = TestRequest::post().uri(path).set_form(form);
        self.app.send(show(request, shown)).await
    }

    /// Asks for a token of the client itself, as `service`.
    pub(super) async fn token(&self, shown: &[&Pair]) -> Answer {
        self.post("/token", &[("grant_type", "client_credentials"), ("client_id", "service")], shown).await
    }

    /// Why a token is refused; the answer to the client is always the same.
    pub(super) async fn refusal(&self, shown: &[&Pair]) -> String {
        let answer = self.token(shown).await;
        assert_eq!(answer.error(), (401, "invalid_client".into()), "{}", answer.text());
        assert_eq!(answer.json()["error_description"], "Client authentication failed.");
        self.app.last_cause()
    }
}

/// The headers by which a proxy tells of certificates. RFC 9440 §2.
pub(super) fn show(request: TestRequest, shown: &[&Pair]) -> TestRequest {
    let item = |pair: &&Pair| format!(":{}:", STANDARD.encode(pair.der()));
    let Some((own, between)) = shown.split_first() else { return request };
    let request = request.insert_header(("client-cert", item(own)));
    if between.is_empty() {
        return request;
    }
    let list: Vec<_> = between.iter().map(item).collect();
    request.insert_header(("client-cert-chain", list.join(", ")))
}

/// What a certificate of a client named `name` says.
pub(super) fn named<'a>(subject: &'a [(&'a str, &'a str)]) -> Wanted<'a> {
    Wanted { subject, ..PLAIN }
}
