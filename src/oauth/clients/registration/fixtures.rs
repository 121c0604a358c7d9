//! What the tests of this folder begin with.

use super::{Metadata, Offer, client};
use crate::jose::json::Object;
use crate::oauth::OAuthError;
use crate::records::{Client, SignatureAlgorithm};
use serde_json::{Value, json};
use time::OffsetDateTime;

/// A server that offers everything.
pub(super) fn offer() -> Offer {
    Offer {
        algorithms: SignatureAlgorithm::ALL.to_vec(),
        access_token_ttl_limit: 3600,
        profile: None,
        certificates: true,
    }
}

/// The client of this document.
pub(super) fn read(document: Value) -> Result<Client, OAuthError> {
    let Value::Object(document) = document else { panic!("no object") };
    client(Metadata::read(document)?, "web", &offer(), OffsetDateTime::UNIX_EPOCH)
}

/// The P-256 key of RFC 7515 appendix A.3, its public half.
pub(super) fn public_key() -> Value {
    json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    })
}

/// The names of the members of [`Metadata`], in order: those of a document in which each says something.
pub(super) fn known_members() -> Vec<String> {
    let mut names: Vec<String> = full().keys().cloned().collect();
    names.sort_unstable();
    names
}

/// A document in which every member says something other than its default. It contradicts itself.
pub(super) fn full() -> Object {
    let text = r#"{
        "client_name": "Web", "application_type": "native", "redirect_uris": ["https://app.example/cb"],
        "grant_types": ["authorization_code"], "response_types": ["code"], "token_endpoint_auth_method": "none",
        "scope": "openid", "id_token_signed_response_alg": "ES256", "access_token_signed_response_alg": "ES256",
        "resources": ["https://api.example"], "roles": ["r"], "require_pkce": true, "rotate_refresh_tokens": true,
        "skip_consent": true, "access_token_ttl": 60, "profile": "fapi2_security",
        "client_uri": "https://app.example", "logo_uri": "https://app.example/logo", "policy_uri": "https://app.example/p",
        "tos_uri": "https://app.example/t", "contacts": ["ada@example.com"], "software_id": "s", "software_version": "1",
        "initiate_login_uri": "https://app.example/start", "jwks": {"keys": []},
        "jwks_uri": "https://app.example/jwks", "subject_type": "pairwise",
        "sector_identifier_uri": "https://app.example/sector", "token_endpoint_auth_signing_alg": "ES256",
        "assertion_audience_issuer_only": true, "tls_client_auth_subject_dn": "CN=app",
        "tls_client_auth_san_dns": "app.example", "tls_client_auth_san_uri": "spiffe://app",
        "tls_client_auth_san_ip": "192.0.2.1", "tls_client_auth_san_email": "app@example.com",
        "dpop_bound_access_tokens": true, "require_dpop_nonce": true,
        "tls_client_certificate_bound_access_tokens": true,
        "request_object_signing_alg": "ES256", "require_signed_request_object": true,
        "require_pushed_authorization_requests": true, "request_uris": ["https://app.example/request"],
        "default_max_age": 60, "require_auth_time": true, "default_acr_values": ["a"],
        "authorization_details_types": ["payment"], "userinfo_signed_response_alg": "ES256",
        "authorization_signed_response_alg": "ES256", "introspection_signed_response_alg": "ES256",
        "post_logout_redirect_uris": ["https://app.example/bye"],
        "backchannel_logout_uri": "https://app.example/back", "backchannel_logout_session_required": true,
        "frontchannel_logout_uri": "https://app.example/front", "frontchannel_logout_session_required": true,
        "workload_identities": [{"issuer": "https://ci.example", "subject": "job"}], "token_exchange_audiences": ["a"],
        "token_exchange_subject_audiences": ["a"], "token_exchange_subject_issuers": ["https://ci.example"],
        "token_exchange_impersonation": true, "token_exchange_bound_subjects": true,
        "introspection_audiences": ["a"], "introspects_any_token": true
    }"#;
    let mut document: Object = serde_json::from_str(text).unwrap();
    document.insert("jwks".to_owned(), json!({ "keys": [public_key()] }));
    document
}
