//! The application on a port of the loopback address, for browsers that are real, with a client beside it.

use super::App;
use super::flow::CHALLENGE;
use actix_web::dev::ServerHandle;
use actix_web::{App as ActixApp, HttpServer, web};
use latchkey::web::middleware::Edge;
use latchkey::web::routes;
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
    /// Starts both.
    pub(crate) async fn start() -> Self {
        let (ours, theirs) = (listener(), listener());
        let [url, client] =
            [&ours, &theirs].map(|listener| format!("http://{}", listener.local_addr().unwrap()));
        let callback = format!("{client}/cb");
        let app = App::start_with(|policy| policy.issuer = url.as_str().into()).await;
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
        let server = server.workers(1).disable_signals().listen(ours).unwrap().run();
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
        format!("{}{}?{query}", self.url, routes::AUTHORIZE)
    }

    /// Stops both.
    pub(crate) async fn stop(self) {
        for server in self.servers {
            server.stop(false).await;
        }
    }
}

fn listener() -> TcpListener {
    TcpListener::bind(("127.0.0.1", 0)).unwrap()
}
