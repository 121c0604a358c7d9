//! The application on a port of the loopback address, for browsers that are real, with a client beside it.

use super::App;
use super::certificates::{PLAIN, Pair, Wanted};
use super::flow::CHALLENGE;
use actix_web::dev::ServerHandle;
use actix_web::{App as ActixApp, HttpServer, web};
use latchkey::oauth::TokenPolicy;
use latchkey::web::extract::cookie::Cookies;
use latchkey::web::middleware::Edge;
use latchkey::web::paths;
use latchkey::web::routes;
use openssl::ssl::{SslAcceptor, SslAcceptorBuilder, SslMethod};
use serde_json::json;
use std::net::TcpListener;

/// A site and the client whose people it signs in.
pub(crate) struct Site {
    /// The application behind it.
    pub(crate) app: App,
    /// The issuer.
    pub(crate) url: String,
    /// Where the client waits for its answers: a page that says nothing but `back`.
    pub(crate) callback: String,
    servers: [ServerHandle; 2],
}

impl Site {
    /// Starts both, at one site.
    pub(crate) async fn start() -> Self {
        Self::start_as(false).await
    }

    /// Starts both, at two sites, ours with https.
    pub(crate) async fn start_elsewhere() -> Self {
        Self::start_as(true).await
    }

    async fn start_as(https: bool) -> Self {
        let (ours, theirs) = (listener(), listener());
        let [port, callback] = [&ours, &theirs].map(|listener| listener.local_addr().unwrap().port());
        let callback = format!("http://127.0.0.1:{callback}/cb");
        let at = if https { "https://localhost" } else { "http://127.0.0.1" };
        let url = format!("{at}:{port}");
        let issuer = |policy: &mut TokenPolicy| policy.issuer = url.as_str().into();
        let app = App::start_changed(issuer, |state| state.cookies = Cookies::new(https)).await;
        app.with_web_client(&[
            ("client_name", json!("Meadow Notes")),
            ("redirect_uris", json!([&callback])),
            ("skip_consent", json!(false)),
        ]);
        let (state, realm) = (app.state.clone(), app.realm.clone());
        let edge = Edge::new(state.stationery.clone(), &state.entropy.seed());
        let server = HttpServer::new(move || {
            let app = ActixApp::new().app_data(state.clone());
            app.configure(|app| routes::configure(app, &realm)).wrap(edge.clone())
        });
        let server = server.workers(1).disable_signals();
        let server = if https { server.listen_openssl(ours, acceptor()) } else { server.listen(ours) };
        let server = server.unwrap().run();
        let back = || ActixApp::new().default_service(web::to(|| async { "back" }));
        let waiting = HttpServer::new(back).workers(1).disable_signals().listen(theirs).unwrap().run();
        let servers = [server.handle(), waiting.handle()];
        actix_web::rt::spawn(server);
        actix_web::rt::spawn(waiting);
        Self { app, url, callback, servers }
    }

    /// The URL of an authorization request of the client.
    pub(crate) fn authorize(&self, scope: &str) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("response_type", "code"),
                ("client_id", "web"),
                ("redirect_uri", &self.callback),
                ("scope", scope),
                ("state", "xyz"),
                ("code_challenge", CHALLENGE),
                ("code_challenge_method", "S256"),
            ])
            .finish();
        format!("{}{}?{query}", self.url, paths::AUTHORIZE)
    }

    /// Stops both.
    pub(crate) async fn stop(self) {
        for server in self.servers {
            server.stop(false).await;
        }
    }
}

fn acceptor() -> SslAcceptorBuilder {
    let pair = Pair::self_signed(&Wanted { subject: &[("CN", "localhost")], dns: &["localhost"], ..PLAIN });
    let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).unwrap();
    builder.set_certificate(&pair.certificate).unwrap();
    builder.set_private_key(&pair.key).unwrap();
    builder
}

fn listener() -> TcpListener {
    TcpListener::bind(("127.0.0.1", 0)).unwrap()
}
