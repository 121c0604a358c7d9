//! The public keys of a client. RFC 7591 §2, RFC 7517 §5, OIDC Registration §2.

use super::{refuse, uris};
use crate::jose::{JoseError, Jwk, JwkSet};
use crate::oauth::OAuthError;
use crate::records::{Client, JwsAlgorithm, TokenEndpointAuthMethod};
use crate::x509;
use serde_json::Value;

/// A larger set is refused. In bytes; a stored value stays well under 64 KiB.
const MAX_BYTES: usize = 16 * 1024;

pub(super) fn check(client: &Client) -> Result<(), OAuthError> {
    let keys = &client.keys;
    // RFC 7591 §2: the two must not both be there.
    if keys.jwks.is_some() && keys.jwks_uri.is_some() {
        return Err(refuse("jwks, jwks_uri: one of them alone.", "registration.jwks.both"));
    }
    // Not done: OIDC Registration §2: https alone: http on loopback too, which is called where the operator lets it.
    if !keys.jwks_uri.iter().all(|uri| uris::is_called(uri)) {
        return Err(refuse("jwks_uri: must be an https URI without a fragment.", "registration.jwks_uri"));
    }
    if let Some(jwks) = &keys.jwks {
        let set = check_set(jwks)?;
        // OIDC Core §9, RFC 9101 §10.5: else nothing that the client signs could ever be accepted.
        if signs(client) && !set.keys().iter().any(Jwk::may_verify) {
            return Err(refuse(
                "jwks: none of the keys may verify signatures (see use, key_ops and alg), and this client signs.",
                "registration.jwks.cannot_verify",
            ));
        }
    }
    let has_keys = keys.jwks.is_some() || keys.jwks_uri.is_some();
    if !has_keys && proves_by_key(client) {
        return Err(refuse(
            "jwks, jwks_uri: token_endpoint_auth_method needs one of them.",
            "registration.jwks.missing",
        ));
    }
    if !has_keys && signs_by_key(client) {
        return Err(refuse(
            "jwks, jwks_uri: signed request objects need one of them.",
            "registration.jwks.missing",
        ));
    }
    Ok(())
}

/// Reads a set that a client registers.
fn check_set(jwks: &Value) -> Result<JwkSet, OAuthError> {
    let refused = |cause| {
        refuse(
            "jwks: must be a set of public keys in at most 16 KiB, EC, Ed25519 or RSA of 2048 bits at least, none \
             of them broken.",
            cause,
        )
    };
    if jwks.to_string().len() > MAX_BYTES {
        return Err(refused("registration.jwks.size"));
    }
    let set = JwkSet::registered(jwks).map_err(|error| {
        if error == JoseError::PrivateKey {
            return refuse(
                "jwks: holds a private or symmetric key. Take it out of use: whoever saw this request has it.",
                "registration.jwks.private",
            );
        }
        refused("registration.jwks.malformed")
    })?;
    if set.is_empty() {
        return Err(refused("registration.jwks.empty"));
    }
    // RFC 7517 §4.7.
    let listed = jwks.get("keys").and_then(Value::as_array);
    if !listed.is_some_and(|keys| keys.iter().filter(|key| is_known(key)).all(x509::names_its_certificate)) {
        return Err(refuse(
            "jwks: the first certificate in x5c must be one of the key beside it.",
            "registration.jwks.certificate",
        ));
    }
    Ok(set)
}

/// Whether what the client signs is verified with its keys.
fn signs(client: &Client) -> bool {
    let method = client.token_endpoint_auth_method;
    method == TokenEndpointAuthMethod::PrivateKeyJwt && proves_by_key(client) || signs_by_key(client)
}

/// RFC 7517 §5: keys of kinds that are not known here are ignored.
fn is_known(key: &Value) -> bool {
    !matches!(Jwk::parse(key), Err(JoseError::KeyKind))
}

/// Whether the client's request objects need a key: not where its secret can sign them.
fn signs_by_key(client: &Client) -> bool {
    let algorithm = client.requests.request_object_signing_alg.as_deref();
    match algorithm.map(JwsAlgorithm::parse) {
        Some(None) => false,
        Some(Some(algorithm)) => !algorithm.is_symmetric(),
        None => {
            client.requests.require_signed_request_object
                && client.token_endpoint_auth_method != TokenEndpointAuthMethod::ClientSecretJwt
        }
    }
}

/// Whether the client proves who it is with a key that it registers. For a workload its issuer signs: RFC 7521 §4.2.
fn proves_by_key(client: &Client) -> bool {
    // OIDC Core §9; RFC 8705 §2.2.2.
    match client.token_endpoint_auth_method {
        TokenEndpointAuthMethod::PrivateKeyJwt => client.authentication.workload_identities.is_empty(),
        TokenEndpointAuthMethod::SelfSignedTlsClientAuth => true,
        TokenEndpointAuthMethod::None
        | TokenEndpointAuthMethod::ClientSecretBasic
        | TokenEndpointAuthMethod::ClientSecretPost
        | TokenEndpointAuthMethod::ClientSecretJwt
        | TokenEndpointAuthMethod::TlsClientAuth => false,
    }
}
