//! Registering a client of a profile: what it leaves open is switched, what contradicts it is refused.

use crate::support::signed::Key;
use latchkey::act::Act;
use latchkey::oauth::clients;
use latchkey::oauth::clients::registration::{self, Metadata, Offer};
use latchkey::ports::Seed;
use latchkey::records::{Client, Profile, SignatureAlgorithm, Tenant, TokenEndpointAuthMethod};
use serde_json::{Value, json};

fn offer(profile: Option<Profile>) -> Offer {
    let algorithms = vec![SignatureAlgorithm::Rs256, SignatureAlgorithm::Es256];
    Offer { algorithms, access_token_ttl_limit: 3600, profile, certificates: true }
}

fn register(over: &Value, server: Option<Profile>) -> Result<Client, (String, &'static str)> {
    let mut metadata = json!({
        "redirect_uris": ["https://bank.example/cb"],
        "jwks": { "keys": [Key::es256().public(Some("k1"))] },
    });
    for (name, value) in over.as_object().unwrap() {
        metadata[name] = value.clone();
    }
    let metadata: Metadata = serde_json::from_value(metadata).unwrap();
    let now = time::OffsetDateTime::UNIX_EPOCH;
    registration::client(metadata, "bank", &offer(server), now)
        .map_err(|error| (error.description.to_owned(), error.cause))
}

#[test]
fn what_is_left_open_is_switched() {
    for (own, server) in [
        (json!({ "profile": "fapi2_security" }), None),
        (json!({}), Some(Profile::Fapi2Security)),
        (json!({ "profile": "fapi2_security" }), Some(Profile::Fapi2Security)),
    ] {
        let client = register(&own, server).unwrap();
        assert_eq!(client.profile, Some(Profile::Fapi2Security));
        assert_eq!(client.token_endpoint_auth_method, TokenEndpointAuthMethod::PrivateKeyJwt);
        assert_eq!(client.id_token_signed_response_alg, SignatureAlgorithm::Es256);
        assert_eq!(client.access_token_signed_response_alg, SignatureAlgorithm::Es256);
        assert!(client.require_pkce && !client.rotate_refresh_tokens);
        assert!(client.requests.require_pushed_authorization_requests);
        assert!(!client.requests.require_signed_request_object);
        assert!(client.authentication.assertion_audience_issuer_only);
        assert!(client.binding.dpop_bound_access_tokens);
    }
    let signing = register(&json!({ "profile": "fapi2_message_signing" }), None).unwrap();
    assert!(signing.requests.require_signed_request_object);
}

/// RFC 8705: who shows a certificate gets its tokens bound to it, and needs no DPoP.
#[test]
fn a_certificate_binds_too() {
    let own = json!({
        "profile": "fapi2_security", "token_endpoint_auth_method": "tls_client_auth",
        "tls_client_auth_san_dns": "bank.example",
    });
    let client = register(&own, None).unwrap();
    assert!(client.binding.tls_client_certificate_bound_access_tokens);
    assert!(!client.binding.dpop_bound_access_tokens);
}

#[test]
fn what_contradicts_it_is_refused_by_name() {
    for (over, member, cause) in [
        (
            json!({ "token_endpoint_auth_method": "client_secret_basic" }),
            "token_endpoint_auth_method",
            "profile.client_auth",
        ),
        (
            json!({ "token_endpoint_auth_method": "none" }),
            "token_endpoint_auth_method",
            "profile.client_auth",
        ),
        (json!({ "redirect_uris": ["http://localhost/cb"] }), "redirect_uris", "profile.redirect_uri"),
        (
            json!({ "workload_identities": [{ "issuer": "https://ci.example", "subject": "job" }] }),
            "workload_identities",
            "profile.workload_identities",
        ),
        (json!({ "require_pkce": false }), "require_pkce", "profile.pkce"),
        (json!({ "rotate_refresh_tokens": true }), "rotate_refresh_tokens", "profile.rotation"),
        (
            json!({ "id_token_signed_response_alg": "RS256" }),
            "id_token_signed_response_alg: the profile demands ES256 or",
            "profile.algorithm",
        ),
        (
            json!({ "userinfo_signed_response_alg": "RS256" }),
            "userinfo_signed_response_alg: the profile demands ES256 or",
            "profile.algorithm",
        ),
        (
            json!({ "request_object_signing_alg": "none" }),
            "token_endpoint_auth_signing_alg",
            "profile.algorithm",
        ),
        (
            json!({ "token_endpoint_auth_signing_alg": "RS256" }),
            "token_endpoint_auth_signing_alg",
            "profile.algorithm",
        ),
    ] {
        let mut over = over;
        over["profile"] = json!("fapi2_security");
        let (description, refused) = register(&over, None).unwrap_err();
        assert_eq!(refused, cause, "{over}");
        assert!(description.starts_with(member) && description.contains("profile"), "{description}");
    }
    let native = json!({
        "profile": "fapi2_security", "application_type": "native", "redirect_uris": ["http://127.0.0.1/cb"],
    });
    assert!(register(&native, None).is_ok(), "loopback is for native applications");
}

#[test]
fn without_a_profile_nothing_changes() {
    let own = json!({ "token_endpoint_auth_method": "client_secret_basic", "require_pkce": false });
    let client = register(&own, None).unwrap();
    assert!(client.profile.is_none() && !client.require_pkce && client.rotate_refresh_tokens);
    assert_eq!(client.id_token_signed_response_alg, SignatureAlgorithm::Rs256);
}

/// `latchkey client set`: giving a client a profile switches what the profile decides; it may be taken away again.
#[test]
fn a_profile_can_be_given_later() {
    let own = json!({ "token_endpoint_auth_method": "private_key_jwt", "id_token_signed_response_alg": "ES256", "access_token_signed_response_alg": "ES256" });
    let client = register(&own, None).unwrap();
    assert!(client.rotate_refresh_tokens && client.profile.is_none());
    let act = Act::internal(Tenant::default_tenant(), client.created_at, Seed::new([1; 32]), "test".into());
    let patch = |client: &Client, patch: Value| {
        clients::patched(client, patch.as_object().unwrap(), (&offer(None), &act))
            .map_err(|error| error.cause)
    };
    let held = patch(&client, json!({ "profile": "fapi2_security" })).unwrap();
    assert_eq!(held.profile, Some(Profile::Fapi2Security));
    assert!(!held.rotate_refresh_tokens && held.requests.require_pushed_authorization_requests);
    let refused = patch(&client, json!({ "profile": "fapi2_security", "rotate_refresh_tokens": true }));
    assert_eq!(refused.unwrap_err(), "profile.rotation");
    assert_eq!(patch(&held, json!({ "require_pkce": false })).unwrap_err(), "profile.pkce");
    assert!(patch(&held, json!({ "profile": null })).unwrap().profile.is_none());
}
