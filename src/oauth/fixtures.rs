//! What the unit tests of this layer begin with.

use super::client_auth::{self, AuthenticatedClient, Claimed, Evidence, Presented, Proven, Unproven};
use super::dpop::{DpopPolicy, Nonces};
use super::{OAuthError, Params, Pepper, Rules, TokenPolicy};
use crate::act::Act;
use crate::keys::sealing::{Kek, KekRing};
use crate::ports::Seed;
use crate::records::{
    self, Client, Confirmation, Consent, Grant, GrantType, Record, RefreshState, Remembered, Scope,
    SignatureAlgorithm, Tenant, TokenEndpointAuthMethod, User, insert,
};
use crate::storage::{Stop, Store};
use crate::x509::Anchors;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// A fixed instant.
pub(crate) fn start() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()
}

/// An act at [`start`], with fixed randomness.
pub(crate) fn act() -> Act {
    Act::internal(Tenant::default_tenant(), start(), Seed::new([1; 32]), "test".to_owned())
}

/// The default rules.
pub(crate) fn rules() -> Rules {
    Rules {
        policy: TokenPolicy::for_issuer("https://id.example"),
        pepper: Pepper::new([5; 32]),
        subjects: Pepper::new([7; 32]),
        dpop: DpopPolicy { nonces: Nonces::new([4; 32]), require_nonce: false },
    }
}

/// A public web client with every grant of a person.
pub(crate) fn client() -> Client {
    Client {
        client_id: "web".to_owned(),
        client_name: None,
        native: false,
        redirect_uris: vec!["https://app.example/cb".to_owned()],
        grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        token_endpoint_auth_method: TokenEndpointAuthMethod::None,
        secrets: Vec::new(),
        scope: Scope::parse("openid profile email offline_access").unwrap(),
        resources: Vec::new(),
        roles: Vec::new(),
        access_token_signed_response_alg: SignatureAlgorithm::Es256,
        id_token_signed_response_alg: SignatureAlgorithm::Es256,
        require_pkce: true,
        rotate_refresh_tokens: true,
        skip_consent: false,
        access_token_ttl: None,
        profile: None,
        about: records::About::default(),
        keys: records::ClientKeys::default(),
        subjects: records::Subjects::default(),
        authentication: records::Authentication::default(),
        binding: records::Binding::default(),
        requests: records::Requests::default(),
        responses: records::Responses::default(),
        logout: records::Logout::default(),
        token_exchange: records::TokenExchange::default(),
        introspects: records::Introspects::default(),
        origin: records::Origin::Operator,
        disabled: false,
        created_at: start(),
        updated_at: start(),
    }
}

/// An offline grant of [`client`] with refresh tokens at generation 0.
pub(crate) fn grant() -> Grant {
    Grant {
        id: Uuid::from_bytes([2; 16]),
        client_id: "web".to_owned(),
        user_id: Uuid::from_bytes([3; 16]),
        scope: Scope::parse("openid offline_access").unwrap(),
        resources: Vec::new(),
        sid: Uuid::from_bytes([4; 16]),
        offline: true,
        auth_time: start(),
        amr: vec!["pwd".to_owned()],
        acr: None,
        claims: None,
        authorization_details: Vec::new(),
        confirmation: Confirmation::default(),
        credential_epoch: 0,
        refresh: Some(RefreshState {
            generation: 0,
            seed: [6; 16],
            rotated_at: start(),
            proved: Confirmation::default(),
        }),
        revoked: None,
        created_at: start(),
        expires_at: start() + Duration::days(90),
    }
}

/// A store that holds this record.
pub(crate) fn store_with<R: Record + Clone + Send + 'static>(record: &R) -> Store {
    let store = Store::memory();
    let record = record.clone();
    store
        .run_blocking(move |txn| insert(txn, &Tenant::default_tenant(), &record).map_err(Stop::<()>::Fault))
        .unwrap();
    store
}

/// A store in which [`grant`] stands: its client, its person and their consent.
pub(crate) fn standing_store() -> Store {
    let store = store_with(&client());
    let user: User = serde_json::from_value(serde_json::json!({
        "id": grant().user_id, "username": "ada",
        "created_at": start().unix_timestamp(), "updated_at": start().unix_timestamp(),
    }))
    .unwrap();
    let consent = Consent {
        user_id: user.id,
        client_id: "web".to_owned(),
        scope: client().scope,
        resources: Vec::new(),
        claims: Vec::new(),
        given_at: start(),
    };
    let tenant = Tenant::default_tenant();
    store
        .run_blocking(move |txn| {
            insert(txn, &tenant, &user)?;
            insert(txn, &tenant, &consent)?;
            insert(txn, &tenant, &grant())?;
            Ok::<_, Stop<()>>(())
        })
        .unwrap();
    store
}

/// [`client`], as the token endpoint knows it.
pub(crate) fn authenticated(store: &Store) -> AuthenticatedClient {
    let presented = Presented::read(None, &Params::parse(b"client_id=web").unwrap()).unwrap();
    let claimed = client_auth::claim(store, &Remembered::default(), &act(), &rules().policy, presented);
    prove(&claimed.unwrap()).unwrap().client
}

/// Proves a client that needs no keys of another server.
pub(crate) fn prove(claimed: &Claimed) -> Result<Proven, OAuthError> {
    let keks = KekRing::new(Kek::new([9; 32]), Vec::new());
    let evidence = Evidence {
        policy: &rules().policy,
        keks: &keks,
        keys: None,
        endpoints: ["/token", "/token"],
        certificate: None,
        anchors: &Anchors::default(),
    };
    claimed.prove(&act(), &evidence).map_err(Unproven::refusal)
}
