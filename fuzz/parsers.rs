//! Every parser that reads what strangers send, each with what must hold whatever that is. `scripts/fuzz` feeds them
//! for as long as one likes; the tests feed them the kept corpus.

use latchkey::act::Act;
use latchkey::jose::{Jwk, JwkSet, Jws, With};
use latchkey::keys::sealing::{Kek, KekRing};
use latchkey::oauth::authorization_details::{self, DetailTypes, Shown};
use latchkey::oauth::clients::registration::{self, Metadata, Offer};
use latchkey::oauth::dpop::{self, Nonces};
use latchkey::oauth::request_object;
use latchkey::oauth::{Params, Pepper, Rules, TokenPolicy};
use latchkey::ports::Seed;
use latchkey::records::{Client, JwsAlgorithm, SignatureAlgorithm, Tenant};
use time::OffsetDateTime;

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn act() -> Act {
    let now = OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    Act::internal(Tenant::default_tenant(), now, Seed::new([1; 32]), "fuzz".to_owned())
}

/// Request parameters: what was read is written so that it reads the same.
pub(crate) fn params(bytes: &[u8]) {
    let Ok(params) = Params::parse(bytes) else { return };
    let written = params.to_query();
    let again = Params::parse(written.as_bytes()).expect("what we write can be read");
    assert_eq!(written, again.to_query());
    let _ = params.refuse_duplicates();
    let _ = latchkey::oauth::grants::Request::parse(&params);
    let _ = latchkey::oauth::scope::parse(&params);
    let _ = latchkey::oauth::resource::parse(&params);
}

/// `Authorization` headers, of clients and of whoever shows an access token.
pub(crate) fn authorization(bytes: &[u8]) {
    let _ = latchkey::oauth::client_auth::Presented::read(Some(bytes), &Params::default());
    if let Ok(Some(shown)) = latchkey::web::extract::access_token(Some(bytes), None) {
        assert!(!shown.token.is_empty() && shown.token.is_ascii());
    }
}

/// Tokens that others sign.
pub(crate) fn jwt(bytes: &[u8]) {
    let Some(token) = text(bytes) else { return };
    let Ok(jws) = Jws::parse(token) else { return };
    let _ = jws.unverified_claims::<serde_json::Value>();
    let secret =
        jws.verify(With::Secret(b"a secret that nobody knows: 32 bytes"), &JwsAlgorithm::ALL_ASYMMETRIC);
    assert!(secret.is_err(), "a secret verifies no asymmetric signature");
    if let Some(jwk) = jws.header().jwk.as_ref().and_then(|jwk| Jwk::parse(jwk).ok()) {
        let _ = jws.verify(With::Key(&jwk), &JwsAlgorithm::ALL_ASYMMETRIC);
    }
}

/// Key sets: what is taken has a thumbprint.
pub(crate) fn jwk(bytes: &[u8]) {
    let _ = JwkSet::parse(bytes);
    let Some(jwk) = serde_json::from_slice(bytes).ok().and_then(|value| Jwk::parse(&value).ok()) else {
        return;
    };
    assert_eq!(jwk.thumbprint().len(), 43);
}

/// Registrations: a client that was taken is shown so that it can be registered again.
pub(crate) fn metadata(bytes: &[u8]) {
    let Ok(document) = registration::document(bytes) else { return };
    let Ok(metadata) = Metadata::read(document) else { return };
    let offer = Offer {
        algorithms: SignatureAlgorithm::ALL.to_vec(),
        access_token_ttl_limit: 3600,
        profile: None,
        certificates: true,
    };
    let Ok(client) = registration::client(metadata, "web", &offer, OffsetDateTime::UNIX_EPOCH) else {
        return;
    };
    let shown = Metadata::from(client.clone());
    let again = registration::client(shown, "web", &offer, OffsetDateTime::UNIX_EPOCH);
    let again = again.expect("what we show can be registered");
    assert_eq!(serde_json::to_value(&client).ok(), serde_json::to_value(&again).ok());
}

/// Redirect URIs: what is taken means one thing.
pub(crate) fn redirect_uri(bytes: &[u8]) {
    let Some(uri) = text(bytes) else { return };
    if registration::check_redirect_uri(uri).is_err() {
        return;
    }
    let url = url::Url::parse(uri).expect("what is taken is a URL");
    assert!(url.fragment().is_none() && url.username().is_empty() && url.password().is_none());
    assert!(!matches!(url.scheme(), "javascript" | "data" | "file" | "vbscript" | "about" | "blob"));
    assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()));
}

/// `DPoP` proofs: no bytes are a proof for a method that nobody sends.
pub(crate) fn dpop(bytes: &[u8]) {
    let rules = Rules {
        policy: TokenPolicy::for_issuer("https://id.example"),
        pepper: Pepper::new([1; 32]),
        subjects: Pepper::new([2; 32]),
        dpop: dpop::DpopPolicy { nonces: Nonces::new([3; 32]), require_nonce: false },
    };
    let urls = ["https://id.example/token".to_owned()];
    let expected = dpop::Expected {
        method: "NOBODY",
        urls: &urls,
        access_token: None,
        profile: None,
        needs_nonce: false,
    };
    assert!(!matches!(dpop::verify(&[bytes.to_vec()], &act(), &rules, &expected), Ok(Some(_))));
}

/// The `claims` parameter.
pub(crate) fn claims(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    if let Ok(request) = latchkey::oauth::claims::parse(text) {
        let stored = serde_json::to_vec(&request).expect("it can be stored");
        assert!(
            serde_json::from_slice::<latchkey::records::ClaimsRequest>(&stored)
                .is_ok_and(|read| read == request)
        );
    }
}

/// Request objects: what is taken names its client, and no other object.
pub(crate) fn request_object(bytes: &[u8]) {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    if let Ok(params) = Params::parse(bytes) {
        let _ = latchkey::oauth::authorize::Named::read(&params);
    }
    let client = client(&serde_json::json!({ "request_object_signing_alg": "none" }));
    let policy = TokenPolicy::for_issuer("https://id.example");
    let keks = KekRing::new(Kek::new([1; 32]), Vec::new());
    let evidence = request_object::Evidence { policy: &policy, keks: &keks, keys: None };
    let object = format!("eyJhbGciOiJub25lIn0.{}.", URL_SAFE_NO_PAD.encode(bytes));
    if let Ok(asked) = request_object::read(&object, &client, &act(), &evidence) {
        assert!(!asked.is_signed());
        assert_eq!(asked.params().get("client_id").ok().flatten(), Some("web"));
        assert!(asked.params().pairs().iter().all(|(name, _)| name != "request" && name != "request_uri"));
    }
}

/// `authorization_details`: what is taken is of a known type, is within itself, and is shown on one line.
pub(crate) fn details(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let types = serde_json::json!({
        "payment": {
            "text": "Pay {amount.value} to {to}", "members": { "amount": "object", "to": "text" },
            "required": ["to"], "actions": ["*"],
        },
        "account": { "actions": ["read"], "locations": ["*"] },
    });
    let types: DetailTypes = serde_json::from_value(types).expect("the types are good");
    let client = client(&serde_json::json!({ "authorization_details_types": ["payment", "account"] }));
    let Ok(params) = Params::of(vec![("authorization_details".to_owned(), text.to_owned())]) else { return };
    let Ok(details) = authorization_details::parse(&params, &client, &types) else { return };
    for detail in &details {
        let shown = match authorization_details::show(detail, &types) {
            Shown::Sentence(sentence) => sentence,
            Shown::Members(name, members) => format!("{name}{members:?}"),
        };
        assert!(!shown.chars().any(char::is_control));
    }
    assert_eq!(authorization_details::choose(&details, Some(&details)).ok(), Some(details.clone()));
}

fn client(requests: &serde_json::Value) -> Client {
    let client = serde_json::json!({
        "client_id": "web", "grant_types": ["authorization_code"], "token_endpoint_auth_method": "none",
        "redirect_uris": ["https://app.example/cb"], "scope": "openid", "require_pkce": true,
        "access_token_signed_response_alg": "ES256", "id_token_signed_response_alg": "ES256",
        "rotate_refresh_tokens": true, "created_at": 0, "updated_at": 0, "requests": requests,
    });
    serde_json::from_value(client).expect("the client is good")
}
