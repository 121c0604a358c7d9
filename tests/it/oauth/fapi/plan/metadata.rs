//! `discovery-end-point-verification`, and what every module asks of the metadata and of the keys before it begins.

use super::{Suite, USUAL};
use crate::oauth::mtls::Place;
use crate::support::app::ISSUER;
use crate::support::conditions::is_json;
use serde_json::{Value, json};

/// The members that the suite knows, of RFC 8414, OIDC Discovery and their extensions. What else stands in the document
/// makes it warn (`CheckForUnexpectedParametersInServerMetadata`), and can be named in its configuration.
const KNOWN: &str = "issuer authorization_endpoint token_endpoint jwks_uri registration_endpoint scopes_supported \
    response_types_supported response_modes_supported grant_types_supported token_endpoint_auth_methods_supported \
    token_endpoint_auth_signing_alg_values_supported ui_locales_supported revocation_endpoint \
    revocation_endpoint_auth_methods_supported revocation_endpoint_auth_signing_alg_values_supported \
    introspection_endpoint introspection_endpoint_auth_methods_supported \
    introspection_endpoint_auth_signing_alg_values_supported code_challenge_methods_supported userinfo_endpoint \
    end_session_endpoint check_session_iframe subject_types_supported id_token_signing_alg_values_supported \
    userinfo_signing_alg_values_supported request_object_signing_alg_values_supported display_values_supported \
    claim_types_supported claims_supported claims_parameter_supported request_parameter_supported \
    request_uri_parameter_supported require_request_uri_registration acr_values_supported frontchannel_logout_supported \
    frontchannel_logout_session_supported backchannel_logout_supported backchannel_logout_session_supported \
    dpop_signing_alg_values_supported pushed_authorization_request_endpoint require_pushed_authorization_requests \
    authorization_details_types_supported authorization_signing_alg_values_supported mtls_endpoint_aliases \
    tls_client_certificate_bound_access_tokens signed_metadata authorization_response_iss_parameter_supported \
    device_authorization_endpoint require_signed_request_object introspection_signing_alg_values_supported \
    prompt_values_supported client_id_metadata_document_supported protected_resources";

/// On purpose: of a draft that it does not know yet (OAuth 2.0 Refresh Token Expiration §8).
const UNKNOWN: [&str; 1] = ["refresh_token_expiration_types_supported"];

/// `ValidateServerMetadataAgainstSchema`: what each kind of member is.
fn is_of_its_kind(name: &str, value: &Value) -> bool {
    let is_flag = name.ends_with("_parameter_supported")
        || name.ends_with("logout_supported")
        || name.ends_with("session_supported")
        || name.starts_with("require_")
        || name == "tls_client_certificate_bound_access_tokens"
        || name == "client_id_metadata_document_supported";
    match name {
        _ if is_flag => value.is_boolean(),
        "mtls_endpoint_aliases" => value.is_object(),
        "issuer" | "signed_metadata" => value.is_string(),
        _ if name.ends_with("_endpoint") || name == "jwks_uri" || name == "check_session_iframe" => {
            value.as_str().is_some_and(|url| url.starts_with(ISSUER))
        }
        _ => value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(Value::is_string)),
    }
}

#[actix_web::test]
async fn the_metadata_are_what_the_plans_look_for() {
    let place = Place::start().await;
    for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
        let answer = place.app.get(path).await;
        assert_eq!(answer.status, 200);
        is_json(&answer);
        let document = answer.json();
        for (name, value) in document.as_object().unwrap() {
            assert!(KNOWN.split(' ').chain(UNKNOWN).any(|known| known == name), "{name}");
            assert!(is_of_its_kind(name, value), "{name}: {value}");
        }
        for (list, member) in [
            ("response_types_supported", "code"),
            ("response_modes_supported", "jwt"),
            ("grant_types_supported", "authorization_code"),
            ("grant_types_supported", "refresh_token"),
            ("code_challenge_methods_supported", "S256"),
            ("scopes_supported", "openid"),
            ("subject_types_supported", "public"),
            ("dpop_signing_alg_values_supported", "PS256"),
            ("id_token_signing_alg_values_supported", "ES256"),
            ("userinfo_signing_alg_values_supported", "ES256"),
            ("request_object_signing_alg_values_supported", "PS256"),
            ("token_endpoint_auth_signing_alg_values_supported", "PS256"),
            ("token_endpoint_auth_methods_supported", "private_key_jwt"),
            ("token_endpoint_auth_methods_supported", "tls_client_auth"),
            ("token_endpoint_auth_methods_supported", "self_signed_tls_client_auth"),
        ] {
            assert!(document[list].as_array().unwrap().contains(&json!(member)), "{list}: {member}");
        }
        assert_eq!(document["authorization_response_iss_parameter_supported"], true);
        assert_eq!(document["tls_client_certificate_bound_access_tokens"], true);
        assert_eq!(document["issuer"], ISSUER);
        // `SupportMTLSEndpointAliases`.
        for name in ["token_endpoint", "pushed_authorization_request_endpoint", "userinfo_endpoint"] {
            let alias = document["mtls_endpoint_aliases"][name].as_str().unwrap();
            assert!(alias.starts_with("https://mtls.example/"), "{name}: {alias}");
        }
        for scope in document["scopes_supported"].as_array().unwrap() {
            assert!(scope.as_str().unwrap().bytes().all(|byte| byte.is_ascii_graphic()), "{scope}");
        }
    }
}

/// `ValidateServerJWKs`, `CheckForKeyIdInServerJWKs`, `CheckDistinctKeyIdValueInServerJWKs`,
/// `EnsureServerJwksDoesNotContainPrivateOrSymmetricKeys`, `FAPI2FinalEnsureMinimumServerKeyLength`.
#[actix_web::test]
async fn the_keys_are_what_the_plans_look_for() {
    let suite = Suite::start(USUAL).await;
    let answer = suite.app.get("/.well-known/jwks.json").await;
    assert!(
        ["application/json", "application/jwk-set+json"].contains(&answer.header("content-type").as_str())
    );
    let document = answer.json();
    let keys = document["keys"].as_array().unwrap();
    let mut kids: Vec<&str> = keys.iter().map(|key| key["kid"].as_str().unwrap()).collect();
    kids.sort_unstable();
    kids.dedup();
    assert_eq!(kids.len(), keys.len());
    for key in keys {
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert!(key.get(name).is_none(), "{name}");
        }
        // Reads RSA keys of 2048 bits at least, and curves of 256.
        assert!(latchkey::jose::Jwk::parse(key).is_ok(), "{key}");
        assert_eq!(key["use"], "sig");
    }
}
