//! The whole application in the test's own thread: production's routes over a store in memory and a clock that
//! stands still until it is told to move.

use super::caching;
use actix_web::body::{self, BoxBody};
use actix_web::dev::{Service as _, ServiceResponse};
use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, init_service};
use actix_web::web::{Bytes, Data};
use latchkey::act::Act;
use latchkey::audit::StatelessActs;
use latchkey::identity::ProfileChange;
use latchkey::identity::login::{AddressLimit, AddressPolicy, KnownDevices, Login, LoginPolicy};
use latchkey::identity::password::{HashParams, PasswordPolicy, PasswordPool, PoolPolicy};
use latchkey::identity::users::{self, NewUser};
use latchkey::jobs::rotate_keys::{RotateKeys, Work};
use latchkey::keys::sealing::{Kek, KekRing};
use latchkey::keys::{Algorithm, KeyPolicy, KeyRing};
use latchkey::oauth::clients::dynamic::{Bounds, Mode, RegistrationPolicy};
use latchkey::oauth::clients::registration::Offer;
use latchkey::oauth::discovery::Metadata;
use latchkey::oauth::dpop::{DpopPolicy, Nonces};
use latchkey::oauth::{Pepper, Rules, TokenPolicy, clients};
use latchkey::ports::outbound::FakeOutbound;
use latchkey::ports::{Clock, Entropy as _, FixedEntropy, ManualClock};
use latchkey::records::{self, Client, GrantType, Remembered, Tenant, User};
use latchkey::remote::{Pictures, RemoteKeys, Turns};
use latchkey::storage::{Stop, Store};
use latchkey::web::extract::client_certificate::ClientCertificates;
use latchkey::web::extract::client_ip::TrustedProxies;
use latchkey::web::extract::cookie::Cookies;
use latchkey::web::middleware::Edge;
use latchkey::web::paths;
use latchkey::web::published::Published;
use latchkey::web::respond::page::Stationery;
use latchkey::web::routes;
use latchkey::web::state::{AppState, Realm};
use latchkey::web::trail::{Refusals, Trail};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use std::future::Future;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

/// The issuer of every test.
pub(crate) const ISSUER: &str = "http://localhost:8080";

/// The password of every person that [`App::with_user`] adds.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// The path that was asked for, and what came back.
type Answering = Pin<Box<dyn Future<Output = (String, Answer)>>>;

/// A running application.
#[derive(Clone)]
pub(crate) struct App {
    /// The time, as the application sees it.
    pub(crate) clock: Arc<ManualClock>,
    /// What the application works with.
    pub(crate) state: Data<AppState>,
    /// The realm that it serves.
    pub(crate) realm: Data<Realm>,
    /// The other servers: publish there what they answer.
    pub(crate) outbound: Arc<FakeOutbound>,
    entropy: Arc<FixedEntropy>,
    serve: Rc<dyn Fn(TestRequest) -> Answering>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status code.
    pub(crate) status: u16,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The body.
    pub(crate) body: Bytes,
}

impl Answer {
    async fn of(response: ServiceResponse<BoxBody>) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = body::to_bytes(response.into_body()).await.unwrap_or_default();
        Self { status, headers, body }
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's value; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// The status and the OAuth error code.
    pub(crate) fn error(&self) -> (u16, String) {
        (self.status, self.json()["error"].as_str().unwrap_or_default().to_owned())
    }
}

impl App {
    /// Starts an application with nobody and nothing in it.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts one whose rules for tokens were changed.
    pub(crate) async fn start_with(change: impl FnOnce(&mut TokenPolicy)) -> Self {
        Self::start_changed(change, |_| {}).await
    }

    /// Starts one whose rules for tokens, and what it works with, were changed.
    pub(crate) async fn start_changed(
        change: impl FnOnce(&mut TokenPolicy),
        change_state: impl FnOnce(&mut AppState),
    ) -> Self {
        Self::start_under(|rules| change(&mut rules.policy), change_state).await
    }

    /// Starts one whose rules, and what it works with, were changed.
    pub(crate) async fn start_under(
        change: impl FnOnce(&mut Rules),
        change_state: impl FnOnce(&mut AppState),
    ) -> Self {
        Self::start_built(change, change_state, RegistrationPolicy::default()).await
    }

    /// Starts one where clients may register themselves, as the configuration has it by default where that is so.
    pub(crate) async fn start_registering(change: impl FnOnce(&mut RegistrationPolicy)) -> Self {
        use latchkey::records::TokenEndpointAuthMethod as Method;
        let bounds = Bounds {
            scope: "openid profile email offline_access".to_owned().try_into().unwrap(),
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            methods: vec![
                Method::ClientSecretBasic,
                Method::ClientSecretPost,
                Method::PrivateKeyJwt,
                Method::None,
            ],
            require_pkce: true,
            ..Bounds::default()
        };
        let unused_ttl = Some(Duration::days(30));
        let mut registration =
            RegistrationPolicy { mode: Mode::Open, bounds, unused_ttl, ..RegistrationPolicy::default() };
        change(&mut registration);
        Self::start_built(|_| {}, |_| {}, registration).await
    }

    async fn start_built(
        change: impl FnOnce(&mut Rules),
        change_state: impl FnOnce(&mut AppState),
        registration: RegistrationPolicy,
    ) -> Self {
        let clock = Arc::new(ManualClock::at(OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()));
        let entropy = Arc::new(FixedEntropy::from(1));
        let store = Store::memory();
        let mut rules = Rules {
            policy: TokenPolicy::for_issuer(ISSUER),
            pepper: Pepper::new([7; 32]),
            subjects: Pepper::new([5; 32]),
            dpop: DpopPolicy { nonces: Nonces::new([6; 32]), require_nonce: false },
        };
        change(&mut rules);
        let keys = keys(&store, clock.clone(), entropy.clone()).await;
        let issuer = rules.policy.issuer.clone();
        let algorithms = keys.policy().algorithms.clone();
        let metadata = Metadata::of(&rules.policy, paths::PATHS, &algorithms);
        let metadata = metadata.with_registration(&registration, paths::PATHS);
        let metadata = Published::of(&issuer, &metadata, &algorithms).unwrap();
        let realm = Data::new(Realm {
            tenant: Tenant::default_tenant(),
            offer: Offer {
                algorithms,
                access_token_ttl_limit: 3600,
                profile: rules.policy.profile,
                certificates: true,
            },
            rules,
            registration,
            metadata,
            keys,
        });
        let outbound = Arc::new(FakeOutbound::default());
        let user_codes = AddressPolicy { per_minute: 12, burst: 20.try_into().unwrap() };
        let pool = PoolPolicy { params: HashParams::LOWERED, ..PoolPolicy::default() };
        let mut state = AppState {
            trail: trail(&store, clock.clone(), 0),
            store,
            clients: Remembered::default(),
            clock: clock.clone(),
            entropy: entropy.clone(),
            remote_keys: RemoteKeys::new(outbound.clone(), clock.clone()),
            pictures: Arc::new(Pictures::new(outbound.clone(), clock.clone())),
            documents: Turns::new(clock.clone()),
            outbound: outbound.clone(),
            login: Login { policy: LoginPolicy::default(), devices: KnownDevices::new([8; 32]) },
            passwords: PasswordPool::start(pool).unwrap(),
            new_passwords: PasswordPolicy::default(),
            addresses: AddressLimit::new(AddressPolicy::default(), clock.clone()),
            strangers: AddressLimit::new(AddressPolicy::default(), clock.clone()),
            user_codes: AddressLimit::new(user_codes, clock.clone()),
            registrations: AddressLimit::new(AddressPolicy::default(), clock.clone()),
            cookies: Cookies::new(false),
            proxies: TrustedProxies::none(),
            certificates: ClientCertificates::default(),
            stationery: Arc::new(Stationery::load(issuer.parse().unwrap()).unwrap()),
        };
        change_state(&mut state);
        let state = Data::new(state);
        let serve = serve(state.clone(), realm.clone()).await;
        Self { clock, state, realm, outbound, entropy, serve }
    }

    /// Sends a request. Whatever the test is about: what may be kept is as [`caching`] says, and whoever is told to come
    /// later is told when (RFC 6585 §4).
    pub(crate) async fn send(&self, request: TestRequest) -> Answer {
        let (path, answer) = (self.serve)(request).await;
        caching::check(&path, &self.realm.base_path(), &answer);
        if matches!(answer.status, 429 | 503) {
            let wait = answer.header("retry-after");
            assert!(wait.parse::<u32>().is_ok_and(|wait| wait > 0), "{} in {wait:?} s", answer.status);
        }
        answer
    }

    /// Sends a GET.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(TestRequest::get().uri(path)).await
    }

    /// Posts a form, as the client of these Basic credentials where they are given.
    pub(crate) async fn post(
        &self,
        path: &str,
        form: &[(&str, &str)],
        basic: Option<&(String, String)>,
    ) -> Answer {
        let mut request = TestRequest::post().uri(path).set_form(form);
        if let Some((id, secret)) = basic {
            use base64::Engine as _;
            let credentials = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
            request = request.insert_header(("authorization", format!("Basic {credentials}")));
        }
        self.send(request).await
    }

    /// Registers a client from registration metadata (RFC 7591); gives its Basic credentials.
    #[allow(clippy::needless_pass_by_value, reason = "a literal reads better without a borrow")]
    pub(crate) fn with_client(&self, metadata: Value) -> (String, String) {
        let client: Client =
            serde_json::from_value(merge(client_defaults(self.clock.now()), &metadata)).unwrap();
        let act = self.act();
        let ring = self.realm.keys.clone();
        let registered = self
            .state
            .store
            .run_blocking(move |txn| clients::register(txn, &act, "operator", client.clone(), ring.keks()))
            .unwrap_or_else(|stop| panic!("{stop:?}"));
        let secret = registered.secret.map(|secret| secret.expose_secret().to_owned()).unwrap_or_default();
        (registered.client.client_id, secret)
    }

    /// Gives a client a new secret; the one that it has is good for a day more.
    pub(crate) fn with_new_secret(&self, client_id: &str) -> String {
        let (act, ring, id) = (self.act(), self.realm.keys.clone(), client_id.to_owned());
        let registered = self.state.store.run_blocking(move |txn| {
            clients::rotate_secret(txn, &act, "operator", &id, time::Duration::DAY, ring.keks())
        });
        registered.unwrap().secret.unwrap().expose_secret().to_owned()
    }

    /// Changes a stored client.
    pub(crate) fn change_client(&self, client_id: &str, change: impl Fn(&mut Client) + Send + 'static) {
        let (tenant, id) = (Tenant::default_tenant(), client_id.to_owned());
        let changed = self.state.store.run_blocking(move |txn| {
            let mut client: Client = records::find(txn, &tenant, &id)?.unwrap();
            change(&mut client);
            Ok::<_, Stop<()>>(records::update(txn, &tenant, &client)?)
        });
        changed.unwrap();
    }

    /// Adds a person with the password [`PASSWORD`].
    pub(crate) fn with_user(&self, username: &str) -> User {
        let password = SecretString::from(PASSWORD);
        let salt = self.entropy.seed().expand_16("salt");
        let hash = self.state.passwords.hash_blocking(&password, salt).unwrap();
        let act = self.act();
        let new = NewUser {
            username: username.to_owned(),
            password: Some(hash),
            profile: ProfileChange::default(),
        };
        self.state
            .store
            .run_blocking(move |txn| users::add(txn, &act, "operator", new.clone()))
            .unwrap_or_else(|stop| panic!("{stop:?}"))
    }

    /// An act of the server itself, now.
    pub(crate) fn act(&self) -> Act {
        Act::internal(Tenant::default_tenant(), self.clock.now(), self.entropy.seed(), "test".to_owned())
    }

    /// Moves the clock.
    pub(crate) fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// The audit trail: the events, oldest first.
    pub(crate) fn audit(&self) -> Vec<Value> {
        let entries = self.state.store.audit(0, 10_000).unwrap();
        entries.iter().map(|entry| serde_json::from_str(&entry.event).unwrap()).collect()
    }

    /// The cause in the newest audit entry that has one.
    pub(crate) fn last_cause(&self) -> String {
        let causes =
            self.audit().into_iter().rev().filter_map(|event| event["cause"].as_str().map(str::to_owned));
        causes.take(1).collect()
    }
}

/// The way into the audit trail, which takes so many refusals of an address each minute, and of all together twenty times
/// as many; 0 is all.
pub(crate) fn trail(store: &Store, clock: Arc<dyn Clock>, per_minute: u32) -> Arc<Trail> {
    let limit = |per_minute: u32, clock: Arc<dyn Clock>| {
        let burst = per_minute.try_into().unwrap_or(NonZeroU32::MIN);
        AddressLimit::new(AddressPolicy { per_minute, burst }, clock)
    };
    let refusals =
        Refusals { of_one: limit(per_minute, clock.clone()), of_all: limit(per_minute * 20, clock) };
    Arc::new(Trail::new(store.clone(), StatelessActs::Durable, refusals))
}

async fn keys(store: &Store, clock: Arc<ManualClock>, entropy: Arc<FixedEntropy>) -> Arc<KeyRing> {
    let policy = KeyPolicy { algorithms: vec![Algorithm::Es256, Algorithm::EdDsa], ..KeyPolicy::default() };
    let keks = Arc::new(KekRing::new(Kek::new([9; 32]), Vec::new()));
    let ring = Arc::new(KeyRing::new(Tenant::default_tenant(), policy, keks));
    let job = RotateKeys::new(ring.clone(), store.clone(), clock, entropy);
    job.start().await.unwrap();
    job.begin_serving();
    job.settle(Work::Quick).await.unwrap();
    ring
}

async fn serve(state: Data<AppState>, realm: Data<Realm>) -> Rc<dyn Fn(TestRequest) -> Answering> {
    let edge = Edge::new(state.stationery.clone(), &state.entropy.seed());
    let app =
        actix_web::App::new().app_data(state).configure(|app| routes::configure(app, &realm)).wrap(edge);
    let service = Rc::new(init_service(app).await);
    Rc::new(move |request: TestRequest| {
        let service = service.clone();
        Box::pin(async move {
            let request = request.peer_addr("192.0.2.1:40000".parse().unwrap()).to_request();
            let path = request.path().to_owned();
            let answer = match service.call(request).await {
                Ok(response) => Answer::of(response.map_into_boxed_body()).await,
                Err(error) => {
                    let response = error.error_response();
                    let (status, headers) = (response.status().as_u16(), response.headers().clone());
                    let body = body::to_bytes(response.into_body()).await.unwrap_or_default();
                    Answer { status, headers, body }
                }
            };
            (path, answer)
        })
    })
}

fn client_defaults(now: OffsetDateTime) -> Value {
    json!({
        "client_id": "service",
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic",
        "scope": "read write",
        "access_token_signed_response_alg": "ES256",
        "id_token_signed_response_alg": "ES256",
        "require_pkce": true,
        "rotate_refresh_tokens": true,
        "created_at": now.unix_timestamp(),
        "updated_at": now.unix_timestamp(),
    })
}

fn merge(mut base: Value, over: &Value) -> Value {
    for (key, value) in over.as_object().unwrap() {
        base[key] = value.clone();
    }
    base
}
