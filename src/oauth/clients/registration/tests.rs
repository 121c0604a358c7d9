//! The rules, one by one: what is refused, with which cause, and by the name of which member.

use super::fixtures::{offer, public_key, read};
use super::{Metadata, Offer, check_client_id, check_sector, client};
use crate::oauth::ErrorCode;
use crate::records::{GrantType, SignatureAlgorithm, TokenEndpointAuthMethod};
use proptest::prelude::*;
use serde_json::{Value, json};
use time::OffsetDateTime;

const URI: &str = "https://app.example/cb";

/// A registration that is taken, with these members beside it.
#[allow(clippy::needless_pass_by_value, reason = "a literal reads better without a borrow")]
fn with(members: Value) -> Value {
    let mut document = json!({ "redirect_uris": [URI] });
    for (name, value) in members.as_object().unwrap() {
        document[name] = value.clone();
    }
    document
}

/// A key that says this of its certificates.
#[allow(clippy::needless_pass_by_value, reason = "a literal reads better without a borrow")]
fn certified(chain: Value) -> Value {
    let mut key = public_key();
    key["x5c"] = chain;
    key
}

#[test]
fn a_registration_gets_the_defaults_of_the_rfc() {
    let client = read(with(json!({}))).unwrap();
    assert_eq!(client.grant_types, [GrantType::AuthorizationCode]);
    assert_eq!(client.token_endpoint_auth_method, TokenEndpointAuthMethod::ClientSecretBasic);
    assert_eq!(client.id_token_signed_response_alg, SignatureAlgorithm::Rs256);
    assert_eq!(client.scope.to_string(), "openid profile email address phone");
    assert!(client.require_pkce && client.rotate_refresh_tokens && !client.skip_consent);
}

/// RFC 7517 §5: keys of kinds that are not known here are ignored, and so is what they say of certificates.
#[test]
fn a_key_that_is_ignored_is_not_held_against_the_set() {
    let unknown = [
        json!({"kty": "OKP", "crv": "X25519", "x": "AA", "x5c": ["AA=="]}),
        json!({"kty": "OKP", "crv": "Ed448", "x": "AA", "x5c": ["AA=="]}),
        json!({"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA", "x5c": ["AA=="]}),
        json!({"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA", "x5c": ["AA=="]}),
    ];
    for key in unknown {
        let document = with(json!({"jwks": {"keys": [public_key(), key]}}));
        assert_eq!(read(document.clone()).err(), None, "{document}");
    }
}

/// RFC 8705 §2, §3.4: a client must not be told yes where it could never show its certificate.
#[test]
fn a_server_that_sees_no_certificates_takes_no_client_that_needs_them() {
    let blind = Offer { certificates: false, ..offer() };
    for (document, is_taken) in [
        (
            json!({"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=a"}),
            false,
        ),
        (
            json!({"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": {"keys": [public_key()]}}),
            false,
        ),
        (json!({"tls_client_certificate_bound_access_tokens": true}), false),
        (json!({}), true),
    ] {
        let Value::Object(members) = with(document.clone()) else { panic!() };
        let read = || client(Metadata::read(members)?, "web", &blind, OffsetDateTime::UNIX_EPOCH);
        let cause = read().err().map(|error| error.cause);
        assert_eq!(cause, (!is_taken).then_some("registration.no_certificates"), "{document}");
        assert!(super::fixtures::read(with(document)).is_ok());
    }
}

#[test]
fn grants_of_machines_and_devices_need_no_redirect_uri() {
    const URN: &str = "urn:ietf:params:oauth:grant-type:";
    for (grants, method) in [
        (json!(["client_credentials"]), "client_secret_basic"),
        (json!([format!("{URN}device_code"), "refresh_token"]), "none"),
        (json!([format!("{URN}token-exchange")]), "client_secret_post"),
        (json!([format!("{URN}jwt-bearer")]), "client_secret_basic"),
    ] {
        let document = json!({"grant_types": grants, "token_endpoint_auth_method": method});
        assert!(read(document.clone()).is_ok(), "{document}");
    }
    let kept = read(with(json!({"grant_types": ["client_credentials"]}))).unwrap();
    assert_eq!(kept.redirect_uris, [URI], "OIDC Registration §2 requires them of everybody");
}

#[test]
fn metadata_that_contradicts_itself_is_refused() {
    for (document, cause) in [
        (json!({}), "redirect_uris.count"),
        (json!({"redirect_uris": []}), "redirect_uris.count"),
        (json!({"redirect_uris": [URI, URI]}), "redirect_uris.count"),
        (
            json!({"redirect_uris": (0..33).map(|n| format!("{URI}{n}")).collect::<Vec<_>>()}),
            "redirect_uris.count",
        ),
        (json!({"redirect_uris": [URI, "javascript:alert(1)"]}), "redirect_uri.scheme"),
        (with(json!({"grant_types": []})), "grant_types"),
        (with(json!({"grant_types": ["authorization_code", "authorization_code"]})), "grant_types"),
        (json!({"grant_types": ["refresh_token"]}), "grant_types"),
        (
            json!({"grant_types": ["client_credentials"], "token_endpoint_auth_method": "none"}),
            "public_client_credentials",
        ),
        (json!({"grant_types": ["client_credentials", "refresh_token"]}), "grant_types"),
        (
            json!({"grant_types": ["urn:ietf:params:oauth:grant-type:token-exchange"], "token_endpoint_auth_method": "none"}),
            "public_token_exchange",
        ),
        (with(json!({"response_types": ["token"]})), "response_types"),
        (with(json!({"response_types": ["code", "code id_token"]})), "response_types"),
        (with(json!({"response_types": []})), "response_types"),
        (with(json!({"token_endpoint_auth_method": "none", "require_pkce": false})), "public_policy"),
        (
            with(json!({"token_endpoint_auth_method": "none", "rotate_refresh_tokens": false})),
            "public_policy",
        ),
        (with(json!({"access_token_ttl": 3601})), "access_token_ttl"),
        (with(json!({"access_token_ttl": 0})), "access_token_ttl"),
        (with(json!({"resources": ["https://api.example/#x"]})), "resources"),
        (with(json!({"resources": ["api"]})), "resources"),
        (with(json!({"roles": ["a b"]})), "roles"),
    ] {
        let error = read(document.clone()).unwrap_err();
        assert_eq!(error.cause, format!("registration.{cause}"), "{document}");
    }
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn every_other_member_is_refused_by_its_name() {
    let key = || json!({"keys": [public_key()]});
    let tls = |members: Value| {
        let mut all = members;
        all["token_endpoint_auth_method"] = json!("tls_client_auth");
        all
    };
    for (member, members) in [
        ("client_name", json!({"client_name": "a\u{7}"})),
        ("client_name", json!({"client_name": "  "})),
        ("client_name", json!({"client_name": "a\u{202e}b"})),
        ("client_name", json!({"client_name": "a".repeat(257)})),
        ("client_uri", json!({"client_uri": "javascript:alert(1)"})),
        ("logo_uri", json!({"logo_uri": "javascript:alert(1)"})),
        ("logo_uri", json!({"logo_uri": "data:image/svg+xml,<svg/>"})),
        ("logo_uri", json!({"logo_uri": "/logo.png"})),
        ("policy_uri", json!({"policy_uri": "file:///etc/passwd"})),
        ("tos_uri", json!({"tos_uri": "https://a b"})),
        ("contacts", json!({"contacts": ["a\r\nb"]})),
        ("contacts", json!({"contacts": vec!["a"; 9]})),
        ("software_id", json!({"software_id": ""})),
        ("software_version", json!({"software_version": "\u{0085}"})),
        ("initiate_login_uri", json!({"initiate_login_uri": "http://app.example/start"})),
        ("initiate_login_uri", json!({"initiate_login_uri": "http://localhost/start"})),
        ("jwks, jwks_uri", json!({"jwks": key(), "jwks_uri": "https://app.example/jwks"})),
        ("jwks_uri", json!({"jwks_uri": "http://app.example/jwks"})),
        ("jwks_uri", json!({"jwks_uri": "file:///jwks"})),
        ("jwks", json!({"jwks": {}})),
        ("jwks", json!({"jwks": {"keys": []}})),
        ("jwks", json!({"jwks": {"keys": ["x"]}})),
        ("jwks", json!({"jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}})),
        ("jwks", json!({"jwks": {"keys": [{"kty": "oct", "k": "AA"}]}})),
        ("jwks", json!({"jwks": {"keys": [public_key()], "x": "a".repeat(17_000)}})),
        ("jwks", json!({"jwks": {"keys": [certified(json!(["AA=="]))]}})),
        ("jwks", json!({"jwks": {"keys": [certified(json!([]))]}})),
        ("jwks", json!({"jwks": {"keys": [certified(json!("x"))]}})),
        ("jwks, jwks_uri", json!({"token_endpoint_auth_method": "private_key_jwt"})),
        ("jwks, jwks_uri", json!({"token_endpoint_auth_method": "self_signed_tls_client_auth"})),
        ("jwks, jwks_uri", json!({"require_signed_request_object": true})),
        ("jwks, jwks_uri", json!({"request_object_signing_alg": "ES256"})),
        (
            "token_endpoint_auth_signing_alg",
            json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": key(), "token_endpoint_auth_signing_alg": "HS256"}),
        ),
        (
            "token_endpoint_auth_signing_alg",
            json!({"token_endpoint_auth_method": "client_secret_jwt", "token_endpoint_auth_signing_alg": "ES256"}),
        ),
        ("tls_client_auth", tls(json!({}))),
        (
            "tls_client_auth",
            tls(json!({"tls_client_auth_subject_dn": "CN=a", "tls_client_auth_san_dns": "a"})),
        ),
        ("tls_client_auth", tls(json!({"tls_client_auth_san_ip": "not an address"}))),
        ("tls_client_auth", tls(json!({"tls_client_auth_subject_dn": " "}))),
        ("tls_client_auth", tls(json!({"tls_client_auth_subject_dn": "notes.example"}))),
        ("tls_client_auth", json!({"tls_client_auth_subject_dn": "CN=a"})),
        ("request_object_signing_alg", json!({"request_object_signing_alg": "magic"})),
        ("request_object_signing_alg", json!({"request_object_signing_alg": "HS256"})),
        (
            "request_object_signing_alg",
            json!({"request_object_signing_alg": "none", "require_signed_request_object": true}),
        ),
        ("request_uris", json!({"request_uris": ["http://app.example/r"]})),
        ("request_uris", json!({"request_uris": ["urn:x"]})),
        ("request_uris", json!({"request_uris": [URI, URI]})),
        ("default_acr_values", json!({"default_acr_values": ["a b"]})),
        ("authorization_details_types", json!({"authorization_details_types": [""]})),
        ("sector_identifier_uri", json!({"sector_identifier_uri": "http://app.example/s"})),
        (
            "sector_identifier_uri",
            json!({"redirect_uris": [URI, "https://other.example/cb"], "subject_type": "pairwise"}),
        ),
        (
            "sector_identifier_uri",
            json!({"redirect_uris": ["com.example.app:/cb"], "subject_type": "pairwise"}),
        ),
        ("workload_identities", json!({"workload_identities": [{"issuer": "", "subject": "x"}]})),
        ("token_exchange_audiences", json!({"token_exchange_audiences": ["a b"]})),
        ("token_exchange_subject_audiences", json!({"token_exchange_subject_audiences": [""]})),
        ("introspection_audiences", json!({"introspection_audiences": ["a b"]})),
        ("token_exchange_subject_issuers", json!({"token_exchange_subject_issuers": ["a\u{7}"]})),
        ("post_logout_redirect_uris", json!({"post_logout_redirect_uris": ["javascript:alert(1)"]})),
        ("post_logout_redirect_uris", json!({"post_logout_redirect_uris": ["//evil.example"]})),
        ("post_logout_redirect_uris", json!({"post_logout_redirect_uris": [URI, URI]})),
        ("post_logout_redirect_uris", json!({"post_logout_redirect_uris": ["https://app.example/#x"]})),
        (
            "post_logout_redirect_uris",
            json!({"post_logout_redirect_uris": ["https://app.example/bye?a=1&stat%65=2"]}),
        ),
        ("post_logout_redirect_uris", json!({"post_logout_redirect_uris": ["https://app.example/%zz"]})),
        ("backchannel_logout_uri", json!({"backchannel_logout_uri": "https://app.example/b?%"})),
        ("frontchannel_logout_uri", json!({"frontchannel_logout_uri": "https://app.example/f?iss=x"})),
        ("frontchannel_logout_uri", json!({"frontchannel_logout_uri": "https://app.example/f?x=1&sid"})),
        ("logo_uri", json!({"logo_uri": "https://app.example/%g1.png"})),
        ("jwks_uri", json!({"jwks_uri": "https://app.example/%1"})),
        ("resources", json!({"resources": ["urn:x:%zz"]})),
        ("backchannel_logout_uri", json!({"backchannel_logout_uri": "https://app.example/b#x"})),
        ("backchannel_logout_uri", json!({"backchannel_logout_uri": "http://app.example/b#x"})),
        ("backchannel_logout_uri", json!({"backchannel_logout_uri": "ftp://app.example/b"})),
        (
            "backchannel_logout_uri",
            json!({"backchannel_logout_uri": "http://app.example/b", "token_endpoint_auth_method": "none"}),
        ),
        ("frontchannel_logout_uri", json!({"frontchannel_logout_uri": "https://other.example/f"})),
        ("frontchannel_logout_uri", json!({"frontchannel_logout_uri": "https://app.example:8443/f"})),
        ("frontchannel_logout_uri", json!({"frontchannel_logout_uri": "http://app.example/f"})),
        ("frontchannel_logout_uri", json!({"frontchannel_logout_uri": "https://app.example/f#x"})),
    ] {
        let error = read(with(members.clone())).unwrap_err();
        assert!(error.description.starts_with(member), "{members}: {error}");
        assert_eq!(error.code, ErrorCode::InvalidClientMetadata, "{members}");
    }
    // RFC 7517 §9.2: a private key is lost once it is shown.
    let mut private = public_key();
    private["d"] = json!("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI");
    let error = read(with(json!({"jwks": {"keys": [private]}}))).unwrap_err();
    assert_eq!(error.cause, "registration.jwks.private");
}

#[test]
fn what_the_rules_allow_is_taken() {
    let key = || json!({"keys": [public_key()]});
    for members in [
        json!({"client_name": "Netz & Söhne “A”", "contacts": ["ada@example.com"], "tos_uri": "https://app.example/t#x"}),
        json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": key(), "token_endpoint_auth_signing_alg": "ES256"}),
        json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://app.example/jwks"}),
        json!({"token_endpoint_auth_method": "private_key_jwt", "workload_identities": [{"issuer": "https://ci.example", "subject": "job"}]}),
        json!({"token_endpoint_auth_method": "client_secret_jwt", "token_endpoint_auth_signing_alg": "HS256"}),
        json!({"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": key()}),
        json!({"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_ip": "2001:db8::1"}),
        json!({"request_object_signing_alg": "none"}),
        json!({"token_endpoint_auth_method": "client_secret_jwt", "request_object_signing_alg": "HS256"}),
        json!({"token_endpoint_auth_method": "client_secret_jwt", "require_signed_request_object": true}),
        json!({"request_object_signing_alg": "PS256", "require_signed_request_object": true, "jwks": key()}),
        json!({"request_uris": ["https://app.example/r#GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM"]}),
        json!({"subject_type": "pairwise", "redirect_uris": [URI, "https://app.example/other"]}),
        json!({"subject_type": "pairwise", "redirect_uris": [URI, "https://b.example/cb"], "sector_identifier_uri": "https://app.example/s"}),
        json!({"post_logout_redirect_uris": ["https://other.example/bye?code=1", "com.example.app:/bye", "http://localhost/bye"]}),
        json!({"backchannel_logout_uri": "https://other.example/b?x=1", "backchannel_logout_session_required": true}),
        json!({"backchannel_logout_uri": "http://orders.internal/b"}),
        json!({"frontchannel_logout_uri": "https://app.example/f?x=1"}),
        json!({"default_max_age": 0, "require_auth_time": true, "default_acr_values": ["urn:mace:incommon:iap:silver"]}),
        json!({"initiate_login_uri": "https://app.example/start"}),
    ] {
        assert!(
            read(with(members.clone())).is_ok(),
            "{members}: {:?}",
            read(with(members.clone())).unwrap_err()
        );
    }
}

/// OIDC Core §9, RFC 9101 §10.5, RFC 7517 §4.2, §4.3, §4.4: keys that can never verify what the client signs are no keys.
#[test]
fn who_signs_registers_a_key_that_verifies() {
    let saying = |members: Value| {
        let mut key = public_key();
        key.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        key
    };
    let signs = [
        json!({"token_endpoint_auth_method": "private_key_jwt"}),
        json!({"require_signed_request_object": true}),
        json!({"request_object_signing_alg": "ES256"}),
    ];
    let useless = [
        json!({"use": "enc"}),
        json!({"key_ops": ["encrypt"]}),
        json!({"key_ops": []}),
        json!({"alg": "ECDH-ES"}),
        json!({"alg": "ES384"}),
    ];
    for members in &signs {
        for says in &useless {
            let taken = |keys: Value| {
                let mut document = with(members.clone());
                document["jwks"] = json!({ "keys": keys });
                read(document).map(|_| ()).map_err(|error| error.cause)
            };
            let key = saying(says.clone());
            assert_eq!(taken(json!([key])), Err("registration.jwks.cannot_verify"), "{members} {says}");
            assert_eq!(taken(json!([key, saying(json!({"use": "sig"}))])), Ok(()), "{members} {says}");
        }
    }
    // Whoever signs nothing may have keys for whatever else.
    assert!(read(with(json!({"jwks": {"keys": [saying(json!({"use": "enc"}))]}}))).is_ok());
}

/// OIDC Registration §5.
#[test]
fn a_sector_lists_every_redirect_uri() {
    let client = read(with(json!({"redirect_uris": [URI, "https://b.example/cb"], "sector_identifier_uri": "https://s.example/s"}))).unwrap();
    let good = json!([URI, "https://b.example/cb", "https://c.example/cb"]).to_string();
    assert_eq!(check_sector(&client, good.as_bytes()), Ok(()));
    for bad in [
        json!([URI]).to_string(),
        json!([]).to_string(),
        json!({"redirect_uris": [URI, "https://b.example/cb"]}).to_string(),
        json!([URI, "https://b.example/cb", 1]).to_string(),
        "not JSON".to_owned(),
        format!("{}{}", "[".repeat(30_000), "]".repeat(30_000)),
    ] {
        assert!(check_sector(&client, bad.as_bytes()).is_err(), "{} bytes", bad.len());
    }
}

#[test]
fn a_client_identifier_needs_no_escaping_anywhere() {
    for bad in ["", "a b", "a/b", "é", "a:b", &"a".repeat(129)] {
        assert_eq!(check_client_id(bad).unwrap_err().cause, "registration.client_id", "{bad}");
    }
    assert_eq!(check_client_id("web-1.example_~"), Ok(()));
}

/// One of these, or nothing at all.
fn either(values: &[Value]) -> impl Strategy<Value = Value> + use<> {
    let mut all = values.to_vec();
    all.push(Value::Null);
    prop::sample::select(all)
}

prop_compose! {
    fn registration()(
        native in either(&[json!("web"), json!("native")]),
        name in either(&[json!("A"), json!("Ü")]),
        grants in either(&[json!(["authorization_code", "refresh_token"]), json!(["client_credentials", "authorization_code"])]),
        method in either(&[json!("client_secret_post"), json!("none"), json!("private_key_jwt"), json!("client_secret_jwt")]),
        keys in either(&[json!({"keys": [public_key()]})]),
        scope in either(&[json!(""), json!("openid"), json!("b a")]),
        algorithm in either(&[json!("ES256"), json!("EdDSA"), json!("RS256")]),
        subject in either(&[json!("pairwise"), json!("public")]),
        flag in either(&[json!(true), json!(false)]),
        age in either(&[json!(0), json!(4_294_967_295_u32)]),
        list in either(&[json!([]), json!(["a"]), json!(["a", "b"])]),
        uri in either(&[json!("https://app.example/x?y")]),
        profile in either(&[json!("fapi2_security")]),
    ) -> Value {
        json!({
            "redirect_uris": [URI], "application_type": native, "client_name": name, "grant_types": grants,
            "token_endpoint_auth_method": method, "jwks": keys, "scope": scope, "subject_type": subject,
            "id_token_signed_response_alg": algorithm, "userinfo_signed_response_alg": algorithm,
            "authorization_signed_response_alg": algorithm, "introspection_signed_response_alg": algorithm,
            "access_token_signed_response_alg": algorithm, "skip_consent": flag, "require_auth_time": flag,
            "require_pushed_authorization_requests": flag, "backchannel_logout_session_required": flag,
            "dpop_bound_access_tokens": flag, "default_max_age": age, "default_acr_values": list, "roles": list,
            "contacts": list, "authorization_details_types": list, "client_uri": uri, "tos_uri": uri,
            "backchannel_logout_uri": uri, "frontchannel_logout_uri": uri, "initiate_login_uri": uri,
            "sector_identifier_uri": uri, "profile": profile,
        })
    }
}

proptest! {
    /// What a client is shown as is what it may be registered as: nothing is lost, added or changed on the way.
    #[test]
    fn a_registration_describes_the_same_client_again(document in registration()) {
        let Ok(client) = read(document) else { return Ok(()) };
        let shown = Metadata::from(client.clone());
        let document = serde_json::to_value(&shown).unwrap();
        let again = read(document.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(Metadata::from(again.clone())).unwrap(), document);
        prop_assert_eq!(serde_json::to_value(&again).unwrap(), serde_json::to_value(&client).unwrap());
    }
}
